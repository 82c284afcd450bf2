#!/bin/bash
# slapd-pgsql-pair reports each server in one line, and replaces only while all are healthy.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/clients/servers.sh"
need slapd openssl perl ldapwhoami
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"
end_pair() { local status=$?; set +e; end_servers || status=1; (exit $status); cleanup; }
trap end_pair EXIT

# ssh leads to a shell whose STATE_DIR is the server's; what it was asked to do is written down.
mkdir "$T/bin"
cat >"$T/bin/ssh" <<END
#!/bin/bash
while [[ \$1 == -* ]]; do [ "\$1" = -o ] && shift; shift; done
echo "\$*" >>"$T/asked"
[ "\$1" != unreachable ] || { echo "ssh: connect to host unreachable port 22: No route to host" >&2; exit 255; }
[ "\$1" != blind ] || PATH=$T/blind:\$PATH
state=$T/ldap1
[ "\$1" != $LDAP2 ] || state=$T/ldap2
shift
STATE_DIR=\$state exec sh -c "\$*"
END
chmod +x "$T/bin/ssh"
PATH=$T/bin:$PATH

start_postgres
start_ldap ldap1
start_ldap ldap2
printf '%s\n' '# tag host' "ldap1 $LDAP1" '' "ldap2 $LDAP2" >"$T/pair"
pair() { "$PROJECT/packaging/slapd-pgsql-pair" -f "${FILE:-$T/pair}" -p "$LDAPS_PORT" -s 0 -w 10 "$@"; }

# Commands run on all, or on some; each line that they write names the server.
expect 0 pair run 'printf "one\ntwo \\ three: %s" "it'"'"'s"'
same "okay::ldap1:$LDAP1:one
okay::ldap1:$LDAP1:two \\\\ three: it's
okay::ldap2:$LDAP2:one
okay::ldap2:$LDAP2:two \\\\ three: it's" "$OUT" "lines of two servers"
expect 1 pair -t ldap2 run 'echo no; exit 3'
same "fail::ldap2:$LDAP2:status 3: no" "$OUT" "the line of a failure"
printf '%s\n' "ldap1 $LDAP1" "ldap2 [::1] unreachable" "ldap3 $LDAP2 gateway env INSIDE=yes" >"$T/odd"
FILE=$T/odd expect 1 pair run 'echo "$INSIDE"'
same "okay::ldap1:$LDAP1:
fail::ldap2:[::1]:unreachable: ssh: connect to host unreachable port 22: No route to host
okay::ldap3:$LDAP2:yes" "$OUT" "ways into servers"
contains "$(<"$T/asked")" 'gateway env INSIDE=yes sh -c '
expect 1 pair -T 1 -t ldap1 run 'sleep 30'
contains "$OUT" "fail::ldap1:$LDAP1:timed out after 1 s"

# Two good servers.
expect 0 pair verify
until=$(date -u -d '+3650 days' +%Y)
like='^okay::ldap[12]:[0-9.]*:healthy: certificate valid until '$until'-..-.., database available, configuration [0-9a-f]{12}$'
same 2 "$(grep -cE "$like" <<<"$OUT")" "servers that are well in: $OUT"

# A certificate without a trusted issuer, or one that expires soon; another configuration; no server at the port; the database down.
expect 1 pair -c "$T/ldap1/self-signed.crt" verify
contains "$OUT" "fail::ldap2:$LDAP2:no answer from ldaps://$LDAP2:$LDAPS_PORT"
expect 1 pair -d 4000 verify
contains "$OUT" 'the certificate expires soon: '
echo '# another' >>"$T/ldap2/slapd.conf"
expect 1 pair verify
contains "$OUT" "okay::ldap1:$LDAP1:"
contains "$OUT" "fail::ldap2:$LDAP2:configuration "
sed -i '$s|.*|TLSCertificateFile /etc/ldap/ldap2.crt|' "$T/ldap2/slapd.conf" # each has its own
expect 0 pair verify
stop_postgres
expect 1 pair verify
same 2 "$(grep -c 'fail::ldap[12]:.*:the database of dc=example,dc=com is unavailable: ' <<<"$OUT")" "servers without a database in: $OUT"
start_postgres

sed -i '$d' "$T/ldap2/slapd.conf"

