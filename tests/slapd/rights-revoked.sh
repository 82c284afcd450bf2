# Revoke scripts undo their grants, also when several databases share a role.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/rights.sh"
start_postgres
objects() {
    q "SELECT 'role', rolname FROM pg_roles WHERE rolname = 'directory' UNION SELECT 'trigger', tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'back%'
       UNION SELECT 'function', oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'back\\_pgsql%' UNION SELECT 'acl', relname FROM pg_class WHERE relacl::text LIKE '%directory%'"
}
run() { expect 0 psql_as_admin -v ON_ERROR_STOP=1 -f - "$1"; }
manager_conf >"$T/slapd.conf"
before=$(objects)
make_directory_role "$T/slapd.conf"
checked 0 --triggers --uri "host=$T/pg port=$PGPORT user=postgres" "$T/directory.conf"
contains "$OUT" "SELECT back_pgsql_watch(VARIADIC ARRAY['public.\"Groups\"', 'public.\"UserGroups\"', 'public.\"Users\"']"
run manager <<<"$OUT"
contains "$(objects)" 'trigger|"UserGroups"'
checked 0 --revoke "$T/directory.conf"
revocation=$OUT
run manager <<<"$revocation"
lacks "$ERR" WARNING
same "$before" "$(objects)" "what is left"
run manager <<<"$revocation" # nothing is there any more

# A role that another database needs stays, until its rights are taken there.
q 'CREATE DATABASE second TEMPLATE manager'
run manager <"$T/grants.sql"
run second <"$T/grants.sql"
run manager <<<"$revocation"
contains "$ERR" 'role directory stays: it owns something or has rights in: second'
run second <<<"$revocation"
same "$before" "$(objects)" "what is left"

# Two databases of slapd with one role in one database of PostgreSQL; a third is elsewhere.
database() { # SUFFIX POSTGRESQL GROUPS
    echo "database pgsql
suffix $1
pgsql-uri postgres://directory:pass@127.0.0.1:$PGPORT/$2
pgsql-list groups SELECT $3"
}
{ base_conf; database dc=a manager '"cn" AS name, "gidNumber" AS gid_number FROM "Groups"'; database dc=b manager '"uid" AS name, "gidNumber" AS gid_number FROM "Users"'; } >"$T/two.conf"
checked 0 --grants --uri "host=$T/pg port=$PGPORT user=postgres" "$T/two.conf"
run manager <<<"$OUT"
q "ALTER ROLE directory PASSWORD 'pass'"
tested 0 "$T/two.conf"
{ cat "$T/two.conf"; database dc=c second '"cn" AS name, "gidNumber" AS gid_number FROM "Groups"'; } >"$T/three.conf"
checked 2 --grants "$T/three.conf"
same "" "$OUT" "a script for no database"
contains "$ERR" 'uses several PostgreSQL databases'
checked 0 --grants --suffix dc=B "$T/three.conf"
contains "$OUT" 'GRANT SELECT (uid, "gidNumber") ON public."Users"'
contains "$OUT" 'ON public."Groups"' # of dc=a, whose rights would be taken
checked 0 --grants --suffix dc=c --role 'the "role"' "$T/three.conf"
contains "$OUT" 'TO "the ""role""";'
run second <<<"$OUT"
same t "$(q "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'the \"role\"'")" "the role"

# What keeps a script from being complete is said, and there is none.
sed 's/"Groups"/"Grups"/' "$T/two.conf" >"$T/broken.conf"
checked 2 --grants "$T/broken.conf"
same "" "$OUT" "a script for a broken query"
contains "$ERR" 'pgsql-list groups: PostgreSQL refuses it: ERROR:  relation "Grups" does not exist'
q 'REVOKE TEMPORARY ON DATABASE manager FROM PUBLIC'
checked 2 --grants "$T/two.conf"
contains "$ERR" 'GRANT TEMPORARY ON DATABASE "manager" TO "directory", or name another role with --uri'
checked 2 --uri x "$T/two.conf"
contains "$ERR" '--uri, --role and --suffix are for'
