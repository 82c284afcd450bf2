# The generated role has exactly the rights that the module needs.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/rights.sh"
. "$TESTS/lib/cache.sh"
. "$TESTS/lib/advice.sh"
start_postgres -c log_statement=all
base=dc=example,dc=com
q 'CREATE TABLE "Secrets" (secret text)'
{
    manager_conf
    cat <<'END'
pgsql-values groups memberUid
  SELECT g."cn" AS name, u."uid" AS member
  FROM "Groups" g JOIN "UserGroups" ug USING ("gidNumber") JOIN "Users" u USING ("uidNumber")
pgsql-login-filter users username IN (SELECT "uid" FROM "Users" WHERE "status" = 'active')
pgsql-password-change users UPDATE "Users" SET "userPassword" = ?, "updatedAt" = now() WHERE "uid" = ? AND "userPassword" = ?
pgsql-cache 16
access to attrs=userPassword by self =xw by * auth
access to * by * read
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expected=$(everything)
stop_slapd

take_everybodys_rights public
make_directory_role "$T/slapd.conf"
same "" "$OUT$ERR" "what is said when all is well"
contains "$(<"$T/grants.sql")" 'GRANT SELECT ("gidNumber", cn) ON public."Groups" TO "directory";'
contains "$(<"$T/grants.sql")" 'GRANT UPDATE ("userPassword", "updatedAt") ON public."Users" TO "directory";'
contains "$(<"$T/grants.sql")" $'-- pgsql-password-change users\nGRANT UPDATE'
each_grant_is_needed

# The whole directory, logins, password changes and the cache.
checked 0 --triggers --uri "host=$T/pg port=$PGPORT user=postgres" "$T/directory.conf"
expect 0 psql_as_admin -f - manager <<<"$OUT"
restart "$T/directory.conf"
same "$expected" "$(everything)" "the directory"
eventually 20 cache_used 1
expect 0 ldappasswd -x -H "$URI" -D "uid=bob,$base" -w bob-secret -s bob-new
expect 0 ldapwhoami -x -H "$URI" -D uid=bob,$base -w bob-new
settled
lacks "$(<"$T/slapd.log")" "permission denied"

# Nothing else: other columns and tables, changes of any kind, tables of its own.
as_role() { PGPASSWORD=pass "$POSTGRES_BIN/psql" -h 127.0.0.1 -p "$PGPORT" -U directory -X -q -A -t -v ON_ERROR_STOP=1 manager -c "$1"; }
for statement in 'TABLE "Secrets"' 'TABLE "Users"' 'SELECT "oidcSubject" FROM "Users"' 'SELECT "isAdmin" FROM "Groups"' \
    'SET transaction_read_only = off; DELETE FROM "Users"' "SET transaction_read_only = off; UPDATE \"Users\" SET \"uid\" = ''" \
    'SET transaction_read_only = off; CREATE SCHEMA x' "SELECT pg_read_file('/etc/passwd')"; do
    ! as_role "$statement" >"$T/said" 2>&1 || fail "the role may $statement"
    contains "$(<"$T/said")" "permission denied"
done
same "pg_catalog, public, pg_temp 30s 30s on" \
    "$(as_role 'SHOW search_path; SHOW statement_timeout; SHOW idle_in_transaction_session_timeout; SHOW default_transaction_read_only' | xargs)" "its settings"

# Run again after a change of the configuration, as the role itself: what is no longer needed is taken.
sed -i '/^pgsql-login-filter/d; /^pgsql-password-change/d; /^pgsql-cache/d' "$T/slapd.conf"
q 'GRANT TEMPORARY ON DATABASE manager TO directory'
sed 's|ldap:ldap@|directory:pass@|' "$T/slapd.conf" >"$T/directory.conf"
checked 0 --grants "$T/directory.conf"
expect 0 psql_as_admin -f - manager <<<"$OUT"
for column in status updatedAt; do ! as_role "SELECT \"$column\" FROM \"Users\"" 2>/dev/null || fail "the role may still read $column"; done
tested 0 "$T/directory.conf"
same "directory=c/postgres" "$(q "SELECT a FROM pg_database, unnest(datacl::text[]) AS a WHERE datname = 'manager' AND a LIKE 'directory%'")" "rights on the database"

# What it could do by other ways is said.
q 'GRANT USAGE ON SCHEMA public TO PUBLIC; GRANT SELECT ON "Secrets" TO PUBLIC; GRANT CREATE ON SCHEMA public TO PUBLIC'
expect 0 psql_as_admin -f "$T/grants.sql" manager
contains "$ERR" 'may read public."Secrets"'
contains "$ERR" 'REVOKE CREATE ON SCHEMA public FROM PUBLIC'
q 'GRANT pg_read_all_data TO directory'
expect 3 psql_as_admin -f "$T/grants.sql" manager
contains "$ERR" 'role directory is a member of pg_read_all_data'
sed 's/"directory"/"postgres"/g; s/'"'directory'/'postgres'/g" "$T/grants.sql" >"$T/postgres.sql"
expect 3 psql_as_admin -f "$T/postgres.sql" manager
contains "$ERR" 'role postgres has SUPERUSER'
same "" "$(q "SELECT setconfig FROM pg_db_role_setting JOIN pg_roles r ON r.oid = setrole WHERE rolname = 'postgres'")" "what is left of an attempt that failed"
