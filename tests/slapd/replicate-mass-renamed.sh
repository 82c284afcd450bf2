# Many rows that are renamed and keep their entryUUID stay at replicas.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
q 'ALTER TABLE "Users" ADD id uuid NOT NULL DEFAULT gen_random_uuid()'
start_slapd - < <(manager_conf | sed 's/"userPassword" AS password/&, id AS "entryUUID"/' | with_feed)
logged feed-started
add_users 3001 3110 2001
start_replica push refreshAndPersist
has() { [ "$(at_replica push "$1" 1.1 | grep -c ^dn:)" = 110 ]; } # FILTER
eventually 30 has '(uid=u3*)'
copied "the first copy" 20
q 'UPDATE "Users" SET "uid" = $$renamed-$$ || "uid" WHERE "uidNumber" > 3000'
eventually 20 has '(uid=renamed-*)'
q 'UPDATE "Groups" SET "cn" = $$later$$ WHERE "gidNumber" = 2003'
replicated push '(cn=later)' 'gidNumber: 2003'
has '(uid=renamed-*)' || fail "$(at_replica push '(uid=renamed-*)' 1.1 | grep -c ^dn:) of 110 renamed rows are left"
copied "renamed rows"
