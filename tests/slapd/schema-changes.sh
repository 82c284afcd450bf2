# A dropped, restored or altered table is noticed immediately.
. "$(dirname "$0")/../lib.sh"
start_postgres
start_slapd - < <(manager_conf)
base=dc=example,dc=com
ann() { dns -b $base '(uid=ann)'; }
same "uid=ann,$base" "$(ann)" "ann"

q 'ALTER TABLE "Users" RENAME TO "Gone"'
for filter in '(uid=ann)' '(objectClass=posixAccount)' '(uidNumber=2000)'; do
    expect 80 search -b $base "$filter"
    same "" "$OUT" "entries while the table is away"
done
expect 80 search -b uid=ann,$base -s base
expect 80 ldapcompare -x -H "$URI" uid=ann,$base uid:ann
expect 0 search -b $base -s base # not the database's business
expect 0 search -b '' -s base
logged kind-unusable 'relation "Users" does not exist'

q 'ALTER TABLE "Gone" RENAME TO "Users"'
same "uid=ann,$base" "$(ann)" "ann after the table came back"

# Statements are prepared once a session, and PostgreSQL refuses them when the types they return have changed.
for change in 'ALTER COLUMN "uid" TYPE text' 'ALTER COLUMN "uidNumber" TYPE bigint' 'ADD COLUMN "extra" text' 'DROP COLUMN "extra"' \
    'ALTER COLUMN "cn" TYPE varchar(100)'; do
    q "ALTER TABLE \"Users\" $change"
    same "uid=ann,$base" "$(ann)" "ann after $change"
    same 10 "$(dns -b $base '(objectClass=posixAccount)' | wc -l)" "users after $change"
    same "uid=bob,$base" "$(dns -b $base '(uidNumber=2001)')" "bob after $change"
done

# The first to notice may be a login.
for change in 'ALTER COLUMN "userPassword" TYPE text' 'ALTER COLUMN "uid" TYPE varchar(99)' 'ALTER COLUMN "userPassword" TYPE varchar(300)'; do
    q "ALTER TABLE \"Users\" $change"
    expect 0 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-secret
done

# The role may lose its rights and get them back.
q 'REVOKE SELECT ON "Users" FROM ldap'
expect 80 search -b $base '(uid=ann)'
q 'GRANT SELECT ON "Users" TO ldap'
same "uid=ann,$base" "$(ann)" "ann after the rights came back"

# The whole database may be made anew.
q 'DROP TABLE "UserGroups", "Groups", "Users"'
expect 80 search -b $base '(uid=ann)'
expect 80 search -b $base '(memberUid=ann)'
"$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -v ON_ERROR_STOP=1 manager < <(sed '/^CREATE ROLE/d' "$TESTS/data/manager.sql")
same "uid=ann,$base" "$(ann)" "ann in the new table"
same 3 "$(dns -b $base '(memberUid=ann)' | wc -l)" "groups in the new tables"
