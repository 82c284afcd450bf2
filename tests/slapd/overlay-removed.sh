# Binds and searches that wait below a removed overlay end with result 52.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
# The statement of a bind waits as long as another session holds the lock; ppolicy's own look at the entry does not.
q "CREATE FUNCTION admitted() RETURNS boolean LANGUAGE sql AS 'SELECT pg_advisory_xact_lock_shared(1) IS NOT NULL';
   CREATE FUNCTION shown(text) RETURNS text LANGUAGE sql AS 'SELECT \$1 WHERE pg_advisory_xact_lock_shared(2) IS NOT NULL'"
mkdir "$T/slapd.d"
{
    manager_conf | sed -e 's/^moduleload.*/&\nmoduleload ppolicy/' -e 's/"userPassword" AS password/&, shown("uid") AS "employeeNumber"/'
    printf '%s\n' 'pgsql-login-filter users admitted()' 'pgsql-timeout 60'
} >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "slaptest: $(<"$T/slaptest.log")"
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
printf '%s\n' "dn: olcOverlay=ppolicy,$database" "objectClass: olcPPolicyConfig" "olcOverlay: ppolicy" >"$T/overlay.ldif"
overlay() { expect 0 as_config ldapadd -f "$T/overlay.ldif"; }
bind() { ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-secret -e ppolicy; }
look() { search -b $base '(uid=bob)' employeeNumber; }
sessions() { q "SELECT count($1) FROM pg_stat_activity WHERE $2"; }
hold() { # LOCK
    q "SELECT pg_advisory_lock($1), pg_sleep(100)" >/dev/null 2>&1 &
    eventually 10 held
}
held() { [ "$(sessions '*' "wait_event = 'PgSleep'")" = 1 ]; }
waits() { [ "$(sessions '*' "usename = 'ldap' AND wait_event = 'advisory'")" = 1 ]; }
let_go() { sessions 'pg_terminate_backend(pid)' "wait_event = 'PgSleep'" >/dev/null; }
remove_while_waiting() { # LOCK COMMAND: it is told
    hold "$1"
    { local status=0; "$2" >"$T/out" 2>&1 || status=$?; echo "$status" >"$T/status"; } &
    eventually 10 waits
    [ ! -s "$T/status" ] || fail "it did not wait: $(<"$T/out")"
    within 20 expect 0 as_config ldapdelete "olcOverlay={0}ppolicy,$database"
    let_go
    eventually 10 test -s "$T/status"
    same 52 "$(<"$T/status")" "the result ($(<"$T/out"))"
    contains "$(<"$T/out")" "the configuration is being changed"
    rm "$T/status"
}

for _ in 1 2; do
    overlay
    expect 0 bind
    remove_while_waiting 1 bind
    expect 0 bind
    overlay
    expect 0 look
    remove_while_waiting 2 look
    expect 0 look
done
log_has 'outcome=unavailable reason="the configuration is being changed"'

# The database itself, with a bind in the middle.
overlay
hold 1
{ status=0; bind >"$T/out" 2>&1 || status=$?; echo "$status" >"$T/status"; } &
eventually 10 waits
within 20 expect 0 as_config ldapdelete "olcOverlay={0}ppolicy,$database"
within 20 expect 0 as_config ldapdelete "$database"
let_go
eventually 10 test -s "$T/status"
same 52 "$(<"$T/status")" "the result of the bind whose database went"
expect 32 search -b $base
