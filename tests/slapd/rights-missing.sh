# slaptest fails on a missing right and prints the GRANT for it.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/rights.sh"
start_postgres
{
    manager_conf
    cat <<'END'
pgsql-values groups memberUid
  SELECT g."cn" AS name, u."uid" AS member
  FROM "Groups" g JOIN "Memberships" m USING ("gidNumber") JOIN "Users" u USING ("uidNumber")
pgsql-values users description SELECT word AS description, "uid" AS username FROM "Users" CROSS JOIN words
pgsql-lookup users mail SELECT u.* FROM (SELECT "uid" AS username, "uidNumber" AS uid_number, "mail" FROM "Users") u JOIN lookups l ON l.mail = u."mail" WHERE u."mail" = ?
pgsql-login-filter users username NOT IN (SELECT who FROM app.locks)
pgsql-password-change users UPDATE "Users" SET "userPassword" = ? WHERE "uid" = ? AND "userPassword" = ?
END
} >"$T/slapd.conf"
q 'CREATE TABLE "Memberships" AS SELECT "gidNumber", "uidNumber" FROM "UserGroups"; CREATE TABLE words (word text, n int);
   CREATE TABLE lookups (mail text, n int); CREATE SCHEMA app; CREATE TABLE app.locks (who text);
   CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT upper($1)$$; REVOKE ALL ON FUNCTION shout FROM PUBLIC'
given() { # GRANT…: slaptest asks for it, and it helps
    tested 1 "$T/slapd.conf"
    contains "$OUT" "$1"
    q "${1#*: }"
}
given 'GRANT USAGE ON SCHEMA app TO ldap'
given 'GRANT SELECT (who) ON app.locks TO ldap'
given 'GRANT SELECT ("gidNumber", "uidNumber") ON public."Memberships" TO ldap'
lacks "$OUT" succeeded
contains "$OUT" 'pgsql-values groups memberUid: PostgreSQL refuses to run the query: ERROR:  permission denied for table Memberships'
contains "$OUT" 'GRANT SELECT (mail) ON public.lookups TO ldap' # all are told at once
given 'GRANT SELECT (word) ON public.words TO ldap'
given 'GRANT SELECT (mail) ON public.lookups TO ldap'
given 'GRANT UPDATE ("userPassword") ON public."Users" TO ldap'
contains "$OUT" 'pgsql-password-change users: PostgreSQL refuses'
tested 0 "$T/slapd.conf"
contains "$OUT" succeeded

# One column of a table that it may read otherwise; a function; a password change that cannot be.
q 'REVOKE SELECT ON "Users" FROM ldap; GRANT SELECT ("uid", "uidNumber", "gidNumber", "mail", "cn", "sn", "homeDirectory", "userPassword") ON "Users" TO ldap'
given 'GRANT SELECT ("givenName") ON public."Users" TO ldap'
sed -i 's/SELECT word AS description/SELECT shout(word) AS description/' "$T/slapd.conf"
given 'GRANT EXECUTE ON FUNCTION public.shout(text) TO ldap'
tested 0 "$T/slapd.conf"
sed -i 's/SET "userPassword" = ?/SET "passwd" = ?/' "$T/slapd.conf"
tested 1 "$T/slapd.conf"
contains "$OUT" 'column "passwd" of relation "Users" does not exist'
sed -i 's/SET "passwd" = ?/SET "userPassword" = ?/' "$T/slapd.conf"

# Without the right to make temporary views, the table is named all the same.
q 'REVOKE TEMPORARY ON DATABASE manager FROM PUBLIC; REVOKE SELECT (word) ON words FROM ldap'
given 'GRANT SELECT ON public.words TO ldap'
q 'REVOKE USAGE ON SCHEMA app FROM ldap'
given 'GRANT USAGE ON SCHEMA app TO ldap'
# One that the path passes over.
q 'CREATE SCHEMA "my app"; ALTER TABLE words SET SCHEMA "my app"; ALTER ROLE ldap SET search_path = lib,"my app", public'
given 'GRANT USAGE ON SCHEMA "my app" TO ldap'
q 'ALTER TABLE "my app".words SET SCHEMA public'

# slapd says so at its start, and the check.
q 'REVOKE SELECT ON words FROM ldap; GRANT TEMPORARY ON DATABASE manager TO PUBLIC; REVOKE UPDATE ("userPassword") ON "Users" FROM ldap'
start_slapd "$T/slapd.conf"
logged query-refused 'pgsql-values users description: '
logged query-refused 'GRANT SELECT (word) ON public.words TO ldap; '
logged password-change-unusable 'GRANT UPDATE ("userPassword") ON public."Users" TO ldap; '
checked 2 --brief "$T/slapd.conf"
contains "$OUT" 'error   pgsql-values users description: PostgreSQL refuses'
contains "$OUT" 'do:  GRANT SELECT (word) ON public.words TO ldap'
contains "$OUT" 'do:  GRANT UPDATE ("userPassword") ON public."Users" TO ldap'
q 'REVOKE SELECT ON "Groups" FROM ldap'
checked 2 --brief "$T/slapd.conf"
contains "$OUT" 'do:  GRANT SELECT ("gidNumber", cn) ON public."Groups" TO ldap'
same "$(grep -c 'permission denied' <<<"$OUT")" "$(grep -A 1 'permission denied' <<<"$OUT" | grep -c 'do:  GRANT ')" "each finding about rights has its GRANT"
