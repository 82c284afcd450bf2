# During an outage known users can log in with their last password for a while.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q 'GRANT UPDATE ON "Users" TO ldap; ALTER TABLE "Users" ADD expire integer'
{
    manager_conf | sed "s/\"mail\", /\"mail\", \"status\", expire AS shadow_expire, /"
    cat <<END
pgsql-login-filter users "status" = 'active'
pgsql-serve-stale-binds 3600
pgsql-password-change users UPDATE "Users" SET "userPassword" = ? WHERE "uid" = ? AND "userPassword" = ?
access to attrs=userPassword by self =xw by * auth
access to * by * read
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
login() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "${2:-$1-secret}"; }
for user in ann bob carl gus hal jan; do expect 0 login $user; done
expect 49 login dora # suspended
expect 49 login bob wrong
q "UPDATE \"Users\" SET status = 'suspended' WHERE uid = 'carl'"
expect 49 login carl
expect 0 ldappasswd -x -H "$URI" -D "uid=gus,$base" -w gus-secret -s other "uid=gus,$base"
q "UPDATE \"Users\" SET \"userPassword\" = '{SSHA}D44ivx2nve0G5BZ/RyKIOp5l/nIZ9SWS' WHERE uid = 'hal'" # gus's old one
expect 0 login hal gus-secret
q "DELETE FROM \"Users\" WHERE uid = 'jan'"
expect 49 login jan

for how in fast immediate; do
    stop_postgres "$how"
    expect 0 login ann # an expensive hash, checked later
    expect 0 login bob
    expect 0 login hal gus-secret # the last hash that was seen
    expect 52 login ann wrong
    expect 52 login bob wrong
    expect 52 login hal
    expect 52 login carl # the login filter denied it when it was last read
    expect 52 login dora
    expect 52 login gus # whose password was changed by us since it was seen
    expect 52 login gus other
    expect 52 login jan
    expect 52 login eve
    expect 52 login nosuch
    expect 52 search -b $base '(uid=ann)'
    expect 1 ldappasswd -x -H "$URI" -D "cn=admin,$base" -w admin -s other "uid=bob,$base"
    contains "$OUT" "(52)"
    logged stale-binds
    start_postgres
    eventually 20 search -b $base '(uid=ann)'
    expect 49 login bob wrong
    expect 0 login bob
done
lacks "$(<"$T/slapd.log")" '$6$'

# A table that is locked makes the database slow, not absent: a login filter that denies meanwhile still counts.
q "UPDATE \"Users\" SET status = 'active' WHERE uid = 'carl'"
expect 0 login carl
q "UPDATE \"Users\" SET status = 'suspended' WHERE uid = 'carl'"
"$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q manager -c 'BEGIN; LOCK "Users"; SELECT pg_sleep(3600)' >"$T/lock.log" 2>&1 &
locked() { [ "$(q "SELECT count(*) FROM pg_locks WHERE relation = '\"Users\"'::regclass AND mode = 'AccessExclusiveLock' AND granted")" = 1 ]; }
eventually 10 locked
expect 52 login carl
q "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = '\"Users\"'::regclass AND mode = 'AccessExclusiveLock'" >/dev/null
expect 49 login carl

# An account that is gone by its date is so at any time.
q "UPDATE \"Users\" SET expire = $(($(date +%s) / 86400 + 1)) WHERE uid = 'ann'"
expect 0 login ann
stop_slapd

# Not for longer than it may be, and not at all unless it is said so.
sed -i 's/^pgsql-serve-stale-binds .*/pgsql-serve-stale-binds 3/' "$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 0 login bob
stop_postgres
eventually 10 eval "! login bob"
expect 52 login bob
stop_slapd
sed -i '/^pgsql-serve-stale-binds /d' "$T/slapd.conf"
start_postgres
start_slapd "$T/slapd.conf"
expect 0 login bob
stop_postgres
expect 52 login bob
