# The cache never uses more memory than pgsql-cache allows.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"
[ "$TIMEOUT_FACTOR" = 1 ] || skip "a sanitizer's own memory is not for this test to measure"
start_postgres
base=dc=example,dc=com
q 'INSERT INTO "Users" ("uidNumber", "uid", "homeDirectory", "cn", "sn", "givenName", "mail", "userPassword", "sshPublicKey", "createdAt", "updatedAt")
   SELECT n, '"'user' || n, '/', 'n', 'n', 'n', n, 'x', repeat('key ', 2500), now(), now() FROM generate_series(10000, 16000) n; ANALYZE"
tell_of_changes '"Users"' '"Groups"' '"UserGroups"'
{
    manager_conf | sed "s/\"mail\", /\"mail\", \"sshPublicKey\" AS description, /"
    printf "%s\n" "pgsql-cache 8" "pgsql-serve-stale 3600"
} >"$T/slapd.conf"
LOG_LEVEL=none start_slapd "$T/slapd.conf"
eventually 20 cache_used 1
memory() { awk '/^VmRSS/ { print $2 }' "/proc/$SLAPD/status"; } # KiB
ask() { seq "$1" "$2" | sed 's/^/user/' | search -b $base -f - '(uid=%s)' | grep -c ^dn; }
same 500 "$(ask 10000 10499)" "users"
before=$(memory)
same 6001 "$(ask 10000 16000)" "users" # 60 MB
grown=$(($(memory) - before))
[ "$grown" -lt 20000 ] || fail "slapd has grown by $grown KiB"
# The last ones are there, the first are not.
stop_postgres
same 100 "$(ask 15901 16000)" "users that were kept"
expect 52 search -b $base '(uid=user10000)'
