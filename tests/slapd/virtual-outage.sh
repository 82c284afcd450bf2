# An error of the database is never an empty answer, and a refusal of the query is never an error.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"
. "$TESTS/lib/admission.sh"
start_postgres
virtual_users_table
q 'GRANT virtual_users_read, virtual_users_admit TO ldap'
tell_of_changes '"Users"' '"Groups"' '"UserGroups"' virtual_users
base=dc=example,dc=com
admission_conf 'pgsql-virtual-rate 1000/60' 'pgsql-cache 16' 'pgsql-serve-stale 3600' 'pgsql-timeout 2' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
eventually 20 cache_used 1
admits() { [ "$(admitted "(uid=$1)")" = "uid=$1" ]; }
refuses() { # NAME REASON: the search finds nothing, and that is no error
    expect 0 as_ann "(uid=$1)" 1.1
    same "" "$OUT" "what the search for $1 finds"
    eventually 3 refusal_logged "$1" "$2" as_ann "(uid=$1)"
}
unknown() { # CODE NAME: what searches and a compare get
    expect "$1" as_ann "(uid=$2)" 1.1
    expect "$1" as_ann -b "uid=$2,$base" -s base
    expect "$1" ldapcompare -x -H "$URI" -D "uid=ann,$base" -w ann-secret "uid=$2,$base" "uid:$2"
}

# Refusals by the table: a name that has ended, a range without free numbers, a trigger, a name that the function refuses.
same uid=alice1 "$(admitted '(uid=alice1)')" "the first search"
q "UPDATE virtual_users SET until = now() WHERE name = 'alice1'"
refuses alice1 'ERROR:  virtual_user: the name  alice1  has ended'
q "UPDATE virtual_users SET until = NULL WHERE name = 'alice1'; UPDATE virtual_users_range SET (first, last) = (30000, 30000)"
same uid=first1 "$(admitted '(uid=first1)')" "the last free number"
refuses second1 'ERROR:  virtual_user: no number from 30000 to 30000 is free'
q 'UPDATE virtual_users_range SET (first, last) = (20000, 20100)'
refuses third1 'number 20'
q "UPDATE virtual_users_range SET (first, last) = (30000, 59999); ALTER TABLE virtual_users ADD CONSTRAINT no_mallory CHECK (name !~ '^mallory')"
refuses mallory1 'ERROR:  new row for relation  virtual_users  violates check constraint  no_mallory'
same "alice1 first1" "$(registered)" "the registered names"

# A statement that fails is an error, and registered names are found meanwhile. The start, slaptest and the search report it.
q 'REVOKE virtual_users_admit FROM ldap'
unknown 80 later1
logged query-refused 'permission denied for function virtual_user'
same uid=alice1 "$(admitted '(uid=alice1)')" "a registered name"
same "" "$(admitted '(uid=foosvc)')" "a name that does not match"
expect 1 "${PRELOAD[@]}" slaptest -f "$T/slapd.conf"
contains "$ERR" 'pgsql-virtual users uid: PostgreSQL refuses to run the query: ERROR:  permission denied for function virtual_user; GRANT EXECUTE ON FUNCTION public.virtual_user(text) TO ldap'
stop_slapd
start_slapd "$T/slapd.conf"
logged virtual-unusable 'pgsql-virtual users uid: PostgreSQL refuses to run the query: ERROR:  permission denied for function virtual_user'
q 'GRANT virtual_users_admit TO ldap'
same uid=later1 "$(admitted '(uid=later1)')" "the name once the query can run"
expect 0 "${PRELOAD[@]}" slaptest -f "$T/slapd.conf"

# A transaction that others delay ends in time, with an error.
as_role postgres >"$T/locker" 2>&1 <<<"BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('virtual_users', 0)); SELECT pg_sleep(60)" &
locker=$!
locked() { [ "$(q "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")" -gt 0 ]; }
eventually 10 locked
within 15 unknown 52 slow1
q "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()" >/dev/null
wait "$locker" || true
same uid=slow1 "$(admitted '(uid=slow1)')" "the name when nothing delays it"

# Without the database nothing tells that a name does not exist. What was found before is served.
eventually 20 cache_used 2
same "uid=alice1 uid=slow1" "$(found '(uid=alice1)') $(found '(uid=slow1)')" "registered names"
expect 0 search -b "$base" '(uid=never1)' 1.1
for how in fast immediate; do
    before=$(registered)
    stop_postgres "$how"
    same "uid=alice1 uid=slow1" "$(found '(uid=alice1)') $(found '(uid=slow1)')" "registered names without the database"
    for filter in '(uid=never1)' '(uid=new1)' '(&(uid=new1)(objectClass=posixAccount))'; do expect 52 search -b "$base" "$filter" 1.1; done
    start_postgres
    same "$before" "$(registered)" "the registered names afterward"
    eventually 20 admits "${how}1"
done
