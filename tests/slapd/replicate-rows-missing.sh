# Rows that are missing while a large change is replayed, and come back, reach replicas.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
start_slapd - < <(feed_conf 'pgsql-private-groups off' | sed 's/^pgsql-feed-interval.*/pgsql-feed-interval 6/')
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
arrives() { [ "$(at_replica push "$1" 1.1 | grep -c ^dn:)" -ge 20 ]; } # FILTER
missing() { # WHAT FILTER: from the middle of the replay until it has ended
    eventually 20 arrives "$2"
    q "CREATE TABLE missing AS SELECT * FROM \"Users\" WHERE \"uidNumber\" >= 10000; DELETE FROM \"Users\" WHERE \"uidNumber\" >= 10000"
    pause 2 # shorter than pgsql-feed-interval: no comparison sees it
    q "INSERT INTO \"Users\" SELECT * FROM missing; DROP TABLE missing"
    copied "$1" 90
}
add_users 10000 14999 2001
missing "rows that are new" '(uid=u1*)'
q "UPDATE \"Users\" SET \"cn\" = 'Two' WHERE \"uidNumber\" >= 10000"
missing "rows that have changed" '(cn=Two)'
