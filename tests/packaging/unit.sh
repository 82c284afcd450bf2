#!/bin/bash
# The installed files serve the manager's database under all restrictions of the service unit.
TMPDIR=${TMPDIR:-/tmp} # the unit hides /dev
. "$(dirname "$0")/lib.bash"
need cmake systemd-analyze unshare
/usr/bin/python3 -c 'import seccomp' 2>/dev/null || skip "python3-seccomp is missing; packaging/setup --tests installs it"
[ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null || skip "only root can confine a process as systemd does"
getent passwd openldap >/dev/null || skip "there is no user openldap"

# Installed as the package does.
DESTDIR=$T/root cmake --install "$BUILD" --prefix /usr >/dev/null
programs=$(cd "$PROJECT/packaging" && ls -d slapd-from-env slapd-pgsql-*)
for file in usr/lib/ldap/back_pgsql.so usr/share/slapd-pgsql/notify.sql etc/ldap/schema/{rfc2307bis,openssh-lpk,subid}.{schema,ldif} \
    $(cd "$PROJECT/doc" && for page in *.[1-8]; do echo "usr/share/man/man${page##*.}/$page"; done) \
    $(for program in $programs; do echo "usr/sbin/$program usr/share/man/man8/$program.8"; done); do
    [ -s "$T/root/$file" ] || fail "not installed: /$file"
done
for program in $programs; do expect 0 "$T/root/usr/sbin/$program" --help; done
FROM_ENV=$T/root/usr/sbin/slapd-from-env MODULE=$T/root/usr/lib/ldap/back_pgsql.so

# The unit is one that systemd takes, and says as much as can be said.
unit=$T/slapd-pgsql.service
sed "s|/usr/sbin/slapd-from-env|$FROM_ENV|; /^Documentation=/d" "$PROJECT/packaging/debian/slapd-back-pgsql.slapd-pgsql.service" >"$unit"
expect 0 systemd-analyze verify "$unit"
same "" "$(grep -F slapd-pgsql <<<"$OUT$ERR")" "what systemd-analyze says of the unit" # it tells of units of other packages too
expect 0 systemd-analyze security --offline=yes --threshold=20 --no-pager "$unit"

cp "$TESTS/packaging/confined" "$T"
install -d -o openldap -g openldap -m 700 "$T/state"
SERVE_AS=("$T/confined" "$unit" "$T/state" "$T")
under() { "${SERVE_AS[@]}" "$@"; }
refused() { ! (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; }

# The restrictions are really there.
expect 0 under sh -c "id -un && umask && ulimit -n && echo x >$T/state/written"
same "openldap 0077 16384" "$(head -n 3 <<<"$OUT" | xargs)" "who it is"
same openldap "$(stat -c %U "$T/state/written")" "the owner of what it writes"
rm "$T/state/written"
# Each of these slapd's user may do without them.
install -d -o openldap "$T/elsewhere"
chmod 755 "$T/elsewhere"
for forbidden in "touch $T/elsewhere/x" 'touch /var/lib/ldap/back-pgsql && rm /var/lib/ldap/back-pgsql' 'ls /home' 'cat /proc/1/cmdline >/dev/null' \
    "touch $T/state/s; chmod u+s $T/state/s" 'chrt --batch 0 true' 'setarch --addr-no-randomize true' \
    'exec perl -MSocket -e "exit !socket my \$s, 16, SOCK_RAW, 0"' \
    'exec perl -e "exit(syscall(9, 0, 4096, 7, 34, -1, 0) == -1)"'; do # the last two: netlink; memory to write to and to run
    expect 0 setpriv --reuid openldap --regid openldap --init-groups sh -c "$forbidden"
    ! under sh -c "$forbidden" >"$T/said" 2>&1 || fail "the unit may: $forbidden"
done
rm "$T"/state/s

# A port below 1024, as 636 is.
for _ in {1..50}; do
    PORT=$((700 + RANDOM % 300))
    exec {lock}>"${TMPDIR:-/tmp}/back-pgsql-ports.$UID/$PORT"
    ! flock -n "$lock" || (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null || break
done
start_postgres
manager_queries
serve "${MANAGER[@]}" REQUIRE_AUTH_FOR_SEARCH=false HOME=/root
tr '\0' '\n' <"/proc/$SLAPD/environ" >"$T/environ"
grep -qx "HOME=$(getent passwd openldap | cut -d : -f 6)" "$T/environ" || fail "HOME is of another user: $(grep ^HOME "$T/environ")"
same openldap "$(stat -c %U "/proc/$SLAPD")" "slapd's user"
same 1 "$(sed -n 's/^NoNewPrivs:\t//p' "/proc/$SLAPD/status")" "no new privileges"
same 2 "$(sed -n 's/^Seccomp:\t//p' "/proc/$SLAPD/status")" "the filter of system calls"
same "$(printf %016x $((1 << 10)))" "$(sed -n 's/^CapBnd:\t//p' "/proc/$SLAPD/status")" "capabilities"
expect 0 ldap_tool ldapsearch -LLL -b dc=example,dc=com '(uid=ann)' uidNumber
contains "$OUT" 'dn: uid=ann,dc=example,dc=com'
expect 0 ldap_tool ldapsearch -LLL -b dc=example,dc=com '(memberUid=ann)' cn
contains "$OUT" 'cn: sysadmins'
for who in ann bob carl fay gus; do expect 0 ldap_tool ldapwhoami -D uid=$who,dc=example,dc=com -w $who-secret; done # each by another hash
expect 49 ldap_tool ldapwhoami -D uid=ann,dc=example,dc=com -w wrong
restart_postgres immediate
expect 0 ldap_tool ldapsearch -LLL -b dc=example,dc=com '(uid=ann)' uidNumber
cp "$T/state/self-signed.crt" "$T/first.crt"
# As systemd stops it: its own command first, then SIGTERM.
expect 0 under env MAINPID="$SLAPD" sh -c "$(sed -n 's/^ExecStop=//p' "$unit")"
log_has 'slapd gentle shutdown'
stop_slapd
serve SQL_URI=postgres://ldap:ldap@localhost:1/manager REQUIRE_AUTH_FOR_SEARCH=false # a name has to be looked up
cmp "$T/state/self-signed.crt" "$T/first.crt" || fail "the certificate was not kept"
expect 52 ldap_tool ldapsearch -LLL -b dc=example,dc=com '(uid=ann)'
stop_slapd
# pgsql-refuse-after needs /proc and slapd's epoll.
serve SQL_URI=postgres://ldap:ldap@localhost:1/manager REQUIRE_AUTH_FOR_SEARCH=false SQL_TIMEOUT=1 SQL_REFUSE_AFTER=1
logged listeners-closed
eventually 20 refused
stop_slapd
