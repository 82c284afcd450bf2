# Entries have the number of the comparison that found them changed, and filters select by it.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
usn_conf() { manager_conf; printf '%s\n' 'pgsql-usn on' 'pgsql-feed-interval 0.05' "pgsql-feed-state $T/numbers" "$@"; }
start_slapd - < <(usn_conf)
logged feed-started
last() { search -b '' -s base lastUSN | sed -n 's/^lastUSN: //p'; }
number() { search -b $base "$1" entryUSN | sed -n 's/^entryUSN: //p' | sort -u | xargs; } # FILTER
advanced() { [ "$(last)" -gt "$1" ]; } # NUMBER
first=$(last)
[[ $first =~ ^[0-9]{10}$ ]] || fail "lastUSN is $first"
same "$first" "$(number '(uid=*)')" "the numbers of all users at first"
same "" "$(dns -b $base "(&(objectClass=posixAccount)(entryUSN>=$first)(!(entryUSN=$first)))")" "what has changed since"
lacks "$(search -b $base '(uid=ann)')" entryUSN
contains "$(search -b $base '(uid=ann)' +)" "entryUSN: $first"

# A member of a group, whose row does not change, changes the group and nothing else.
q "DELETE FROM \"UserGroups\" WHERE \"uidNumber\" = 2001 AND \"gidNumber\" = (SELECT min(\"gidNumber\") FROM \"UserGroups\" WHERE \"uidNumber\" = 2001)"
eventually 5 advanced "$first"
second=$(last)
changed=$(dns -b $base "(&(objectClass=posixGroup)(entryUSN>=$first)(!(entryUSN=$first)))")
same 1 "$(grep -c . <<<"$changed")" "the number of changed groups"
same "" "$(dns -b $base "(&(objectClass=posixAccount)(entryUSN>=$((first + 1))))")" "the changed users"
same "$second" "$(number '(entryUSN>=1)' | tr ' ' '\n' | tail -n 1)" "the highest number"

# One change among many reads one row.
q "UPDATE \"Users\" SET \"mail\" = 'new@example.com' WHERE \"uid\" = 'bob'"
eventually 5 advanced "$second"
third=$(last)
same "uid=bob,$base" "$(dns -b $base "(&(objectClass=posixAccount)(uid=*)(entryUSN>=$((second + 1))))")" "the changed user"
same "$third" "$(search -b $base -s sub '(&(uid=bob)(entryUSN=*))' entryUSN | sed -n 's/^entryUSN: //p')" "the number of the changed user"

# Numbers survive a restart, and only grow.
end_slapd
start_slapd - < <(usn_conf)
logged feed-started
is_last() { [ "$(last)" = "$1" ]; }
eventually 5 is_last "$third"
same "$first" "$(number '(uid=ann)')" "the number of an unchanged user after a restart"
end_slapd
q "UPDATE \"Users\" SET \"mail\" = 'late@example.com' WHERE \"uid\" = 'ann'"
start_slapd - < <(usn_conf)
eventually 5 advanced "$third"
[ "$(number '(uid=ann)')" -gt "$third" ] || fail "a change while slapd was stopped has no new number"

# Without an answer of the database nothing is said to be unchanged; SSSD learns at once that there are numbers.
until_then=$(last)
stop_slapd
stop_postgres
start_slapd - < <(usn_conf)
expect 52 ldapsearch -x -H "$URI" -b $base "(entryUSN>=$first)"
same "$until_then" "$(last)" "lastUSN before the first comparison"
