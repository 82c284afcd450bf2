#!/bin/bash
# slapd-pgsql-status reports systemd's service in the documented shape, and starts and stops it.
. "$(dirname "$0")/lib.bash"
need jq
[ ! -e /run/slapd-pgsql ] && [ ! -e /tmp/slapd-pgsql ] || skip "this machine has the image's supervisor"
mkdir "$T/bin"
# systemd's properties are files, and orders are written down; "start" and "stop" run a file.
cat >"$T/bin/systemctl" <<END
#!/bin/bash
case "\$*" in
    'show --timestamp=unix -p '*) cat "$T/\${5%.service}" 2>/dev/null || echo LoadState=not-found ;;
    '--no-block '*) echo "\$2 \$3" >>"$T/orders"; [ ! -e "$T/\$2" ] || . "$T/\$2" ;;
    *) echo "Unknown command: \$*" >&2; exit 1 ;;
esac
END
chmod +x "$T/bin/systemctl"
status() { env PATH="$T/bin:$PATH" "${VARIABLES[@]}" "$PROJECT/packaging/slapd-pgsql-status" "$@"; }
VARIABLES=(LDAP_MONITOR_PASSWORD=seen)
unit() { # NAME PROPERTY=VALUE…: later ones count
    printf '%s\n' "Id=$1.service" LoadState=loaded UnitFileState=enabled Job=0 MainPID=0 NRestarts=0 ExecMainCode=0 ExecMainStatus=0 ExecMainExitTimestamp= \
        "StateChangeTimestamp=@$(($(date +%s) - 100))" InactiveEnterTimestamp= ControlGroup= "${@:2}" >"$T/$1"
}
is() { same "$2" "$(jq -c "$1" <<<"$OUT")" "$1 of $OUT"; }
short='[.state, .wanted, .answers, .pid]'

# Without a service of either.
expect 1 status
same '{"state":"down","wanted":"down","answers":false,"uri":null,"pid":null,"since":null,"restarts":null,"last_end":null,"database":null,"version":null}' "$(jq -c . <<<"$OUT")" "nothing"
expect 2 status --start
contains "$ERR" 'slapd-pgsql-status: there is neither a service'

start_postgres
manager_queries
serve "${MANAGER[@]}" REQUIRE_AUTH_FOR_SEARCH=false LDAP_MONITOR_PASSWORD=seen SQL_TIMEOUT=1
unit slapd-pgsql ActiveState=active "MainPID=$SLAPD" NRestarts=3
expect 0 status
is 'keys_unsorted' '["state","wanted","answers","uri","pid","since","restarts","last_end","database","version"]'
is "$short" "[\"ready\",\"up\",true,$SLAPD]"
is '[.uri, .restarts, .last_end, .database]' "[\"$URI/\",3,null,{\"state\":\"healthy\",\"away_seconds\":0}]"
is '.since >= 100 and .since < 110' true
is '.version | test("^2\\.[0-9]+\\.[0-9]+")' true
VARIABLES=(LDAP_MONITOR_PASSWORD=other)
expect 0 status
is '[.state, .database, .version]' '["ready",null,null]'
VARIABLES=(LDAP_MONITOR_PASSWORD=seen)

# slapd answers without a database.
stop_postgres
down() { status | jq -e '.answers and .database.state == "down" and .database.away_seconds >= 1'; }
search_fails() { ! ldap_tool ldapsearch -b dc=example,dc=com '(uid=ann)'; }
eventually 20 search_fails
eventually 20 down

# It hangs: right after the start, and later.
kill -STOP "$SLAPD"
expect 1 status
is "$short" "[\"unresponsive\",\"up\",false,$SLAPD]"
unit slapd-pgsql ActiveState=active "MainPID=$SLAPD" "StateChangeTimestamp=@$(date +%s)"
expect 1 status
is .state '"starting"'
kill -CONT "$SLAPD"

# Orders. A restart is over when another process answers; a wait ends when there is no more chance.
unit slapd-pgsql ActiveState=active "MainPID=$SLAPD"
expect 0 status --restart
same 'restart slapd-pgsql.service' "$(<"$T/orders")" "the order"
within 6 expect 1 status --restart --wait 1
is .state '"ready"'
unit slapd ActiveState=active # another service is not touched
(
    pause 1
    unit slapd-pgsql ActiveState=inactive "InactiveEnterTimestamp=@1" ExecMainCode=1 ExecMainStatus=0 ExecMainExitTimestamp=@1700000000
) &
expect 0 status --stop --wait 20
same 'stop slapd-pgsql.service' "$(tail -n 1 "$T/orders")" "the order"
is '[.state, .wanted, .pid, .last_end]' '["down","down",null,{"exit":0,"at":"2023-11-14T22:13:20Z"}]'
echo "sed -i 's/^ActiveState=.*/ActiveState=failed/; s/^ExecMainStatus=.*/ExecMainStatus=2/' '$T/slapd-pgsql'" >"$T/start"
within 5 expect 1 status --start --wait 60
is '[.state, .wanted, .last_end.exit]' '["down","up",2]'
sed -i 's/^ActiveState=.*/ActiveState=activating/; s/^ExecMainCode=.*/ExecMainCode=2/; s/^ExecMainStatus=.*/ExecMainStatus=9/' "$T/slapd-pgsql"
expect 1 status
is '[.state, .wanted, .last_end.signal]' '["waiting","up",9]'
echo 'echo "Access denied" >&2; exit 4' >"$T/restart"
expect 2 status --restart --wait 5
contains "$ERR" 'slapd-pgsql-status: --restart: Access denied'

# Debian's slapd where that one runs, or the package has no service; over ldapi:// no password is needed.
stop_slapd
free_port port
URI="ldap://127.0.0.1:$port ldapi://${T//\//%2F}%2Fldapi"
start_slapd - < <(manager_conf; printf '%s\n' 'database monitor' 'access to * by dn.regex=uidNumber=[0-9]+,cn=peercred,cn=external,cn=auth read by * none')
unit slapd-pgsql ActiveState=inactive UnitFileState=disabled
unit slapd ActiveState=active "MainPID=$SLAPD"
expect 0 status
is "$short" "[\"ready\",\"up\",true,$SLAPD]"
is '[.uri, (.database.away_seconds >= 0), (.version != null)]' "[\"$URI\",true,true]"
unit slapd ActiveState=inactive
expect 1 status
is "$short" '["down","down",false,null]'
for wrong in '--start --stop' '--wait x' more; do expect 2 status $wrong; done
