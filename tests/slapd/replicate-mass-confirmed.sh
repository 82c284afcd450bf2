# A removal of many entries reaches replicas after a minute.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider
add_users 3001 3130 2001
start_replica push refreshAndPersist
has() { [ "$(at_replica push "$2" 1.1 | grep -c ^dn:)" = "$1" ]; } # COUNT FILTER
eventually 30 has 130 '(uid=u3*)'
copied "the first copy" 20
begin=$(now)
q 'DELETE FROM "Users" WHERE "uidNumber" > 3000'
logged feed-held-back '130 entries have disappeared'
eventually 90 has 0 '(uid=u3*)'
[ $(($(now) - begin)) -ge 60000000 ] || fail "removed after $((($(now) - begin) / 1000)) ms"
copied "removed rows" 10
