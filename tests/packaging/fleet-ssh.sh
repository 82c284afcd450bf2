#!/bin/bash
# slapd-pgsql-pair works with OpenSSH: keys, connection failures, hanging commands, statuses.
. "$(dirname "$0")/../lib.sh"
need perl ssh ssh-keygen sshd unshare
[ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null || skip "sshd needs root and a /run of its own"
free_port PORT
free_port silent
for key in host other user; do ssh-keygen -q -t ed25519 -N '' -f "$T/$key" <<<y; done
cat >"$T/sshd_config" <<END
ListenAddress 127.0.0.1:$PORT
HostKey $T/host
AuthorizedKeysFile $T/user.pub
StrictModes no
PidFile none
UsePAM no
PermitRootLogin yes
END
setpriv --pdeathsig KILL -- unshare --mount bash -c 'mount -t tmpfs run /run && mkdir -m 755 /run/sshd && exec "$(command -v sshd)" -D -e -f "$1"' bash "$T/sshd_config" >"$T/sshd.log" 2>&1 &
up() { : <>"/dev/tcp/127.0.0.1/$PORT"; }
eventually 10 up
# A port that accepts connections and says nothing.
perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], Listen => 9) or die; my @c; while (my $c = $s->accept) { push @c, $c }' "$silent" &

# The administrator's ssh, whose configuration decides about ports and keys.
for host in good wrong new closed silent; do printf 'Host %s\n    HostKeyAlias %s\n' $host $host; done >"$T/ssh_config"
cat >>"$T/ssh_config" <<END
Host silent
    Port $silent
Host closed
    Port 1
Host *
    HostName 127.0.0.1
    Port $PORT
    User root
    IdentityFile $T/user
    IdentitiesOnly yes
    UserKnownHostsFile $T/known_hosts
    GlobalKnownHostsFile none
    StrictHostKeyChecking ask
END
mkdir "$T/bin"
printf '#!/bin/sh\nexec "%s" -F "%s" "$@"\n' "$(command -v ssh)" "$T/ssh_config" >"$T/bin/ssh"
chmod +x "$T/bin/ssh"
PATH=$T/bin:$PATH
printf '%s %s\n' good "$(cut -d ' ' -f 1-2 "$T/host.pub")" silent "$(cut -d ' ' -f 1-2 "$T/host.pub")" wrong "$(cut -d ' ' -f 1-2 "$T/other.pub")" >"$T/known_hosts"
printf 'web %s\n' good wrong new closed silent >"$T/fleet"
printf '%s\n' 'web good' 'inside inner good env INSIDE=yes' >"$T/inside"
fleet() { "$PROJECT/packaging/slapd-pgsql-pair" -f "${FILE:-$T/fleet}" "$@"; }

expect 1 fleet -C 2 run 'echo "it'"'"'s $0"; echo two >&2'
same "okay::web:good:it's sh
okay::web:good:two" "$(grep ^okay <<<"$OUT")" "the host that is well"
contains "$OUT" 'fail::web:wrong:unreachable: '
contains "$OUT" 'fail::web:wrong:Host key verification failed.'
contains "$OUT" 'fail::web:new:unreachable: '
grep -q '^new ' "$T/known_hosts" && fail "a key was stored without a question"
contains "$OUT" 'fail::web:closed:unreachable: ssh: connect to host 127.0.0.1 port 1: Connection refused'
[[ $OUT =~ 'fail::web:silent:unreachable: '.*('timed out'|'no login within 2 s') ]] || fail "the host without an answer is not told: $OUT"
contains "$ERR" '5 hosts: 1 okay, 4 unreachable'

# Statuses, also that of ssh itself; a hanging command; a lost connection; a script with arguments.
for status in 1 124 255; do
    expect 1 fleet -m good run "echo no; exit $status"
    same "fail::web:good:status $status: no" "$OUT" "a status"
done
within 5 expect 1 fleet -m good -T 1 run 'echo begun; sleep 300'
same 'fail::web:good:timed out after 1 s: begun' "$OUT" "a command that hangs"
expect 1 fleet -m good run 'echo begun; p=$PPID; while [ "$(ps -o comm= $p)" != sshd ]; do p=$(ps -o ppid= $p); done; kill -KILL $p; sleep 5'
[[ $OUT == 'fail::web:good:unreachable: '* ]] || fail "a lost connection is not told: $OUT"
printf '%s\n' 'printf "%s|" "$@"' 'echo "café"' >"$T/script"
expect 0 fleet -m good script "$T/script" "a  b" '$x;'"'"
same "okay::web:good:a  b|\$x;'|café" "$OUT" "a script"
FILE=$T/inside expect 0 fleet -t inside run 'echo "$INSIDE"'
same 'okay::inside:inner:yes' "$OUT" "a command that leads into a host"
