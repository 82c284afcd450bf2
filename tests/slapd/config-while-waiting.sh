# Workers that wait for PostgreSQL do not delay configuration changes.
. "$(dirname "$0")/../lib.sh"
start_postgres
export MALLOC_PERTURB_=90 # overwrites freed memory
base=dc=example,dc=com
{ manager_conf; echo "pgsql-timeout 6"; } >"$T/slapd.conf"
mkdir "$T/slapd.d"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
expect 0 search -b $base '(uid=ann)'

searches='SRCH base=.*filter="(uid=ann)"'
wait_for_it() { # a few searches that wait for a frozen database
    freeze_postgres
    local before
    before=$(grep -c "$searches" "$T/slapd.log" || true)
    for i in 1 2 3; do search -b $base "(uid=ann)" >"$T/answer.$i" 2>&1 & done
    eventually 10 begun "$searches" $((before + 3))
}
collect() { # CODE: what they got
    local status job
    for job in $(jobs -p); do
        [ "$job" != "$SLAPD" ] && [ "$job" != "$POSTGRES" ] || continue
        status=0
        wait "$job" || status=$?
        case " $* " in *" $status "*) ;; *) fail "a waiting search got $status, not one of: $*" ;; esac
    done
}

wait_for_it
printf '%s\n' "dn: $database" "changetype: modify" "replace: olcPgPoolSize" "olcPgPoolSize: 3" >"$T/change.ldif"
within 1.5 expect 0 as_config ldapmodify -f "$T/change.ldif"
thaw_postgres
collect 0
expect 0 search -b $base '(uid=ann)'

# What the searches were given of the configuration is replaced under them.
change() { # ATTRIBUTE VALUE
    printf '%s\n' "dn: $database" "changetype: modify" "replace: $1" "$1: $2" >"$T/change.ldif"
    within 1.5 expect 0 as_config ldapmodify -f "$T/change.ldif"
}
for size in 10 20; do
    wait_for_it
    change olcLimits "anonymous size=$size"
    change olcSizeLimit "size.soft=$size size.hard=$size"
    change olcAccess "to * by dn.exact=cn=$size write by * read"
    thaw_postgres
    collect 0
done

wait_for_it
within 1.5 expect 0 as_config ldapdelete "$database"
thaw_postgres
collect 52 32 # 32: one that came after the removal
expect 32 search -b $base '(uid=ann)'
