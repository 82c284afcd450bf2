# Generated grants cover views, schemas, functions, policies and quoted names.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/rights.sh"
. "$TESTS/lib/advice.sh"
start_postgres
base=dc=example,dc=com
q 'CREATE SCHEMA "My App"; CREATE SCHEMA lib; CREATE SCHEMA hidden; CREATE EXTENSION citext SCHEMA lib
   ; CREATE TYPE lib.state AS ENUM ($$on$$, $$off$$)
   ; CREATE TABLE hidden.people ("login name" lib.citext PRIMARY KEY, n int, hash text, phones text[], "über""name" text, secret text, state lib.state)
   ; INSERT INTO hidden.people SELECT "uid", "uidNumber", "userPassword", ARRAY[$$1$$, $$2$$], "cn", $$x$$, $$on$$ FROM "Users"
   ; CREATE VIEW "My App"."Ac counts" AS SELECT * FROM hidden.people
   ; CREATE VIEW "My App".invoking WITH (security_invoker = true) AS SELECT "login name" AS who, n FROM hidden.people
   ; CREATE TABLE "My App".teams (id serial, team text, members text[], note text); INSERT INTO "My App".teams (team, members) VALUES ($$red$$, ARRAY[$$ann$$, $$bob$$])
   ; CREATE TABLE "My App".visible (id int); INSERT INTO "My App".visible VALUES (1); ALTER TABLE "My App".teams ENABLE ROW LEVEL SECURITY
   ; CREATE POLICY shown ON "My App".teams USING (id IN (SELECT id FROM "My App".visible))
   ; CREATE TABLE "My App".settings (a int, b int); INSERT INTO "My App".settings VALUES (1, 2)
   ; CREATE TABLE "My App".log (id serial, who text, at timestamptz DEFAULT now())
   ; CREATE SEQUENCE lib.number; CREATE FUNCTION lib.twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS $$SELECT 2 * $1$$
   ; REVOKE ALL ON FUNCTION lib.twice FROM PUBLIC; CREATE FUNCTION lib.reads() RETURNS bigint LANGUAGE sql STABLE AS $$SELECT 1::bigint$$
   ; CREATE FUNCTION "My App".note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$
   ; CREATE TRIGGER noted AFTER INSERT ON "My App".log EXECUTE FUNCTION "My App".note()
   ; ALTER DATABASE manager SET search_path = "My App", lib, public'
{
    base_conf
    cat <<END
database pgsql
suffix "$base"
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-cache 1
END
    cat <<'END'
pgsql-list users SELECT "login name" AS username, lib.twice(n) AS uid_number, n AS gid_number, "über""name" AS full_name,
  phones AS "telephoneNumber", hash AS password FROM "Ac counts" WHERE state = 'on' AND lib.reads() > 0
pgsql-lookup users mail SELECT a."login name" AS username, row_to_json(s)::text AS mail FROM "Ac counts" a, settings s WHERE a."login name" = ?
pgsql-values users description SELECT who AS username, (SELECT count(*) FROM settings)::text AS description FROM invoking
pgsql-list groups SELECT team AS name, id AS gid_number FROM teams
pgsql-values groups memberUid SELECT team AS name, unnest(members) AS m FROM teams WHERE ctid IS NOT NULL
pgsql-password-change users WITH l AS (INSERT INTO log (who) VALUES ('x')) UPDATE "Ac counts" SET hash = ?, secret = nextval('number') WHERE "login name" = ? AND hash = ?
access to attrs=userPassword by self =xw by * auth
access to * by * read
END
} >"$T/slapd.conf"
sed "s|^pgsql-uri .*|pgsql-uri \"host=$T/pg port=$PGPORT user=postgres dbname=manager\"|" "$T/slapd.conf" >"$T/superuser.conf"
start_slapd "$T/superuser.conf"
expected=$(everything)
contains "$expected" 'memberUid: ann'
stop_slapd
take_everybodys_rights '"My App"' lib hidden public
make_directory_role "$T/slapd.conf"
script=$(<"$T/grants.sql")
contains "$script" 'search_path = pg_catalog, "My App", lib, pg_temp;'
contains "$script" 'row security of "My App".teams'
contains "$script" 'the function lib.reads() runs with the rights of the role'
contains "$script" 'the trigger noted of "My App".log runs with the rights of the role'
contains "$script" 'GRANT SELECT ON "My App".settings TO' # the whole row
contains "$script" 'GRANT SELECT ("login name", n) ON hidden.people TO' # by the view that asks with its reader's rights
contains "$script" 'GRANT USAGE ON SEQUENCE lib.number TO'
contains "$script" 'GRANT USAGE ON SEQUENCE "My App".log_id_seq TO'
contains "$script" 'GRANT INSERT (who) ON "My App".log TO'
contains "$script" 'GRANT EXECUTE ON FUNCTION lib.twice(integer) TO'
lacks "$script" 'ON FUNCTION lib.reads'
tested 0 "$T/directory.conf"
start_slapd "$T/directory.conf"
same "$expected" "$(everything)" "the directory"
same "uid=ann,$base" "$(dns -b $base '(&(uid=ANN)(description=1))')" "a name in another case"
same "memberUid: ann memberUid: bob" "$(search -b $base '(cn=red)' memberUid | grep memberUid | xargs)" "members"
expect 0 ldappasswd -x -H "$URI" -D "uid=bob,$base" -w bob-secret -s bob-new
expect 0 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-new
settled
lacks "$(<"$T/slapd.log")" "permission denied"
stop_slapd
same "1" "$(q 'SELECT count(*) FROM "My App".log')" "rows of the log"
each_grant_is_needed
