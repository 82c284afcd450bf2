# A configuration change ends operations that wait below overlays or for lookups with result 52.
. "$(dirname "$0")/../lib.sh"
start_postgres
export MALLOC_PERTURB_=90 # overwrites freed memory
base=dc=example,dc=com
q 'GRANT UPDATE ON "Users" TO ldap' >/dev/null
mkdir "$T/slapd.d" "$T/mdb"
rules='access to * by group/groupOfNames/member.exact="cn=devs,dc=example,dc=com" read by * read'
{
    manager_conf | sed -e 's/^moduleload.*/&\nmoduleload back_mdb\nmoduleload back_relay\nmoduleload rwm\nmoduleload ppolicy/' \
        -e "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
    printf '%s\n' 'pgsql-timeout 60' 'pgsql-password-hash m=1024 t=1 p=1' \
        'pgsql-password-change users UPDATE "Users" SET "userPassword" = $1 WHERE "uid" = $2 AND "userPassword" = $3' \
        'access to * by * write' 'overlay ppolicy'
    printf '%s\n' 'database mdb' 'suffix dc=local' 'rootdn cn=admin,dc=local' 'rootpw admin' "directory $T/mdb" 'maxsize 100000000' \
        'limits group/groupOfNames/member="cn=devs,dc=example,dc=com" size=unlimited' "$rules"
    printf '%s\n' 'database relay' 'suffix o=other' 'overlay rwm' "rwm-suffixmassage o=other $base"
} >"$T/slapd.conf"
printf '%s\n' 'dn: dc=local' 'objectClass: domain' 'dc: local' >"$T/local.ldif"
"${PRELOAD[@]}" slapadd -f "$T/slapd.conf" -b dc=local -l "$T/local.ldif" >"$T/slapadd.log" 2>&1 || fail "slapadd: $(<"$T/slapadd.log")"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "slaptest: $(<"$T/slaptest.log")"
start_slapd "$T/slapd.d"
database() { as_config ldapsearch -LLL -b cn=config "(olcSuffix=$1)" 1.1 | sed -n 's/^dn: //p'; }
ours=$(database $base) local=$(database dc=local) other=$(database o=other)
settled

sessions() { q "SELECT count($1) FROM pg_stat_activity WHERE $2"; }
holds() { [ "$(sessions '*' "wait_event = 'PgSleep'")" = 1 ]; }
waits() { [ "$(sessions '*' "usename = 'ldap' AND wait_event_type = 'Lock'")" -ge "$1" ]; }
bind() { ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-secret -e ppolicy; }
look() { search -b $base '(uid=bob)'; }
compare() { ldapcompare -x -H "$URI" "uid=bob,$base" cn:x; }
by_rule() { search -D "cn=admin,$base" -w admin -e "!authzid=dn:uid=bob,$base" -b dc=local; }
passwd() {
    local out
    out=$(ldappasswd -x -H "$URI" -D "cn=admin,$base" -w admin -s bob-secret "uid=bob,$base") || true
    echo "$out"
    [[ ! $out =~ Result:.*\(([0-9]+)\) ]] || return "${BASH_REMATCH[1]}"
}
by_relay() { search -b o=other '(uid=bob)'; }
bind_by_relay() { ldapwhoami -x -H "$URI" -D uid=bob,o=other -w bob-secret; }
change() { printf '%s\n' "dn: $1" 'changetype: modify' "replace: $2" "${@:3}" | as_config ldapmodify; }
meanwhile() { # WHAT OPERATION… -- COMMAND…: what the operations get that wait while COMMAND changes the configuration
    local what=$1 operation operations=()
    shift
    for operation; do
        shift
        [ "$operation" != -- ] || break
        operations+=("$operation")
    done
    q 'BEGIN; LOCK TABLE "Users", "Groups", "UserGroups"; SELECT pg_sleep(100)' >/dev/null 2>&1 &
    eventually 10 holds
    for operation in "${operations[@]}"; do
        { local status=0; "$operation" >"$T/out.$operation" 2>&1 || status=$?; echo "$status" >"$T/status.$operation"; } &
    done
    eventually 10 waits ${#operations[@]}
    within 5 expect 0 "$@"
    sessions 'pg_terminate_backend(pid)' "wait_event = 'PgSleep'" >/dev/null
    for operation in "${operations[@]}"; do
        eventually 10 test -s "$T/status.$operation"
        same 52 "$(<"$T/status.$operation")" "$operation, $what ($(<"$T/out.$operation"))"
        contains "$(<"$T/out.$operation")" "the configuration is being changed"
    done
    expect 0 bind
    expect 0 by_rule
}
meanwhile "rules" bind look compare passwd by_relay bind_by_relay -- change "$ours" olcAccess "olcAccess: to * by * write"
meanwhile "limits" look passwd -- change "$ours" olcLimits "olcLimits: dn.exact=cn=x size=10"
meanwhile "rules by group" by_rule -- change "$local" olcAccess "olcAccess: to * by group/groupOfNames/member.exact=cn=devs,$base read by * read"
meanwhile "the relay goes" look by_relay bind_by_relay -- as_config ldapdelete "olcOverlay={0}rwm,$other" "$other"
meanwhile "the overlay goes" bind look compare passwd -- as_config ldapdelete "olcOverlay={0}ppolicy,$ours"
