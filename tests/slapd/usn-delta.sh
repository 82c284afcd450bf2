# A search for one change among 10,000 users reads one row.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres -c shared_preload_libraries=pg_stat_statements
q 'CREATE EXTENSION pg_stat_statements'
notified_changes
add_users 10001 20000
q 'ANALYZE'
usn_conf() { manager_conf; printf '%s\n' 'sizelimit unlimited' 'pgsql-usn on' 'pgsql-feed-interval 0.05' "pgsql-feed-state $T/numbers"; }
usn_conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
logged feed-started
settled
last() { search -b '' -s base lastUSN | sed -n 's/^lastUSN: //p'; }
above() { number=$(last) && [[ $number =~ ^[0-9]{10}$ ]] && [ "$number" -gt "$1" ]; } # NUMBER
known=$(last)

change() { # NUMBER: of a user
    q "UPDATE \"Users\" SET \"cn\" = 'Changed' WHERE \"uidNumber\" = $1"
    eventually 60 above "$known"
}
rows() { q "SELECT coalesce(sum(rows), 0) FROM pg_stat_statements JOIN pg_roles r ON r.oid = userid WHERE rolname = 'ldap' AND query NOT LIKE 'SELECT \$1'"; } # which the listener sends each second
# The search of SSSD for what has changed since a number: what it finds, and how many rows PostgreSQL returns for it.
delta() { # NUMBER CLASS ENTRIES ROWS
    q 'SELECT pg_stat_statements_reset()' >/dev/null
    same "$3" "$(dns -b $base "(&(objectClass=$2)(entryUSN>=$1)(!(entryUSN=$1)))" | wc -l)" "changed entries of $2"
    same "$4" "$(rows)" "rows for the changes of $2"
}
change 15000 # all others have the number that is known
delta "$known" posixAccount 1 1
delta "$known" posixGroup 0 0
known=$(last)
change 16000
delta "$known" posixAccount 1 1
delta "$known" posixGroup 0 0
known=$(last)
delta "$known" posixAccount 0 0

# One that members have changed.
q "DELETE FROM \"UserGroups\" WHERE \"gidNumber\" = 2002"
eventually 60 above "$known"
delta "$known" posixGroup 1 1
