#!/bin/bash
# slapd-pgsql-pair asks 200 hosts in time, and tells failing, unreachable and hanging ones apart.
. "$(dirname "$0")/../lib.sh"
need perl jq
mkdir "$T/bin"
# A host takes 0.3 s for a connection. What it does is in its name.
cat >"$T/bin/ssh" <<END
#!/bin/bash
while [ "\$1" != -- ]; do shift; done
case \$2 in
    away*) echo "ssh: connect to host \$2 port 22: Connection timed out" >&2; exit 255 ;;
    stuck*) exec sleep "$((600 + $$ % 1000))" ;; # before the login
esac
read -rt 0.3 <> <(:)
HOSTNAME=\$2 exec sh -c "\$3"
END
chmod +x "$T/bin/ssh"
PATH=$T/bin:$PATH
sleeper="[s]leep $((600 + $$ % 1000))"
command='echo "I am $HOSTNAME"
case $HOSTNAME in
    bad*) exit 3 ;;
    own*) exit 255 ;;
    hang*) trap "" TERM; sleep '$((600 + $$ % 1000))' ;;
    many*) yes ;;
esac'
fleet() { "$PROJECT/packaging/slapd-pgsql-pair" -f "$T/fleet" "$@"; }
{
    for n in {1..190}; do echo "web,$([ $((n % 2)) = 0 ] && echo prod || echo test) good$n.example.com"; done
    printf 'web,odd %s\n' bad1 bad2 bad3 own1 hang1 hang2 stuck1 away1 away2 many1
} >"$T/fleet"

start=$(now)
within 20 expect 1 fleet -j 50 -T 3 -C 2 run "$command"
say "200 hosts in $((($(now) - start) / 1000)) ms"
contains "$ERR" 'slapd-pgsql-pair: 200 hosts: 190 okay, 5 failed, 3 unreachable, 2 timed out'
same "$(cut -d ' ' -f 2 "$T/fleet" | uniq)" "$(cut -d : -f 4 <<<"$OUT" | uniq)" "the order of the hosts"
contains "$OUT" 'okay::web,prod:good190.example.com:I am good190.example.com'
same "fail::web,odd:bad3:status 3: I am bad3
fail::web,odd:own1:status 255: I am own1
fail::web,odd:hang1:timed out after 3 s: I am hang1
fail::web,odd:hang2:timed out after 3 s: I am hang2
fail::web,odd:stuck1:unreachable: no login within 2 s
fail::web,odd:away1:unreachable: ssh: connect to host away1 port 22: Connection timed out
fail::web,odd:away2:unreachable: ssh: connect to host away2 port 22: Connection timed out
fail::web,odd:many1:more output than 1 MiB: I am many1" "$(grep -E ':(bad3|own1|hang.|stuck1|away.|many1):' <<<"$OUT" | grep -v ':y*$')" "what is not okay"
gone() { ! pgrep -f "$sleeper"; }
eventually 5 gone

# The same for programs.
expect 1 fleet --json -t odd -m '^(bad1|hang1|away1)$' -T 1 run "$command"
same '{"host":"bad1","line":"I am bad1","outcome":"failed","status":3,"tags":["web","odd"]}
{"host":"hang1","line":"I am hang1","outcome":"timeout","status":null,"tags":["web","odd"]}
{"host":"away1","line":"ssh: connect to host away1 port 22: Connection timed out","outcome":"unreachable","status":null,"tags":["web","odd"]}' \
    "$(jq -cS . <<<"$OUT")" "the lines of JSON"

# Ended by a signal, it leaves nothing behind.
"$PROJECT/packaging/slapd-pgsql-pair" -f "$T/fleet" -m stuck1 run "$command" >/dev/null 2>&1 &
eventually 5 pgrep -f "$sleeper"
kill -TERM $!
status=0
wait $! || status=$?
same 143 "$status" "the exit status after SIGTERM"
eventually 5 gone
