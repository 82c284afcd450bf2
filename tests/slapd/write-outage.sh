# Writes during outages succeed or leave no trace; an unknown outcome is found out.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/staff.sh"
start_postgres
staff_table
start_slapd - < <(staff_conf; echo pgsql-timeout 20)
settled
expect 0 add_staff ann
describe() { change "dn: uid=ann,ou=staff,$base" 'replace: description' "description: $1"; } # TEXT
in_background() { "$@" >"$T/background" 2>&1 & JOB=$!; }
ends() { # CODE
    local code=0
    wait "$JOB" || code=$?
    [ "$code" = "$1" ] || fail "result $code, not $1: $(<"$T/background")"
}
cut_while() { [ "$(q "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'ldap' AND $1")" -ge 1 ]; } # CONDITION

# A session that broke before is replaced. One that breaks before COMMIT: the operation runs once more.
kill_backends >/dev/null
expect 0 describe one
q "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NEW; END';
   CREATE TRIGGER slow BEFORE UPDATE ON staff FOR EACH ROW EXECUTE FUNCTION slow()"
in_background describe two
eventually 10 cut_while "query LIKE 'UPDATE%' AND wait_event = 'PgSleep'"
ends 0
same two "$(note_of ann)" "the note after a session broke before COMMIT"
q 'DROP TRIGGER slow ON staff'

# At COMMIT, rolled back: 52, and nothing was changed.
q 'CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON staff DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()'
in_background describe three
eventually 10 cut_while "query = 'COMMIT' AND wait_event = 'PgSleep'"
ends 52
contains "$(<"$T/background")" 'nothing was changed'
same two "$(note_of ann)" "the note after a session broke in COMMIT"
q 'DROP TRIGGER slow ON staff'

# At COMMIT, committed: success.
q "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
q 'SELECT pg_reload_conf()' >/dev/null
in_background describe four
eventually 10 cut_while "wait_event = 'SyncRep'"
q "ALTER SYSTEM RESET synchronous_standby_names"
q 'SELECT pg_reload_conf()' >/dev/null
ends 0
same four "$(note_of ann)" "the note after a session broke once COMMIT was done"
not_logged outcome-unknown

# A deferred constraint refuses COMMIT.
q "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''secret reason''; END';
   CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON staff DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"
expect 19 describe five
lacks "$ERR" secret
logged write-refused 'secret reason'
same four "$(note_of ann)" "the note after COMMIT was refused"
q 'DROP TRIGGER late ON staff'

# No database at all, and one that is a standby.
stop_slapd
start_slapd - < <(staff_conf; echo pgsql-timeout 1)
expect 0 describe six
freeze_postgres
within 5 expect 52 describe seven
thaw_postgres
eventually 10 describe eight
stop_postgres
within 5 expect 52 describe nine
start_postgres
eventually 10 search -b "ou=staff,$base" -s one 1.1
same eight "$(note_of ann)" "the note after an outage"
q "ALTER SYSTEM SET default_transaction_read_only = on"
q 'SELECT pg_reload_conf()' >/dev/null
expect 0 describe ten # BEGIN READ WRITE
