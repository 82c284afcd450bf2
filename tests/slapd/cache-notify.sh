# Nothing is cached while change notifications are missing or unreliable.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"
start_postgres -c log_statement=all
base=dc=example,dc=com
name() { search -b $base "(uid=$1)" cn | sed -n 's/^cn: //p'; }
rename() { q "UPDATE \"Users\" SET cn = '$2' WHERE uid = '$1'" >/dev/null; }
{ manager_conf; echo "pgsql-cache 16"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
logged cache-disabled 'triggers are missing on "Groups", "UserGroups", "Users": run notify.sql'
logged cache-disabled "SELECT back_pgsql_watch('\"Groups\"', '\"UserGroups\"', '\"Users\"')"
for i in 1 2 3; do
    rename ann "Ann $i"
    costs_statements -b $base '(uid=ann)' cn
    same "Ann $i" "$(name ann)" "ann without triggers"
done

# They are noticed when they come, and when they go or are of no use.
tell_of_changes '"Users"' '"Groups"'
logged cache-disabled 'triggers are missing on "UserGroups": run'
tell_of_changes '"UserGroups"'
eventually 20 cache_used 1
costs_nothing -b $base '(uid=ann)' cn

# The session that listens is lost, and no other can be had; the pool's stay.
listener="SELECT pid FROM pg_stat_activity WHERE usename = 'ldap' AND query IN ('SELECT 1', 'LISTEN \"back_pgsql\"')"
q 'ALTER ROLE ldap NOLOGIN'
end_listener() { [ "$(q "SELECT count(pg_terminate_backend(pid)) FROM ($listener) l")" = 1 ]; }
eventually 5 end_listener
eventually 20 grep -qE '\[cache-disabled\] .*(terminat|lost|connect)' "$T/slapd.log"
q 'ALTER TABLE "Users" DISABLE TRIGGER back_pgsql_changed'
for i in 4 5; do
    rename ann "Ann $i" # nobody tells
    costs_statements -b $base '(uid=ann)' cn
    same "Ann $i" "$(name ann)" "ann while nobody listens"
done
q 'ALTER ROLE ldap LOGIN'
logged cache-disabled 'triggers are missing on "Users": run' # one that is disabled
rename ann "Ann 6"
same "Ann 6" "$(name ann)" "ann with a disabled trigger"
q 'ALTER TABLE "Users" ENABLE TRIGGER back_pgsql_changed'
eventually 20 cache_used 2
costs_nothing -b $base '(uid=ann)' cn

# A server that is silent: what it said before becomes doubtful in a few seconds.
freeze_postgres
eventually 10 eval "! search -b $base '(uid=ann)' cn"
thaw_postgres
eventually 20 cache_used 3
rename ann "Ann 7"
eventually 5 eval '[ "$(name ann)" = "Ann 7" ]'

# Another start of the server is another server.
restart_postgres
rename ann "Ann 8"
eventually 5 eval '[ "$(name ann)" = "Ann 8" ]'
eventually 20 cache_used 4
stop_slapd

# A table that only the condition of a login filter reads counts when the login filter hides rows.
q 'CREATE TABLE locks (uid text); GRANT SELECT ON locks TO ldap'
{ # no list of members, which would be made of the users
    sed '/^pgsql-lookup groups memberUid/,$d' "$T/slapd.conf"
    printf '%s\n' 'pgsql-private-groups off' 'pgsql-login-filter users username NOT IN (SELECT uid FROM locks)' 'pgsql-hide-denied on' 'pgsql-cache 16'
} >"$T/filtered.conf"
start_slapd "$T/filtered.conf"
logged cache-disabled "triggers are missing on locks: run"
stop_slapd

# So does one that only row security reads.
q 'CREATE TABLE secret (name text); GRANT SELECT ON secret TO ldap; ALTER TABLE "Groups" ENABLE ROW LEVEL SECURITY;
   CREATE POLICY shown ON "Groups" FOR SELECT USING (cn NOT IN (SELECT name FROM secret))'
start_slapd "$T/slapd.conf"
logged cache-disabled "triggers are missing on secret: run"
stop_slapd
q 'ALTER TABLE "Groups" DISABLE ROW LEVEL SECURITY'

# A kind that cannot be served is one whose tables are not known.
{
    cat "$T/slapd.conf"
    printf '%s\n' 'pgsql-kind hosts rdn=cn class=top,device' 'pgsql-list hosts SELECT name AS cn FROM hosts'
} >"$T/hosts.conf"
start_slapd "$T/hosts.conf"
before=$(times_logged cache-enabled)
expect 80 search -b $base '(uid=ann)' cn
logged cache-disabled 'pgsql-list hosts'
q 'CREATE TABLE hosts (name text); GRANT SELECT ON hosts TO ldap'
tell_of_changes '"Users"' '"Groups"' '"UserGroups"' hosts
eventually 20 eval "search -b $base '(uid=ann)' cn >/dev/null && cache_used $((before + 1))"
stop_slapd

# What triggers cannot tell of is named.
q 'CREATE MATERIALIZED VIEW snapshot AS TABLE "Groups"; GRANT SELECT ON snapshot TO ldap;
   CREATE VIEW people AS SELECT * FROM "Users"; GRANT SELECT ON people TO ldap;
   CREATE FUNCTION hidden() RETURNS bigint LANGUAGE sql STABLE AS $$SELECT count(*) FROM "Groups"$$;
   CREATE EXTENSION dblink; CREATE EXTENSION pg_trgm'
sed 's/FROM "Groups" g$/FROM (SELECT * FROM snapshot WHERE hidden() >= 0 AND strict_word_similarity(cn, cn) > 0 AND EXISTS (SELECT FROM dblink('"''"') AS t(n int))) g/; s/FROM "Users"/FROM people/' "$T/slapd.conf" >"$T/views.conf"
start_slapd "$T/views.conf"
logged cache-disabled "the queries read snapshot, which cannot have triggers"
logged cache-disabled "the queries call dblink(text), hidden(); the tables that a function reads are unknown"
stop_slapd
q 'DROP TRIGGER back_pgsql_changed ON "Users"'
sed 's/FROM "Users"/FROM people/' "$T/slapd.conf" >"$T/views.conf"
start_slapd "$T/views.conf"
twice() { [ "$(times_logged cache-disabled 'triggers are missing on "Users": run')" -ge 2 ]; }
eventually 20 twice # below the view
