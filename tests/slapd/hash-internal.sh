# Binds from inside slapd wait for their hash check and return the right result.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
# argon2id of "costly": 64 MiB, 8 passes
expensive='$argon2id$v=19$m=65536,t=8,p=1$c2FsdHNhbHQ$3xXSZDCibNae3xUzSYlSax+pvLCgNcQJB3ZUKry9PQQ'
q "UPDATE \"Users\" SET \"userPassword\" = '$expensive' WHERE \"uid\" <> 'bob'"
# An overlay of the tests makes an internal bind of each compare.
{
    manager_conf | sed "1i threads 8
s|^modulepath .*|&:$BUILD/tests|; s/^moduleload.*/&\nmoduleload internal_bind/"
    printf '%s\n' 'pgsql-hash-threads 1' 'pgsql-hash-timeout 60' 'overlay internal_bind'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
internal() { ldapcompare -x -H "$URI" "uid=$1,$base" "userPassword:$2"; }

expect 6 internal ann costly
expect 49 internal ann wrong
expect 49 internal nosuch wrong
expect 6 internal bob bob-secret

users="ann carl dora eve fay gus hal ivy jan"
for user in $users; do
    { status=0; internal "$user" costly >/dev/null 2>&1 || status=$?; echo "$status" >"$T/result.$user"; } &
done
log_has 'client=internal suffix="dc=example,dc=com" step=sql outcome=busy reason="too many workers wait for logins"'
for _ in 1 2 3; do expect 0 search -b $base '(uid=ann)'; done
all() { [ "$(cat "$T"/result.* 2>/dev/null | wc -l)" = 9 ]; }
if all; then fail "all were checked before anything else was tried"; fi
eventually 60 all
same "51 6" "$(sort -u "$T"/result.* | xargs)" "results"
[ "$(grep -l '^6$' "$T"/result.* | wc -l)" -ge 2 ] || fail "fewer than two, a quarter of the threads, were checked"
