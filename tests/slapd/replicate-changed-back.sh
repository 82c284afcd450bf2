# A replica that got an entry between two changes gets the last one, although the provider is killed in between.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
start_slapd - < <(feed_conf | sed 's/^pgsql-feed-interval .*/pgsql-feed-interval 3600/')
logged feed-started
before=$(q "SELECT \"cn\" FROM \"Users\" WHERE \"uid\" = 'ann'")
q "UPDATE \"Users\" SET \"cn\" = 'Between' WHERE \"uid\" = 'ann'"
for name in first second; do # each tells the provider that it has another state than was compared
    start_replica $name refreshAndPersist
    replicated $name '(uid=ann)' 'cn: Between'
done
kill -KILL "$SLAPD"
wait "$SLAPD" || true
SLAPD=
q "UPDATE \"Users\" SET \"cn\" = '$before' WHERE \"uid\" = 'ann'"
start_slapd "$T/slapd.conf"
for name in first second; do replicated $name '(uid=ann)' "cn: $before"; done
copied "the end" 20
