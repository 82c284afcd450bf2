# pgsql-feed-passwords cannot be set while replicas are connected, which would get hashes.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider_online
grant() { change 'add: olcPgFeedPasswords' "olcPgFeedPasswords: cn=replicator,$base"; }
expect 80 grant
contains "$ERR$OUT" 'restart slapd'
q "UPDATE \"Users\" SET \"cn\" = 'Changed' WHERE \"uid\" = 'gus'"
replicated push '(uid=gus)' 'cn: Changed'
same "" "$(at_replica push '(objectClass=*)' userPassword | grep userPassword)" "hashes at the replica that has neither TLS nor the DN"
