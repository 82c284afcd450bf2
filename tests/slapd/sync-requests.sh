# A consumer's search (RFC 4533) that reaches the directory through another database is refused.
. "$(dirname "$0")/../lib.sh"
start_postgres
mkdir "$T/top" "$T/slapd.d"
{
    manager_conf | sed 's/^moduleload back_pgsql/&\nmoduleload back_relay\nmoduleload rwm\nmoduleload syncprov/'
    manager_conf | sed -n '/^database pgsql/,$p' | sed 's/dc=example,dc=com/dc=part,dc=top/'
    printf '%s\n' 'database ldif' 'suffix dc=top' 'rootdn cn=admin,dc=top' 'rootpw admin' "directory $T/top" 'overlay syncprov'
    printf '%s\n' 'database relay' 'suffix dc=relay' 'overlay rwm' 'rwm-suffixmassage dc=relay dc=example,dc=com' 'overlay syncprov'
} >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "slaptest: $(<"$T/slaptest.log")"
start_slapd "$T/slapd.d"
expect 0 ldapadd -x -H "$URI" -D cn=admin,dc=top -w admin <<<$'dn: dc=top\nobjectClass: dcObject\nobjectClass: organization\no: top\ndc: top'
expect 0 search -E '!sync=ro' -b dc=top

# That a database becomes subordinate slapd accepts without asking.
part=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=dc=part,dc=top)" 1.1 | sed -n 's/^dn: //p')
expect 0 as_config ldapmodify <<<"dn: $part"$'\nchangetype: modify\nadd: olcSubordinate\nolcSubordinate: TRUE'
logged config-refused 'overlay syncprov cannot serve database pgsql dc=part,dc=top: '
same 17 "$(dns -b dc=top | wc -l)" "entries of both"
same 16 "$(dns -b dc=relay | wc -l)" "entries of the relay"
# slapd 2.6 leaves subordinate databases out of what a consumer gets.
case $(slapd -VV 2>&1) in *'slapd 2.5.'*) refused='dc=relay dc=top' ;; *) refused=dc=relay ;; esac
for control in sync=ro '!sync=ro'; do
    lacks "$(search -E "$control" -b dc=top 2>/dev/null || true)" 'dn: uid='
    for base in $refused; do
        expect 53 search -E "$control" -b $base
        contains "$ERR$OUT" 'consumers cannot copy this database: syncprov does not see changes made in PostgreSQL'
        lacks "$OUT" 'dn: uid='
    done
done
ldapsearch -x -H "$URI" -E sync=rp -b dc=relay >"$T/consumer" 2>&1 & # which stays for changes, whatever the result
consumer=$!
eventually 10 grep -q 'result: 53' "$T/consumer"
kill $consumer || fail "the consumer has not stayed"
expect 0 search -E '!sync=ro' -s base -b dc=top
expect 0 search -E sync=ro -b dc=example,dc=com # nobody is there to heed it
expect 12 search -E '!sync=ro' -b dc=example,dc=com
