# slapd-pgsql-check reports numbers of users and groups that machines use otherwise.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/check.sh"
need jq
start_postgres
q 'CREATE TABLE people (name text, number bigint, own bigint); CREATE TABLE teams (name text, number bigint); GRANT SELECT ON people, teams TO ldap'
{
    manager_conf | sed '/^pgsql-list users/,$d'
    printf '%s\n' "pgsql-list users SELECT name AS username, number AS uid_number, own AS gid_number, '{SSHA}D44ivx2nve0G5BZ/RyKIOp5l/nIZ9SWS' AS password FROM people" \
        'pgsql-list groups SELECT name, number AS gid_number FROM teams'
} >"$T/slapd.conf"
# Numbers of users and groups, and what is reported: LEVEL|MESSAGE, in that order.
reported() { # USERS GROUPS EXPECTED: users are NUMBER or NUMBER:GID
    q "TRUNCATE people, teams; INSERT INTO people SELECT 'u' || row_number() OVER (), split_part(n, ':', 1)::bigint, coalesce(nullif(split_part(n, ':', 2), ''), n)::bigint FROM unnest('{$1}'::text[]) n;
       INSERT INTO teams SELECT 'g' || row_number() OVER (), n FROM unnest('{$2}'::bigint[]) n"
    local status=0
    [[ $'\n'$3 != *$'\n'warning* ]] || status=1
    [[ $'\n'$3 != *$'\n'error* ]] || status=2
    checked "$status" --json "$T/slapd.conf"
    same "$3" "$(jq -r '.databases[].findings[] | select(.object == "numbers") | .level + "|" + .message' <<<"$OUT")" "what is reported of users $1 and groups $2"
    same "" "$(jq -r '.databases[].findings[] | select(.object == "numbers" and (.hint == null or .examples == null)) | .message' <<<"$OUT")" "findings without a remedy or an example"
}
local_numbers="note|numbers of the machines' local users and groups (1000 to 59999)" containers='note|numbers that unprivileged containers lack by default (above 65535)'

reported 2000000,2000002 3000000 "$containers: 2 users (2000000 to 2000002), 1 group (3000000)"
reported 1000,59999:5000 5000 "$local_numbers: 2 users (1000 to 59999), 1 group (5000)"
reported 1000:100,1001:100 '' "$local_numbers: 2 users (1000 to 1001)" # a local group of machines
reported 0,-5:100 '' "error|negative numbers, which no machine can use: 1 user (-5)
error|root's number, 0: 1 user (0)"
reported 1000:0,1001:-1,1002:4294967295 0 "error|negative numbers, which no machine can use: 1 user by gidNumber (-1)
error|the number of root's group, 0: 1 group (0), 1 user by gidNumber (0)
$local_numbers: 3 users (1000 to 1002)
error|numbers that no machine can use (above 4294967293): 1 user by gidNumber (4294967295)"
reported 1:100,999:100 100,101,999 "warning|numbers of the machines' system users (1 to 999): 2 users (1 to 999)
note|numbers of Debian's own groups (1 to 100): 1 group (100)
warning|numbers of the machines' system groups (101 to 999): 2 groups (101 to 999)"
reported 60000:100,61184:100,65533:100 65000 "warning|numbers that systemd gives to services (61184 to 65519), and Debian to packages (60000 to 65533): 3 users (60000 to 65533), 1 group (65000)"
reported 65534:100 65535 "error|numbers that mean no user and no group (65534, 65535): 1 user (65534), 1 group (65535)"
reported 65536:100,99999:100 '' "$containers: 2 users (65536 to 99999)"
reported 100000:100,1999999:100 '' "$containers: 2 users (100000 to 1999999)
note|numbers that machines give to containers of their local users (from 100000, 65536 each): 2 users (100000 to 1999999)"
reported 2147483647:100,2147483648:100,4294967293:100 4294967294,9000000000 "$containers: 1 user (2147483647)
warning|numbers that programs with signed integers cannot use (above 2147483647): 2 users (2147483648 to 4294967293)
error|numbers that no machine can use (above 4294967293): 2 groups (4294967294 to 9000000000)"

# For people; names are data.
q "INSERT INTO people VALUES (e'\\u00e9va\\x1b[2J', 5, 100)"
checked 2 --brief "$T/slapd.conf"
contains "$OUT" 'warning numbers: numbers of the machines'"'"' system users (1 to 999): 1 user (5)
          e.g. user "éva\x1b[2J": 5
          do:  give them other numbers, and their files with them (chown)'
lacks "$OUT" $'\e'

# The example: one note.
manager_conf >"$T/manager.conf"
checked 0 --json "$T/manager.conf"
same "$local_numbers: 10 users (2000 to 2009), 4 groups (2000 to 2003)" "$(jq -r '.databases[].findings[] | select(.object == "numbers") | .level + "|" + .message' <<<"$OUT")" "the example's numbers"
checked 0 --brief --no-numbers "$T/manager.conf"
lacks "$OUT" ' numbers: '
# Several directories, in cn=config.
{ cat "$T/manager.conf"; sed -n '/^database pgsql/,$p' "$T/slapd.conf" | sed 's/^suffix.*/suffix dc=sub,dc=example,dc=org/; /^root/d'; } >"$T/two.conf"
mkdir "$T/slapd.d"
"${PRELOAD[@]}" slaptest -f "$T/two.conf" -F "$T/slapd.d" >/dev/null 2>&1
checked 2 --json "$T/slapd.d"
same "1 4" "$(jq -r '.databases[] | [.findings[] | select(.object == "numbers")] | length' <<<"$OUT" | xargs)" "findings of each directory"

# Applications need no numbers.
q "DELETE FROM people WHERE number = 5"
{
    manager_conf | sed '/^pgsql-list users/,$d'
    printf '%s\n' 'pgsql-kind users class=top,inetOrgPerson' 'pgsql-kind groups class=top,groupOfNames' 'pgsql-list users SELECT name AS username FROM people' \
        "pgsql-list groups SELECT name, 'uid=u1,dc=example,dc=com' AS member FROM teams"
} >"$T/applications.conf"
checked 1 --brief "$T/applications.conf"
lacks "$OUT" umber

# What could not be read is not fine.
printf '#!/bin/sh\necho "dn: uid=ann,dc=example,dc=com"\necho "pgsql(dc=example,dc=com): [tool-failed] timeout" >&2\nexit 1\n' >"$T/slapcat"
checked 1 --brief "$T/manager.conf"
contains "$OUT" 'warning numbers: they could not be read: pgsql(dc=example,dc=com): [tool-failed] timeout'
