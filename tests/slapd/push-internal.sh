# Binds of slapd's own wait in workers, a quarter of them, until a configuration change.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
start_postgres
quick_hashes
start_push
users_say hold
base=dc=example,dc=com
mkdir "$T/slapd.d"
# An overlay of the tests makes an internal bind of each compare.
{ manager_conf | sed "1i threads 8
s|^modulepath .*|&:$BUILD/tests|; s/^moduleload.*/&\nmoduleload internal_bind/"; push_conf
    printf '%s\n' 'pgsql-push-timeout 50' 'overlay internal_bind'; } >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')

internal() { ldapcompare -x -H "$URI" "uid=$1,$base" "userPassword:$2"; }
begin() { # USER
    { local status=0; internal "$1" secret >/dev/null 2>&1 || status=$?; echo "$status" >"$T/result.$1"; } &
}
result() { eventually 20 test -s "$T/result.$1"; same "$2" "$(<"$T/result.$1")" "the result of $1"; rm "$T/result.$1"; }

expect 49 internal ann wrong
user_says ann approve
expect 6 internal ann secret
log_has 'client=internal suffix="dc=example,dc=com" step=notification outcome=accepted'
user_says ann reject
expect 49 internal ann secret

begin bob; begin carl
eventually 10 prompted 4
expect 51 internal eve secret
log_has 'outcome=busy reason="too many workers wait for logins"'
same 4 "$(prompts)" "prompts"
for _ in 1 2 3; do expect 0 search -b $base '(uid=ann)'; done
release_user bob approve
release_user carl reject
result bob 6
result carl 49
begin hal; begin ivy
eventually 10 prompted 6
printf '%s\n' "dn: $database" "changetype: modify" "replace: olcPgPoolSize" "olcPgPoolSize: 3" >"$T/change.ldif"
within 10 expect 0 as_config ldapmodify -f "$T/change.ldif"
result hal 52
result ivy 52
log_has 'step=notification outcome=unavailable reason="the configuration is being changed"'

# Nobody answers: it ends with the deadline.
user_says fay silent
printf '%s\n' "dn: $database" "changetype: modify" "replace: olcPgPushTimeout" "olcPgPushTimeout: 1" >"$T/change.ldif"
expect 0 as_config ldapmodify -f "$T/change.ldif"
within 15 expect 49 internal fay secret
printf '%s\n' "dn: $database" "changetype: modify" "replace: olcPgPushTimeout" "olcPgPushTimeout: 50" >"$T/change.ldif"
expect 0 as_config ldapmodify -f "$T/change.ldif"

# Its database is deleted meanwhile.
begin gus
eventually 10 prompted 8
within 10 expect 0 as_config ldapdelete "olcOverlay={0}internal_bind,$database"
within 10 expect 0 as_config ldapdelete "$database"
result gus 52
expect 0 as_config ldapsearch -b cn=config -s base
