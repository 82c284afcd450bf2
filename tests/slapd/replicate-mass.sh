# Many entries that disappear at once are kept by replicas, a few are removed at once.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider
add_users 3001 3300 2001
start_replica push refreshAndPersist
has() { [ "$(at_replica push "$2" 1.1 | grep -c ^dn:)" = "$1" ]; } # COUNT FILTER
eventually 60 has 300 '(uid=u3*)'
copied "the first copy" 20

# Rows that nobody may see are no error, but no entries either. Changes of the others arrive meanwhile.
q "CREATE POLICY few ON \"Users\" USING (\"uid\" = 'bob'); ALTER TABLE \"Users\" ENABLE ROW LEVEL SECURITY; UPDATE \"Users\" SET \"cn\" = 'Meanwhile' WHERE \"uid\" = 'bob'"
q "UPDATE \"Groups\" SET \"cn\" = 'meanwhile' WHERE \"gidNumber\" = 2003"
logged feed-held-back ' entries have disappeared'
replicated push '(cn=meanwhile)' 'gidNumber: 2003'
replicated push '(uid=bob)' 'cn: Meanwhile'
has 310 '(objectClass=posixAccount)' || fail "users are missing"
q 'ALTER TABLE "Users" DISABLE ROW LEVEL SECURITY'
q "UPDATE \"Groups\" SET \"cn\" = 'again' WHERE \"gidNumber\" = 2003"
copied "users who are shown again" 20

lacks "$(<"$T/replica-push/log")" "be_delete uid="

# Less than half, a small kind, and values are removed at once.
q 'DELETE FROM "Users" WHERE "uidNumber" BETWEEN 3001 AND 3150'
eventually 20 has 150 '(uid=u3*)'
q 'TRUNCATE "Groups" CASCADE'
eventually 20 has 0 '(|(cn=devs)(cn=ldapusers))'
q 'DELETE FROM "Users" WHERE "uidNumber" > 3200'
eventually 20 has 50 '(uid=u3*)'
q 'TRUNCATE "Users" CASCADE' # 60 of them
eventually 20 has 0 '(objectClass=posixAccount)'
copied "the end"
