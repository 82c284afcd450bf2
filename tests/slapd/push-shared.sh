# Only logins of the same user and address share an open prompt.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
start_postgres
quick_hashes
start_push
users_say hold
base=dc=example,dc=com
{ manager_conf; push_conf; echo "pgsql-push-window 50"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"

begin() { # FILE USER [PASSWORD]: a login in the background, whose result goes to FILE
    { local status=0; bind "$2" "${3:-secret}" >/dev/null 2>&1 || status=$?; echo "$status" >"$T/$1"; } &
}
result() { eventually 10 test -s "$T/$1"; cat "$T/$1"; rm "$T/$1"; }
waiting() { # N: so many logins are not answered, and one that came after them has been
    eventually 10 unanswered "$1"
    expect 49 bind jan wrong
}
unanswered() { [ "$(($(grep -c ' BIND dn="uid=.*method=128' "$T/slapd.log") - $(grep -c ' pgsql bind dn=' "$T/slapd.log")))" = "$1" ]; }

# Three logins of ann's are one prompt; bob's is another, and who has not the password shares nothing.
begin one ann; begin two ann; begin three ann; begin other bob
eventually 10 prompted 2
expect 49 bind ann wrong
waiting 4
same "1 1" "$(prompts '"ann"') $(prompts '"bob"')" "prompts for ann and bob"
release_user ann approve
same "0 0 0" "$(result one) $(result two) $(result three)" "ann's logins"
[ ! -e "$T/other" ] || fail "bob got ann's answer"
release_user bob reject
same 49 "$(result other)" "bob's login"

# What was decided is decided for those who waited: the next login is another prompt. A rejection is shared as well.
rm "$T/push"/release.*
begin one ann
eventually 10 prompted 3
begin two ann
waiting 2
release_user ann reject
same "49 49" "$(result one) $(result two)" "ann's logins, rejected"
same 2 "$(prompts '"ann"')" "prompts for ann"

# Another address is another login.
rm "$T/push"/release.*
python3 - "${URI##*:}" "$base" <<'END' &
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), source_address=("127.0.0.77", 0))
dn, word = ("uid=carl," + sys.argv[2]).encode(), b"secret"
bind = b"\x02\x01\x03\x04" + bytes([len(dn)]) + dn + b"\x80" + bytes([len(word)]) + word
s.sendall(b"\x30" + bytes([5 + len(bind)]) + b"\x02\x01\x01\x60" + bytes([len(bind)]) + bind)
s.recv(100)
END
begin one carl
eventually 10 prompted 5
eventually 10 grep -q '"client": "127.0.0.77"' "$T/push/requests"
release_user carl approve
same 0 "$(result one)" "carl's login"

# A prompt that is older than the window is not shared.
rm "$T/push"/release.*
stop_slapd
sed -i 's/^pgsql-push-window.*/pgsql-push-window 0.5/' "$T/slapd.conf"
start_slapd "$T/slapd.conf"
begin one eve
eventually 10 prompted 6
sleep 0.6
begin two eve
eventually 10 prompted 7
same 2 "$(prompts '"eve"')" "prompts for eve"
release_user eve approve
same "0 0" "$(result one) $(result two)" "eve's logins"

# Without a window every login has its prompt.
stop_slapd
sed -i 's/^pgsql-push-window.*/pgsql-push-window 0/' "$T/slapd.conf"
start_slapd "$T/slapd.conf"
begin one gus; begin two gus
eventually 10 prompted 9
release_user gus approve
same "0 0" "$(result one) $(result two)" "gus's logins"
