# virtual-users.sh: adds the table of virtual users (schema/virtual-users.sql) to the test's database.

as_role() { # ROLE OPTION…: psql as a role of the test's database; bare values
    "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U "$1" -X -q -A -t -v ON_ERROR_STOP=1 -d manager "${@:2}"
}
virtual_users_file() { as_role "${1:-postgres}" -f "$PROJECT/schema/virtual-users.sql"; } # [ROLE]
virtual_users_table() {
    q 'CREATE VIEW virtual_users_taken AS SELECT "uid" AS name, "uidNumber" AS number FROM "Users"
       UNION ALL SELECT NULL, "gidNumber" FROM "Users" UNION ALL SELECT "cn", "gidNumber" FROM "Groups"'
    virtual_users_file
}
