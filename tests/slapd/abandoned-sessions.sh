# An abandoned search costs no session with PostgreSQL.
. "$(dirname "$0")/../lib.sh"
need python3
start_postgres
base=dc=example,dc=com
q 'CREATE VIEW slow AS SELECT u.* FROM "Users" u, (SELECT pg_sleep(5)) s; GRANT SELECT ON slow TO ldap' >/dev/null
{ manager_conf | sed '0,/FROM "Users"$/s//FROM slow/'; echo "pgsql-timeout 20"; echo "pgsql-pool-size 4"; echo "database monitor"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
connects() { monitored olmPgConnects; }
monitored() { ldapsearch -x -LLL -H "$URI" -b cn=Databases,cn=Monitor "(olmPgSuffix=*)" "$1" | sed -n "s/^$1: //p"; }

# Sends a search and closes the connection, so many times, each after a while.
cat >"$T/abandon.py" <<'END'
import socket, sys, time
port, times, wait, attribute, value = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4].encode(), sys.argv[5].encode()
def tlv(tag, body): return bytes([tag, len(body)]) + body
equal = tlv(0xa3, tlv(4, attribute) + tlv(4, value))
search = tlv(0x63, tlv(4, b"dc=example,dc=com") + b"\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00" + equal + b"\x30\x00")
for _ in range(times):
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(tlv(0x30, b"\x02\x01\x01" + search))
    time.sleep(wait)
    s.sendall(tlv(0x30, b"\x02\x01\x02\x50\x01\x01"))
    s.close()
    time.sleep(0.05)
END
abandon() { python3 "$T/abandon.py" "${URI##*:}" "$@"; }
expect 0 search -b $base '(uid=ann)'
before=$(connects)

# Quick searches end by themselves.
abandon 30 0 uid ann
# Slow ones are canceled; a second session does that.
abandon 10 0.1 cn 'Ann Archer'
busy() { q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND state = 'active' AND query LIKE '%slow%'"; }
stopped() { [ "$(busy)" = 0 ]; }
eventually 3 stopped
expect 0 search -b $base '(uid=ann)'
opened=$(($(connects) - before))
say "40 abandoned searches opened $opened sessions"
[ "$opened" -le 4 ] || fail "40 abandoned searches opened $opened sessions with PostgreSQL, more than the pool holds"
