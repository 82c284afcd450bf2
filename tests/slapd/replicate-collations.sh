# A value that changes only in its spelling does so at replicas, whatever the collation of its column.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
q "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
   ALTER TABLE \"Users\" ALTER \"cn\" TYPE text COLLATE loose; CREATE TABLE mails (who text, mail text COLLATE loose);
   INSERT INTO mails VALUES ('bob', 'bob@example.org'); GRANT SELECT ON mails TO ldap"
notified_changes
tell_of_changes mails
start_slapd - < <(feed_conf 'pgsql-values users description SELECT who AS username, mail AS description FROM mails')
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
q "UPDATE mails SET mail = 'Bob@example.org'"
copied "a value of a values query"
q "UPDATE \"Users\" SET \"cn\" = 'Jan JÄGER' WHERE \"uid\" = 'jan'"
copied "a value of a column"