# Configurations that cannot be read are not the same, and neither are digests that were not made.
mkdir "$T/blind"
printf '%s\n' "ldap1 $LDAP1 blind" "ldap2 $LDAP2 blind" >"$T/odd"
for tool in sed sha256sum; do
    rm -f "$T/blind/"*
    printf '%s\n' '#!/bin/sh' 'echo "Permission denied" >&2; exit 1' >"$T/blind/$tool"
    chmod +x "$T/blind/$tool"
    FILE=$T/odd expect 1 pair verify
    same 2 "$(grep -c '^fail::ldap[12]:.*:the configuration cannot be read: Permission denied' <<<"$OUT")" "servers without a configuration in: $OUT"
done

# One after the other, each told by its name; only with the others well, and not beyond the first failure.
replaced() { paste -sd ' ' "$T/replaced" 2>/dev/null; : >"$T/replaced"; }
printf '%s\n' "replace: echo \$TAG=\$HOST >>'$T/replaced'" >>"$T/pair"
expect 0 pair rolling
same "ldap1=$LDAP1 ldap2=$LDAP2" "$(replaced)" "what was replaced"
same 2 "$(grep -c '^okay::ldap[12]:.*:replaced, healthy after ' <<<"$OUT")" "replaced servers in: $OUT"
same 2 "$(grep -cE "$like" <<<"$OUT")" "servers that are well in the end in: $OUT"
expect 1 pair rolling sh -c "echo \$TAG >>'$T/replaced'; echo no room >&2; exit 1"
same "fail::ldap1:$LDAP1:the replacement failed: no room" "$OUT" "a failed replacement"
same ldap1 "$(replaced)" "what was replaced before the failure"
expect 1 pair -w 1 rolling sh -c "echo \$TAG >>'$T/replaced'; kill \$(cat '$T/ldap1/slapd.pid')"
contains "$OUT" "fail::ldap1:$LDAP1:replaced, but not healthy after 1 s: no answer from ldaps://$LDAP1:$LDAPS_PORT"
same ldap1 "$(replaced)" "what was replaced before the one that does not come back"
wait "${LDAP_PROCESS[ldap1]}"
expect 1 pair rolling
contains "$OUT" "fail::ldap1:$LDAP1:no answer"
same '' "$(replaced)" "what was replaced while one was away"

# A restart needs no command: each server's own program does it.
cat >"$T/bin/slapd-pgsql-status" <<'END'
#!/bin/sh
echo "${STATE_DIR##*/} $*" >>"${STATE_DIR%/*}/ordered"
echo '{"state": "ready"}'
[ ! -e "${STATE_DIR%/*}/failing$1" ]
END
chmod +x "$T/bin/slapd-pgsql-status"
expect 0 pair status
contains "$OUT" "okay::ldap1:$LDAP1:{\"state\": \"ready\"}"
start_ldap ldap1
: >"$T/ordered"
expect 0 pair rolling --restart
same 'ldap1 --restart --wait 10 ldap2 --restart --wait 10' "$(paste -sd ' ' "$T/ordered")" "what was restarted"
same 2 "$(grep -c '^okay::ldap[12]:.*:restarted, healthy after ' <<<"$OUT")" "restarted servers in: $OUT"
touch "$T/failing--restart"
expect 1 pair rolling --restart
same "fail::ldap1:$LDAP1:the restart failed: {\"state\": \"ready\"}" "$OUT" "a failed restart"

# What is not understood does nothing.
refused_pair() { expect 2 pair "${@:2}"; contains "$ERR" "slapd-pgsql-pair: $1"; same '' "$OUT" "output"; }
refused_pair 'give a command: run, script, list, status, verify, rolling, clients, check or flush'
refused_pair "unknown command 'stop'" stop
refused_pair 'run: the command is missing' run
refused_pair "-w: 'x' is not a number" -w x verify
refused_pair "$T/pair: no server has the tag ldap3" -t ldap3 verify
refused_pair 'rolling: the only server would be down' -t ldap1 rolling
expect 2 flock "$T/pair" "$PROJECT/packaging/slapd-pgsql-pair" -f "$T/pair" rolling
contains "$ERR" 'slapd-pgsql-pair: rolling: another rolling update is running'
FILE=$T/none refused_pair "the inventory '$T/none' cannot be read" verify
expect 2 env PATH="$T/bin" "$PROJECT/packaging/slapd-pgsql-pair" -f "$T/pair" verify
contains "$ERR" 'slapd-pgsql-pair: ldapsearch is not installed; run: apt-get install ldap-utils'
echo 'ldap1 a;b' >"$T/odd"
FILE=$T/odd refused_pair "$T/odd line 1: 'a;b' is not a host" verify
