# Rows that may not log in disappear at replicas with pgsql-hide-denied, and come back.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replica-logins.sh"
secure_provider 'pgsql-hide-denied on'
secure_replica push refreshAndPersist
copied "the first copy" 20
users() { at_replica push '(objectClass=posixAccount)' 1.1 | sed -n 's/^dn: uid=\([a-z]*\),.*/\1/p' | sort | xargs; }
same "ann bob carl fay gus hal ivy jan rep" "$(users)" "users at the replica"
same "" "$(at_replica push '(|(memberUid=dora)(memberUid=eve))' 1.1)" "groups with members who are hidden"
state() { q "UPDATE \"Users\" SET \"status\" = '$2' WHERE \"uid\" = '$1'"; } # USER STATUS
expect 0 bind_at "${REPLICA[push]}" bob
state bob suspended
replicated push '(|(uid=bob)(memberUid=bob))'
expect 49 bind_at "${REPLICA[push]}" bob
copied "a row that is hidden"
state bob active
replicated push '(uid=bob)' 'uid: bob'
eventually 10 bind_at "${REPLICA[push]}" bob
copied "a row that is shown again"
