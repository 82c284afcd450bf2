# A failover within the deadline fails no lookup and no login.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replication.sh"
start_postgres
base=dc=example,dc=com
q 'GRANT UPDATE ON "Users" TO ldap' >/dev/null
start_standby
{
    manager_conf | sed "s|^pgsql-uri .*|pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT,127.0.0.1:$STANDBY_PORT/manager|"
    printf '%s\n' "pgsql-timeout 20" "pgsql-password-hash m=1024 t=1 p=1" "pgsql-target-session-attrs ${READS:-primary}" \
        'pgsql-password-change users UPDATE "Users" SET "userPassword" = $1 WHERE "uid" = $2 AND "userPassword" = $3' \
        "access to attrs=userPassword by self =xw by * auth" "access to * by * read"
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
sessions_at() { "$1" "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap'"; }
passwd() { ldappasswd -x -H "$URI" -D "uid=$1,$base" -w "$2" -a "$2" -s "$3"; }
login() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$2"; }
expect 0 search -b $base '(uid=ann)'
same 0 "$(sessions_at at_standby)" "sessions with the standby"
expect 0 passwd carl carl-secret carl-1
expect 0 login carl carl-1
eventually 20 caught_up

one_user() { search -b $base '(uid=ann)' 1.1 | grep -qx "dn: uid=ann,$base"; }
one_login() { login bob bob-secret >/dev/null; }
over_and_over() { until [ -e "$T/enough" ]; do "$1" && echo well || echo "$1 failed with $?"; done >>"$T/$1" 2>&1; }
clients=()
for ask in one_user one_login; do over_and_over $ask & clients+=($!); done
asked() { cat "$T"/one_*; }
more_than() { [ "$(asked | wc -l)" -gt "$1" ]; }
eventually 20 more_than 4
stop_postgres immediate
passwd carl carl-1 carl-2 >"$T/passwd" 2>&1 & change=$!
promote_standby
wait $change || fail "a password change during the failover got $?: $(<"$T/passwd")"
expect 0 login carl carl-2
eventually 20 more_than $(($(asked | wc -l) + 4))
touch "$T/enough"
wait "${clients[@]}"
same well "$(asked | sort -u)" "what became of the lookups and logins"
contains "$(at_standby "SELECT \"userPassword\" FROM \"Users\" WHERE uid = 'carl'")" 'm=1024,t=1,p=1'
not_logged database-down
stop_slapd
stop_standby
