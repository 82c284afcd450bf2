# What changes while it is copied, and then back, is the same at replicas.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
add_users 3001 4200
q 'UPDATE "Users" SET "gidNumber" = 2001'
start_slapd - < <(feed_conf | sed 's/^pgsql-feed-interval.*/pgsql-feed-interval 8/')
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
set_all() { echo "UPDATE \"Users\" SET \"cn\" = '$1' WHERE \"uidNumber\" > 3000"; } # NAME
all_arrived() { [ "$(at_replica push '(|(cn=One)(cn=Two))' 1.1 | grep -c ^dn:)" = 1200 ]; }
change_while_copied "$(set_all One)" 'be_modify uid=u' "$(set_all Two)"
eventually 20 all_arrived
q "$(set_all One)" # before the next comparison
copied "what it was before" 20
