# With prefer-standby, searches and logins use the standby and password changes the primary.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replication.sh"
start_postgres
base=dc=example,dc=com
q 'GRANT UPDATE ON "Users" TO ldap' >/dev/null
start_standby
{
    manager_conf | sed "s|^pgsql-uri .*|pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT,127.0.0.1:$STANDBY_PORT/manager|"
    printf '%s\n' "pgsql-timeout 5" "pgsql-password-hash m=1024 t=1 p=1" "pgsql-target-session-attrs prefer-standby" \
        'pgsql-password-change users UPDATE "Users" SET "userPassword" = $1 WHERE "uid" = $2 AND "userPassword" = $3' \
        "access to attrs=userPassword by self =xw by * auth" "access to * by * read"
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
passwd() { # USER OLD NEW: its status is the result code
    local out status=0
    out=$(ldappasswd -x -H "$URI" -D "uid=$1,$base" -w "$2" -a "$2" -s "$3") || status=$?
    [[ ! $out =~ ^Result:.*\(([0-9]+)\) ]] || status=${BASH_REMATCH[1]}
    return "$status"
}
login() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$2"; }
statements_at() { "$1" "SELECT string_agg(query, ' ') FROM pg_stat_activity WHERE usename = 'ldap'"; }
settled
expect 0 search -b $base '(uid=ann)'
contains "$(statements_at at_standby)" '"Users"'
lacks "$(statements_at q)" 'SELECT'
expect 0 passwd bob bob-secret bob-1
eventually 20 caught_up
expect 0 login bob bob-1
contains "$(statements_at q)" COMMIT

# Without the standby everything is the primary's.
stop_standby
expect 0 search -b $base '(uid=ann)'
expect 0 passwd bob bob-1 bob-2
expect 0 login bob bob-2

# Without the primary searches go on, and a change is an error.
postmaster "$T/standby" -c listen_addresses=127.0.0.1 -p "$STANDBY_PORT"
STANDBY=$!
eventually 30 "$POSTGRES_BIN/pg_isready" -q -h "$T/standby" -p "$STANDBY_PORT" -U postgres
eventually 30 caught_up
stop_postgres
expect 0 search -b $base '(uid=ann)'
expect 0 login bob bob-2
expect 52 passwd bob bob-2 bob-3
expect 0 login bob bob-2
stop_slapd
stop_standby
