# Triggers with --columns report changes of the columns that queries read, and no others.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/rights.sh"
. "$TESTS/lib/cache.sh"
start_postgres -c log_statement=all
base=dc=example,dc=com
q 'ALTER TABLE "Users" ADD "last Login" timestamptz, ADD note json'
{ manager_conf; echo "pgsql-cache 16"; } >"$T/slapd.conf"
triggers() { # made by the printed script
    checked 0 --triggers --columns --uri "host=$T/pg port=$PGPORT user=postgres" "$T/slapd.conf"
    psql_as_admin -q -v ON_ERROR_STOP=1 manager <<<"$OUT"
}
triggers
contains "$OUT" "SELECT back_pgsql_watch_columns('public.\"Groups\"'::pg_catalog.regclass, VARIADIC ARRAY['cn', 'gidNumber']"
lacks "$OUT" "SELECT back_pgsql_watch(VARIADIC ARRAY['public"
start_slapd "$T/slapd.conf"
eventually 20 cache_used 1

notified() { q "LISTEN back_pgsql; $1" | grep -c notification || true; }
same 0 "$(notified "UPDATE \"Users\" SET \"last Login\" = now(), note = '{}'")" "notifications of other columns"
same 0 "$(notified 'UPDATE "Users" SET "mail" = "mail", "cn" = "cn"')" "notifications of columns that stay as they are"
same 1 "$(notified "UPDATE \"Users\" SET \"cn\" = 'Anna' WHERE \"uid\" = 'ann'")" "notifications of a column that is read"
for change in "UPDATE \"Users\" SET \"uidNumber\" = \"uidNumber\" + 100000" 'DELETE FROM "UserGroups"' "INSERT INTO \"Groups\" VALUES (9999, 'new', false, now(), now())" 'TRUNCATE "UserGroups"'; do
    same 1 "$(notified "$change")" "notifications of $change"
done

# slapd itself: a login's time costs nothing, a name is new at once.
name() { search -b $base '(uid=ann)' cn | sed -n 's/^cn: //p'; }
costs_nothing -b $base '(uid=ann)' cn
q 'UPDATE "Users" SET "last Login" = now()'
before=$(statements)
same Anna "$(name)" "ann"
same "$before" "$(statements)" "the statements after a login's time"
q "UPDATE \"Users\" SET \"cn\" = 'Annabel' WHERE \"uid\" = 'ann'"
eventually 5 bash -c "$(declare -f search name); URI=$URI base=$base; [ \"\$(name)\" = Annabel ]"

# The columns below a view are unknown, and so is a table with partitions watched as a whole. Both kinds replace each other.
q "CREATE VIEW team AS SELECT * FROM \"Groups\"; GRANT SELECT ON team TO ldap"
stop_slapd
sed -i '0,/FROM "Groups" g/s//FROM team g/' "$T/slapd.conf"
triggers
contains "$OUT" "SELECT back_pgsql_watch(VARIADIC ARRAY['public"
lacks "$OUT" 'SELECT back_pgsql_watch_columns('
same 1 "$(notified 'UPDATE "Users" SET "last Login" = now()')" "notifications of any column"
same "back_pgsql_changed" "$(q "SELECT DISTINCT tgname FROM pg_trigger WHERE tgname LIKE 'back%'")" "the triggers"
q "CREATE TABLE parts (id int, name text, seen int) PARTITION BY LIST (id); CREATE TABLE part PARTITION OF parts DEFAULT; INSERT INTO parts VALUES (1, 'a', 0)
   ; SELECT back_pgsql_watch_columns('parts', 'id', 'name')" >/dev/null
same 1 "$(notified 'UPDATE parts SET seen = 1')" "notifications of a partitioned table"

# Of a table with rows of many kinds, only those of a condition are reported.
q "CREATE TABLE settings (name text, value text, seen int); INSERT INTO settings VALUES ('mail', 'a'), ('time', '1')
   ; SELECT back_pgsql_watch_rows('settings', 'name = ''mail''', 'name', 'value')" >/dev/null
for change in "UPDATE settings SET value = '2', seen = 1 WHERE name = 'time'" "INSERT INTO settings VALUES ('time', '3')" "DELETE FROM settings WHERE name = 'time'" "UPDATE settings SET seen = 2"; do
    same 0 "$(notified "$change")" "notifications of $change"
done
for change in "INSERT INTO settings VALUES ('mail', 'b')" "UPDATE settings SET name = 'time' WHERE value = 'b'" "UPDATE settings SET name = 'mail' WHERE name = 'time'" "DELETE FROM settings" "TRUNCATE settings"; do
    same 1 "$(notified "$change")" "notifications of $change"
done

# A new version of the application drops a column: its statements go on, and each change is reported.
q "CREATE TABLE app (id int, name text, gone text); INSERT INTO app VALUES (1, 'a'); SELECT back_pgsql_watch_columns('app', 'id', 'gone'); ALTER TABLE app DROP gone" >/dev/null
same 1 "$(notified "UPDATE app SET name = 'b'")" "notifications without a column"
same b "$(q 'SELECT name FROM app')" "the row after that"
checked 0 --revoke "$T/slapd.conf"
psql_as_admin -q -v ON_ERROR_STOP=1 manager <<<"$OUT" 2>/dev/null
same 0 "$(q "SELECT count(*) FROM pg_proc WHERE proname LIKE 'back\\_pgsql%'")" "the functions that are left"
