# The role that packaging/role.sql makes suffices for all that the module does, and can read and do nothing else.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/advice.sh"
. "$TESTS/lib/cache.sh"
start_postgres -c log_statement=all
base=dc=example,dc=com
as_role() { PGPASSWORD=pass "$POSTGRES_BIN/psql" -h 127.0.0.1 -p "$PGPORT" -U directory -X -q -A -t -v ON_ERROR_STOP=1 manager -c "$1"; }
make_role() { # OPTIONS of psql…: what it says is in $OUT and $ERR
    "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -v role=directory "$@" -f "$PROJECT/packaging/role.sql" manager
}
denied() { # STATEMENT…
    for statement; do
        ! as_role "$statement" >"$T/said" 2>&1 || fail "the role may $statement"
        contains "$(<"$T/said")" "permission denied"
    done
}
everything() { search -b $base "$@" '*' + | grep . | sort; }
conf() { manager_conf | sed 's|ldap:ldap@|directory:pass@|'; cat; }
members="pgsql-values groups memberUid
  SELECT g.\"cn\" AS name, u.\"uid\" AS member
  FROM \"Groups\" g JOIN \"UserGroups\" ug USING (\"gidNumber\") JOIN \"Users\" u USING (\"uidNumber\")"
change='pgsql-password-change users UPDATE "Users" SET "userPassword" = ?, "updatedAt" = now() WHERE "uid" = ? AND "userPassword" = ?'
q 'CREATE TABLE "Secrets" (secret text); CREATE VIEW "Shells" AS SELECT "uid", "loginShell" FROM "Users"'
start_slapd - < <(manager_conf; echo "$members")
expected=$(everything)
stop_slapd

expect 0 make_role
same "" "$OUT$ERR" "what is said when all is well"
q "ALTER ROLE directory PASSWORD 'pass'"

# The whole directory, logins, and the look at the tables at the start.
restart - < <(conf <<<"$members")
same "$expected" "$(everything)" "the directory"
expect 0 ldapwhoami -x -H "$URI" -D uid=bob,$base -w bob-secret
same "uid=dora,$base" "$(dns -b $base '(&(mail=dora@example.com)(objectClass=posixAccount))')" "dora"
q "INSERT INTO \"Groups\" SELECT n, 'g' || n, false, now(), now() FROM generate_series(40000, 59999) n; ANALYZE"
restart - < <(conf <<<"$members")
contains "$(advice)" 'finding groups by cn reads all of "Groups"'
lacks "$(<"$T/slapd.log")" "permission denied"

# What is kept is dropped when a notice comes.
tell_of_changes '"Users"' '"Groups"' '"UserGroups"'
restart - < <(conf <<<'pgsql-cache 16')
eventually 20 cache_used 1
same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" ann
q "UPDATE \"Users\" SET \"mail\" = 'new@example.com' WHERE \"uid\" = 'ann'"
mail_is_new() { [ "$(dns -b $base '(mail=new@example.com)')" = "uid=ann,$base" ]; }
eventually 10 mail_is_new
lacks "$(<"$T/slapd.log")" "permission denied"

# Nothing else: other columns, tables and views, changes of any kind, tables of its own.
denied 'TABLE "Secrets"' 'TABLE "Shells"' 'TABLE "Users"' 'SELECT "status" FROM "Users"' 'SELECT "oidcSubject" FROM "Users"' \
    'SELECT "isAdmin" FROM "Groups"' 'SELECT "createdAt" FROM "UserGroups"' 'SELECT rolpassword FROM pg_authid'
writable='SET transaction_read_only = off;'
denied "$writable DELETE FROM \"Users\"" "$writable UPDATE \"Users\" SET \"userPassword\" = ''" "$writable INSERT INTO \"Groups\" (\"cn\") VALUES ('x')" \
    "$writable CREATE TABLE x (y int)" "$writable CREATE SCHEMA x" "SELECT pg_read_file('/etc/passwd')"
same "pg_catalog, public, pg_temp 30s 30s on" \
    "$(as_role 'SHOW search_path; SHOW statement_timeout; SHOW idle_in_transaction_session_timeout; SHOW default_transaction_read_only' | xargs)" "its settings"

# The optional parts, and their end when it is run again without.
passwd() { ldappasswd -x -H "$URI" -D "uid=bob,$base" -w "$1" -s "$2"; }
gate="pgsql-gate users username IN (SELECT \"uid\" FROM \"Users\" WHERE \"status\" = 'active')"
expect 0 make_role -v password_change=on -v improvements=on
restart - < <(printf '%s\n' "$change" "$gate" 'access to attrs=userPassword by self =xw by * auth' 'access to * by * read' | conf)
expect 0 passwd bob-secret bob-new
expect 0 ldapwhoami -x -H "$URI" -D uid=bob,$base -w bob-new
expect 49 ldapwhoami -x -H "$URI" -D uid=dora,$base -w dora-secret
denied "$writable UPDATE \"Users\" SET \"uid\" = 'x'" 'SELECT "oidcSubject" FROM "Users"'
expect 0 make_role -v improvements=on
expect 1 passwd bob-new bob-newer
contains "$OUT" '(80)'
logged 'permission denied for table Users'
expect 0 make_role
denied 'SELECT "status" FROM "Users"'

# What it could do by other ways is said.
q 'GRANT SELECT ON "Secrets" TO PUBLIC; GRANT CREATE ON SCHEMA public TO PUBLIC'
expect 0 make_role
contains "$ERR" 'may read public."Secrets"'
contains "$ERR" 'REVOKE CREATE ON SCHEMA public FROM PUBLIC'
q 'GRANT pg_read_all_data TO directory'
expect 3 make_role
contains "$ERR" 'role directory is a member of pg_read_all_data'
expect 3 make_role -v role=postgres
contains "$ERR" 'role postgres has SUPERUSER'
same "" "$(q "SELECT setconfig FROM pg_db_role_setting JOIN pg_roles r ON r.oid = setrole WHERE rolname = 'postgres'")" "what is left of an attempt that failed"
