# The log tells how sessions are encrypted and warns about hashes sent in plain text.
. "$(dirname "$0")/../lib/own-namespace.sh"
. "$(dirname "$0")/../lib.sh"
need_namespace
. "$TESTS/lib/certificates.sh"
. "$TESTS/lib/check.sh"
# 192.0.2.1 is this machine, and no address of the loopback interface's network.
ip address add 192.0.2.1/32 dev lo
authority ours
certificate right ours IP:192.0.2.1
database() { # OPTION…
    [ -z "$POSTGRES" ] || stop_postgres
    start_postgres -c 'listen_addresses=*' "$@"
}
database
echo 'host all all 192.0.2.1/32 trust' >>"$T/pg/data/pg_hba.conf"
database
with_tls=(-c ssl=on -c "ssl_cert_file=$T/right.pem" -c "ssl_key_file=$T/right.key")
conf() { # URI
    manager_conf | sed "s|^pgsql-uri .*|pgsql-uri \"$1\"|"
}
directory() {
    [ -z "$SLAPD" ] || stop_slapd
    : >"$T/slapd.log"
    start_slapd - < <(conf "$@")
    settled
}
count() { same "$1" "$(times_logged "${@:2}")" "lines with: ${*:2}"; } # TIMES KEY [TEXT]
far="host=192.0.2.1 port=$PGPORT dbname=manager user=ldap password=ldap"

# Not encrypted, to a machine that might be elsewhere. Each is said once, however many sessions there are.
directory "$far"
logged session-opened "192.0.2.1 port $PGPORT: not encrypted"
kill_backends >/dev/null
expect 0 search -b dc=example,dc=com '(uid=ann)'
count 1 session-opened
count 1 session-unencrypted "192.0.2.1 port $PGPORT: "
expect 0 "${PRELOAD[@]}" slaptest -f "$T/slapd.conf"
contains "$ERR" '[session-unencrypted]'
lacks "$ERR" '[session-opened]'
expect 0 "${PRELOAD[@]}" slapcat -f "$T/slapd.conf" -l "$T/ldif"
lacks "$ERR" '[session-unencrypted]'
checked 1 --brief "$T/slapd.conf"
contains "$OUT" 'pgsql-uri: the connection is not encrypted: password hashes can be read on the network'

# A server that gets TLS, or loses it, is told of while slapd runs.
database "${with_tls[@]}"
expect 0 search -b dc=example,dc=com '(uid=ann)'
logged session-opened "192.0.2.1 port $PGPORT: TLSv1.3"
database
expect 0 search -b dc=example,dc=com '(uid=ann)'
count 2 session-unencrypted

# No network is crossed, or no hashes.
for address in "postgres://ldap:ldap@127.0.0.1:$PGPORT/manager" "host=$T/pg port=$PGPORT dbname=manager user=ldap"; do
    directory "$address"
    count 1 session-opened 'not encrypted, local'
    count 0 session-unencrypted
done
stop_slapd
: >"$T/slapd.log"
start_slapd - < <(conf "$far" | sed 's/, "userPassword" AS password//')
settled
count 1 session-opened "192.0.2.1 port $PGPORT: not encrypted"
count 0 session-unencrypted

# Password changes go by sessions of their own.
directory "$far target_session_attrs=any" # one host
printf '%s\n' 'pgsql-target-session-attrs any' 'pgsql-password-change users UPDATE "Users" SET "userPassword" = ? WHERE "uid" = ? AND "userPassword" = ?' >>"$T/slapd.conf"
q 'GRANT UPDATE ("userPassword") ON "Users" TO ldap'
stop_slapd
start_slapd "$T/slapd.conf"
logged session-opened "changes: connected to PostgreSQL at 192.0.2.1 port $PGPORT: not encrypted"
