#!/bin/bash
# The demo shows searches and logins, and leaves no process or file behind.
. "$(dirname "$0")/../lib.sh"
need ldapsearch ldapwhoami openssl perl setpriv
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"

mkdir -m 755 "$T/demo"
demo=(env TMPDIR="$T/demo" BACK_PGSQL_MODULE="$MODULE" PORT=1 SQL_URI=nonsense "$PROJECT/packaging/demo") # not the caller's settings
nothing_left() {
    same '' "$(ls -A "$T/demo")" "what is left in its directory"
    ! pgrep -f "$T/demo" >/dev/null || fail "servers are left: $(pgrep -af "$T/demo")"
}

expect 0 within 60 "${demo[@]}" --once
for text in 'dn: uid=ann,dc=example,dc=com' 'cn: sysadmins' 'memberUid: ann' 'dn:uid=ann,dc=example,dc=com' \
    'ldap_bind: Invalid credentials (49)' 'ldap_uri = ldaps://localhost:' 'id_provider = ldap'; do
    contains "$OUT" "$text"
done
nothing_left

# An application's users, by the wizard.
if /usr/bin/python3 -c 'import django, psycopg2' 2>/dev/null; then
    expect 0 within 60 "${demo[@]}" --once --recipe django
    contains "$OUT" 'dn:uid=ann,ou=people,dc=example,dc=com'
    nothing_left
fi
expect 0 within 60 "${demo[@]}" --once --recipe zabbix
for text in 'recipe zabbix (Zabbix)' 'psql -X -d zabbix -f role.sql' 'memberUid: eve' 'dn:uid=eve,ou=people,dc=example,dc=com' 'ldap_bind: Invalid credentials (49)'; do
    contains "$OUT" "$text"
done
nothing_left
expect 0 within 60 "${demo[@]}" --once --recipe laravel # names are addresses, groups have members by DN only
contains "$OUT" 'dn:uid=ann@example.org,ou=people,dc=example,dc=com'
# A recipe with a parameter, and one without groups.
expect 0 within 60 "${demo[@]}" --once --recipe keycloak
contains "$OUT" 'dn:uid=ann,ou=people,dc=example,dc=com'
expect 0 within 60 "${demo[@]}" --once --recipe synapse
contains "$OUT" 'dn:uid=ann,ou=people,dc=example,dc=com'
lacks "$OUT" member
nothing_left
expect 1 "${demo[@]}" --once --recipe nothing
contains "$ERR" "no sample of 'nothing'; there is django, "

# Without --once it stays until Ctrl-C, which the servers get as well; also next to another one.
perl -e '$SIG{INT} = "DEFAULT"; setpgrp; exec @ARGV' "${demo[@]}" >"$T/first" 2>&1 &
eventually 60 grep -q 'both servers run until Ctrl-C' "$T/first"
expect 0 "${demo[@]}" --once
kill -INT -- "-$!"
wait $! || fail "the demo ended with status $?"
nothing_left

expect 1 "${demo[@]}" --twice
contains "$ERR" "unexpected argument '--twice'"
