# With pgsql-pooler on, searches work through a transaction pooler and leave no settings.
. "$(dirname "$0")/../lib.sh"
need pgbouncer
start_postgres
base=dc=example,dc=com
q 'GRANT UPDATE ON "Users" TO ldap' >/dev/null
# What sessions of the proxy begin with; the values are read as if it were not there.
q "ALTER ROLE ldap SET TimeZone = 'Asia/Tokyo'; ALTER ROLE ldap SET DateStyle = 'German'; ALTER ROLE ldap SET bytea_output = 'escape'"
conf() { # PORT
    manager_conf | sed "s|^pgsql-uri .*|pgsql-uri postgres://ldap:ldap@127.0.0.1:$1/manager|"
    printf '%s\n' "pgsql-timeout 4" "pgsql-password-hash m=1024 t=1 p=1" \
        'pgsql-password-change users UPDATE "Users" SET "userPassword" = $1 WHERE "uid" = $2 AND "userPassword" = $3' \
        "access to attrs=userPassword by self =xw by * auth" "access to * by * read"
}
everything() {
    search -b $base '(objectClass=*)' '*' + | grep -v '^userPassword'
    search -b $base '(&(uid=a*)(createTimestamp>=20000101000000Z))'
    search -E pr=3/noprompt -b $base '(objectClass=posixAccount)' | grep -v '^# paged' | sort
    search -b $base '(memberUid=ann)'
}
free_port bouncer
mkdir "$T/bouncer"
[ "$(id -u)" != 0 ] || chown postgres "$T/bouncer"
echo '"ldap" "ldap"' >"$T/bouncer/users"
cat >"$T/bouncer/ini" <<INI
[databases]
manager = host=$T/pg port=$PGPORT
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $bouncer
unix_socket_dir =
pool_mode = transaction
default_pool_size = 2
auth_type = plain
auth_file = $T/bouncer/users
server_login_retry = 1
logfile = $T/bouncer/log
INI
start_bouncer() {
    local identity=()
    [ "$(id -u)" != 0 ] || identity=(--reuid=postgres --regid=postgres --init-groups)
    (cd / && exec setpriv "${identity[@]}" --pdeathsig INT -- pgbouncer -q "$T/bouncer/ini" >>"$T/bouncer/out" 2>&1) &
    BOUNCER=$!
    eventually 10 through 'SELECT 1'
}
through() { PGPASSWORD=ldap "$POSTGRES_BIN/psql" -h 127.0.0.1 -p "$bouncer" -U ldap -X -q -A -t manager -c "$1"; } # another client
start_bouncer

start_slapd - < <(conf "$PGPORT")
directly=$(everything)
stop_slapd
start_slapd - < <(conf "$bouncer" | sed 's/^pgsql-timeout/pgsql-pooler on\npgsql-write users operations=modify\n&/')
settled
same "$directly" "$(everything)" "the answers through the proxy"
for _ in {1..4}; do everything >"$T/answer.$BASHPID.$RANDOM" & done
for job in $(jobs -p); do [ "$job" = "$SLAPD" ] || [ "$job" = "$POSTGRES" ] || [ "$job" = "$BOUNCER" ] || wait "$job"; done
for answer in "$T"/answer.*; do same "$directly" "$(<"$answer")" "answers of many at once"; done
expect 0 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-secret
expect 49 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w wrong
expect 0 ldappasswd -x -H "$URI" -D "uid=bob,$base" -w bob-secret -a bob-secret -s bob-1
expect 0 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-1
for name in Robert Bob; do
    expect 0 ldapmodify -x -H "$URI" -D "cn=admin,$base" -w admin <<<"dn: uid=bob,$base
replace: cn
cn: $name"
    same "$name" "$(q "SELECT cn FROM \"Users\" WHERE uid = 'bob'")" "a change through the proxy"
done
for _ in 1 2 3 4; do
    same "off 0 off Asia/Tokyo" "$(through "SELECT concat_ws(' ', current_setting('default_transaction_read_only'),
        current_setting('statement_timeout'), current_setting('transaction_read_only'), current_setting('TimeZone'))")" "the settings of others"
done

# Statements are read-only and end with the deadline, at the server too.
q 'CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS $$ DELETE FROM "UserGroups" RETURNING 1 $$; GRANT DELETE ON "UserGroups" TO ldap' >/dev/null
q 'ALTER TABLE "Groups" RENAME TO g; CREATE VIEW "Groups" AS SELECT g.* FROM g, pg_sleep(60); GRANT SELECT ON "Groups", g TO ldap' >/dev/null
idle() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND state <> 'idle'")" = 0 ]; }
expect 52 search -b $base '(objectClass=posixGroup)'
eventually 5 idle
q 'DROP VIEW "Groups"; CREATE VIEW "Groups" AS SELECT g.* FROM g, writes(); GRANT SELECT ON "Groups" TO ldap' >/dev/null
expect 80 search -b $base '(objectClass=posixGroup)'
logged query-refused 'cannot execute DELETE in a read-only transaction'
q 'DROP VIEW "Groups"; ALTER TABLE g RENAME TO "Groups"' >/dev/null
expect 0 search -b $base '(objectClass=posixGroup)'

# A restart of PostgreSQL, and of the proxy.
restart_postgres immediate
expect 0 search -b $base '(uid=ann)'
kill -QUIT "$BOUNCER" # at once; a newer PgBouncer waits for its clients after SIGTERM
wait "$BOUNCER" || true
start_bouncer
expect 0 search -b $base '(uid=ann)'
kill -QUIT "$BOUNCER"
