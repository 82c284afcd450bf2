# Pending push logins neither block nor escape configuration changes.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
start_postgres
quick_hashes
start_push
users_say hold
base=dc=example,dc=com
mkdir "$T/slapd.d"
{ manager_conf | sed 's/^moduleload.*/&\nmoduleload ppolicy\nmoduleload rwm\nmoduleload back_relay/'; push_conf; } >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
database() { as_config ldapsearch -LLL -b cn=config "(olcSuffix=$1)" 1.1 | sed -n 's/^dn: //p'; }
ours=$(database $base)
change() { printf '%s\n' "dn: $1" "changetype: modify" "${@:2}" | as_config ldapmodify >/dev/null; }

logins=()
begin() { # DN…: a login each in the background
    local dn n
    n=$(prompts)
    for dn; do
        { local status=0; ldapwhoami -x -H "$URI" -D "$dn" -w secret >"$T/out.$dn" 2>&1 || status=$?; echo "$status" >"$T/result.$dn"; } &
        logins+=("$dn")
    done
    eventually 10 prompted $((n + $#))
}
ended() { # RESULTS WHAT: what they got
    local dn results=()
    for dn in "${logins[@]}"; do
        eventually 10 test -s "$T/result.$dn"
        results+=("$(<"$T/result.$dn")")
        rm "$T/result.$dn"
    done
    logins=()
    same "$1" "${results[*]}" "$2"
}

# Directives: those who wait go on as they began.
begin "uid=ann,$base"
within 10 expect 0 change "$ours" "replace: olcPgPushUri" "olcPgPushUri: http://127.0.0.1:1/nobody" "-" "add: olcPgPushTimeout" "olcPgPushTimeout: 1"
within 20 expect 52 bind bob
sleep 1.2
release approve
ended 0 "ann's login"
rm "$T/push/release"
expect 0 change "$ours" "replace: olcPgPushUri" "olcPgPushUri: http://127.0.0.1:$PUSH_PORT/send" "-" "delete: olcPgPushTimeout"
begin "uid=ann,$base"
expect 0 change "$ours" "replace: olcPgAuthBackends" "olcPgAuthBackends: sql"
expect 0 bind bob
release approve
ended 0 "ann's login"
rm "$T/push/release"
expect 0 change "$ours" "replace: olcPgAuthBackends" "olcPgAuthBackends: sql notification"

# An overlay that comes changes nothing; when one goes, those whose answer would pass through it are told.
begin "uid=ann,$base"
printf '%s\n' "dn: olcOverlay=ppolicy,$ours" "objectClass: olcPPolicyConfig" "olcOverlay: ppolicy" >"$T/overlay.ldif"
expect 0 as_config ldapadd -f "$T/overlay.ldif"
begin "uid=bob,$base"
within 10 expect 0 as_config ldapdelete "olcOverlay={0}ppolicy,$ours"
release approve
ended "0 52" "the login from before the overlay came, and the one from before it went"
log_has 'outcome=unavailable reason="an overlay of the database was removed"'
rm "$T/push/release"

# By way of another database, which is deleted: as above. The directory itself goes on.
printf '%s\n' "dn: olcDatabase=relay,cn=config" "objectClass: olcDatabaseConfig" "objectClass: olcRelayConfig" "olcDatabase: relay" \
    "olcSuffix: o=other" "olcRelay: $base" "" "dn: olcOverlay=rwm,olcDatabase={2}relay,cn=config" "objectClass: olcOverlayConfig" \
    "objectClass: olcRwmConfig" "olcOverlay: rwm" "olcRwmRewrite: rwm-suffixmassage \"$base\"" >"$T/relay.ldif"
expect 0 as_config ldapadd -f "$T/relay.ldif"
begin uid=ann,o=other "uid=bob,$base"
relay=$(database o=other)
within 10 expect 0 as_config ldapdelete "olcOverlay={0}rwm,$relay"
within 10 expect 0 as_config ldapdelete "$relay"
release approve
ended "52 0" "the login by way of the deleted database, and the other one"
rm "$T/push/release"

# The database itself: disabled and enabled again, and deleted.
begin "uid=ann,$base" "uid=bob,$base"
within 10 expect 0 change "$ours" "replace: olcDisabled" "olcDisabled: TRUE"
ended "52 52" "logins when the database is disabled"
expect 0 change "$ours" "replace: olcDisabled" "olcDisabled: FALSE"
release approve
expect 0 bind ann
rm "$T/push/release"
expect 0 as_config ldapadd -f "$T/overlay.ldif"
begin "uid=ann,$base" "uid=bob,$base" "uid=carl,$base"
within 10 expect 0 as_config ldapdelete "olcOverlay={0}ppolicy,$ours"
begin "uid=eve,$base" "uid=fay,$base"
within 10 expect 0 as_config ldapdelete "$ours"
ended "52 52 52 52 52" "logins when the database is deleted"
release approve
expect 49 bind ann
expect 0 as_config ldapsearch -b cn=config -s base
