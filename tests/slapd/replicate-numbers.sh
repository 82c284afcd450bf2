# Replicas copy a database that has entryUSN, and get no numbers.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider 'pgsql-usn on'
start_replica poll refreshOnly
start_replica push refreshAndPersist
copied "the first copy" 20
q "UPDATE \"Users\" SET \"mail\" = 'ann@example.org' WHERE \"uid\" = 'ann'"
replicated push '(uid=ann)' 'mail: ann@example.org'
add_users 2100 2100
replicated push '(uid=u2100)' 'uid: u2100'
copied "changes"
for name in poll push; do lacks "$(at_replica $name '(objectClass=*)' '*' +)" entryUSN; done
contains "$(search -b $base '(uid=u2100)' +)" entryUSN:
