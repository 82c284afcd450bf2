# While entries are held back, replicas that refresh keep all that they have.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider
add_users 3001 3120 2001
start_replica push refreshAndPersist
start_replica poll refreshOnly
has() { [ "$(at_replica "$1" '(objectClass=posixAccount)' 1.1 | grep -c ^dn:)" = 130 ]; } # NAME
for name in push poll; do eventually 30 has $name; done
copied "the first copy" 20
q 'ALTER TABLE "Users" ENABLE ROW LEVEL SECURITY; UPDATE "Groups" SET "cn" = $$meanwhile$$ WHERE "gidNumber" = 2003'
logged feed-held-back ' entries have disappeared'
replicated push '(cn=meanwhile)' 'gidNumber: 2003'
eventually 10 grep -q 'err=52 .*many entries have disappeared' "$T/slapd.log"
stop_replica poll
stop_replica push
run_replica push
run_replica poll
for name in push poll; do has $name || fail "users are missing at the replica that does $name"; done

# The rows are visible again.
q 'ALTER TABLE "Users" DISABLE ROW LEVEL SECURITY; UPDATE "Groups" SET "cn" = $$again$$ WHERE "gidNumber" = 2003'
copied "after the rows came back" 20
