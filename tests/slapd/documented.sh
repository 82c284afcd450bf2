# The configurations in slapd-pgsql(5) and in the README work as described.
. "$(dirname "$0")/../lib.sh"
start_postgres

example() { # N: the Nth one, as a reader sees it, with this machine's database
    sed '1,/^\.SH EXAMPLES/d' "$PROJECT/doc/slapd-pgsql.5" |
        awk -v n="$1" '/^\.nf/ { at++; shown = 1; next } /^\.fi/ { shown = 0 } shown && at == n' |
        sed -e "s/\\\\(aq/'/g" -e 's/\\-/-/g' | here
}
here() { sed "s|postgres://[^ ]*|postgres://ldap:ldap@127.0.0.1:$PGPORT/manager|"; }

base=dc=example,dc=com
mkdir "$T/slapd.d"
{ base_conf; example 1; } >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log" >&2; fail "slaptest"; }
start_slapd "$T/slapd.d"
expect 50 search -b $base
expect 49 ldapwhoami -x -H "$URI" -D uid=dora,ou=people,$base -w dora-secret # suspended
me=(-D "uid=bob,ou=people,$base" -w bob-secret)
same "uid=dora,ou=people,$base" "$(dns "${me[@]}" -b ou=people,$base '(uid=dora)')" "dora, who is suspended, for bob"
for filter in '(cn=devs)' '(memberUid=gus)'; do
    expect 0 search "${me[@]}" -b $base "$filter" memberUid
    same "dn: cn=devs,ou=groups,$base" "$(grep ^dn <<<"$OUT")" "$filter"
    same "ann carl gus" "$(sed -n 's/^memberUid: //p' <<<"$OUT" | sort | xargs)" "the members that $filter shows"
done

# The second goes into the running slapd, whose own rules permit nothing, as Debian's permit no binds.
expect 0 as_config ldapmodify <<'END'
dn: olcDatabase={-1}frontend,cn=config
changetype: modify
replace: olcAccess
olcAccess: to * by * none
END
expect 0 as_config ldapadd < <(example 2)
same "uid=ann,dc=example,dc=org" "$(dns -b dc=example,dc=org '(cn=ann archer)')" "ann in the second directory"
expect 0 ldapwhoami -x -H "$URI" -D uid=bob,dc=example,dc=org -w bob-secret
stop_slapd

{ base_conf | grep -v '^moduleload'; sed -n '/^moduleload/,/^```/p' "$PROJECT/README.md" | grep -v '^```' | here; } >"$T/readme.conf"
start_slapd "$T/readme.conf"
same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann in the README's directory"
same 3 "$(dns -b $base '(memberUid=ann)' | wc -l)" "ann's groups there"
expect 0 ldapwhoami -x -H "$URI" -D uid=ann,$base -w ann-secret
