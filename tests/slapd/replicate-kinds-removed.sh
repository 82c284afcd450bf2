# A container, and a kind of entries, that the configuration no longer has disappear at replicas.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider_online 'pgsql-kind users container=ou=people'
expect 0 change 'add: olcPgPrivateGroups' 'olcPgPrivateGroups: FALSE'
replicated push '(cn=fay)'
copied "without private groups"
expect 0 change 'delete: olcPgKind'
replicated push '(uid=ann)' "dn: uid=ann,$base"
replicated push '(ou=people)'
copied "without the container"
not_logged feed-failed
