# An entry that is removed and added again between two comparisons is the same at replicas.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
. "$TESTS/lib/staff.sh"
start_postgres
staff_table
tell_of_changes staff
start_slapd - < <(staff_conf | with_feed | sed 's/^pgsql-feed-interval.*/pgsql-feed-interval 1/')
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
expect 0 add_staff fast
copied "an addition" 10
expect 0 change "dn: uid=fast,ou=staff,$base" 'changetype: delete'
expect 0 add_staff fast
expect 0 add_staff later
replicated push '(uid=later)' 'uid: later'
copied "an entry that went and came" 10
