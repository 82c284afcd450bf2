# An unsent push request is retried for seconds; a sent one is never repeated.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
start_postgres
quick_hashes
free_port PUSH_PORT
base=dc=example,dc=com
start_slapd - < <(manager_conf; push_conf)

# Nobody listens: an error, after some attempts and not after the whole deadline.
within 20 expect 52 bind ann
log_has 'outcome=unavailable reason="the push endpoint cannot be reached: '
logged login-unavailable 'notification: the push endpoint cannot be reached: '
lacks "$(grep 'cannot be reached' "$T/slapd.log")" '/send' # an address may hold a secret
expect 49 bind ann wrong

# It is there again when the first attempts have failed: the login succeeds, with one prompt.
python3 - "$PUSH_PORT" "$T" <<'END' &
import os, socket, sys, time
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(sys.argv[1])))
open(sys.argv[2] + "/bound", "w").close()
while not os.path.exists(sys.argv[2] + "/listen"):
    time.sleep(0.02)
server.listen()
for turn in range(3):
    client = server.accept()[0]
    text = b""
    while b"actions" not in text:
        text += client.recv(9999)
    open(sys.argv[2] + "/seen", "a").write("a request\n")
    if turn == 0:
        client.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{"action": "approve"}')
    client.close()
END
eventually 10 test -e "$T/bound"
: >"$T/slapd.log"
(eventually 10 grep -q ' BIND dn="uid=ann' "$T/slapd.log"; sleep 0.5; touch "$T/listen") &
expect 0 bind ann
same 1 "$(wc -l <"$T/seen")" "requests that were read"

# One that was read and not answered is not made again, nor is one that was half answered.
expect 52 bind ann
same 2 "$(wc -l <"$T/seen")" "requests that were read"
