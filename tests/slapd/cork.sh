# Long answers fill their packets, and short answers are sent immediately.
. "$(dirname "$0")/../lib.sh"
need strace openssl
[ ${#PRELOAD[@]} = 0 ] || skip "a sanitizer's own tracing and strace exclude each other"
start_postgres
base=dc=example,dc=com
q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT n, 'u' || n, 2001, '/home/u' || n, 'User ' || n, 'User', 'U', 'u' || n || '@example.com', '!', now(), now() FROM generate_series(10000, 11999) n"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$T/key" -subj /CN=localhost -out "$T/cert" 2>/dev/null
{
    manager_conf | sed "/^database pgsql/i\\
TLSCertificateFile $T/cert\\
TLSCertificateKeyFile $T/key"
    printf '%s\n' 'sizelimit unlimited' 'pgsql-cache 16' 'pgsql-cache-notify off' 'pgsql-cache-ttl 60'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 0 search -b $base '(uid=ann)'

# How often packets are held up, and let go, while a command runs.
corks() { # COMMAND…
    strace -f -e trace=setsockopt -o "$T/trace" -p "$SLAPD" 2>"$T/strace" &
    local tracer=$!
    eventually 10 grep -q attached "$T/strace"
    pause 0.5 # until each thread is at its next call
    "$@" >"$T/answer" || fail "$* failed: $(<"$T/answer")"
    kill -INT $tracer
    wait $tracer || true
    HELD=$(grep -c 'TCP_CORK, \[1\]' "$T/trace" || true) LET_GO=$(grep -c 'TCP_CORK, \[0\]' "$T/trace" || true)
}
strace -o /dev/null true 2>"$T/try" || skip "strace may not trace here: $(<"$T/try")"

everybody() { env -u LDAPNOINIT LDAPTLS_REQCERT=never ldapsearch -x -LLL -H "$URI" "$@" -b $base '(objectClass=posixAccount)' cn; }
for how in '' -ZZ ''; do # twice, for the second answer is kept
    # shellcheck disable=SC2086
    corks everybody $how
    same 2010 "$(grep -c ^dn: "$T/answer")" "entries, $how"
    [ "$HELD" -gt 0 ] || fail "no packets are held up, $how"
    same "$HELD" "$LET_GO" "how often they are let go, $how"
done
corks search -b $base '(uid=ann)' cn
same 0 "$HELD" "how often a look-up is held up"

printf '%s\n' 'dn: olcDatabase={1}pgsql,cn=config' 'changetype: modify' 'add: olcPgCork' 'olcPgCork: FALSE' | as_config ldapmodify >/dev/null
corks everybody
same 2010 "$(grep -c ^dn: "$T/answer")" "entries with pgsql-cork off"
same 0 "$HELD" "how often packets are held up with pgsql-cork off"
