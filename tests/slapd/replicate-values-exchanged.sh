# A value that moves from one attribute to another one does so at replicas.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
q "CREATE TABLE phones AS SELECT \"uid\" AS who, 'work' AS type, '+49 1' AS number FROM \"Users\"; GRANT SELECT ON phones TO ldap"
notified_changes
tell_of_changes phones
start_slapd - < <(feed_conf "pgsql-values users telephoneNumber SELECT who AS username, number FROM phones WHERE type = 'work'" \
    "pgsql-values users mobile SELECT who AS username, number FROM phones WHERE type = 'mobile'")
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
q "UPDATE phones SET type = 'mobile' WHERE who = 'bob'"
copied "a number of another type"
