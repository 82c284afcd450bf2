#!/bin/bash
# An id keeps its number through rollbacks, deletions and restores, and shares it with none.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application wiki <<'SQL'
CREATE TABLE users (login text PRIMARY KEY, password text, seen timestamptz);
INSERT INTO users VALUES ('ann'), ('ben');
SQL
new_directory --for machines
number() { database -c "SELECT number FROM slapd_pgsql.number WHERE kind = 'users' AND key = '$1'"; }
same "2000000 2000001" "$(number ann) $(number ben)" "the first numbers"

# Concurrent inserts, some of them rolled back or of the same id.
insert() { # WRITER
    local n
    for n in {1..40}; do
        echo "BEGIN; INSERT INTO users VALUES ('$1$n'), ('both$n') ON CONFLICT DO NOTHING; $( ((n % 4)) && echo COMMIT || echo ROLLBACK);"
    done | database -f - 2>"$T/insert.$1"
}
writers=()
for writer in v w x; do
    insert $writer &
    writers+=($!)
done
wait "${writers[@]}"
for writer in v w x; do same "" "$(<"$T/insert.$writer")" "what the writer $writer saw"; done
same "0 0" "$(database -c "SELECT (SELECT count(*) FROM users u WHERE NOT EXISTS (SELECT FROM slapd_pgsql.number n WHERE n.kind = 'users' AND n.key = u.login))
    || ' ' || (SELECT count(*) - count(DISTINCT number) FROM slapd_pgsql.number)")" "users without a number, and shared numbers"

# The same id again has its number again, also after TRUNCATE; another id has another one.
last() { database -c "SELECT max(number) FROM slapd_pgsql.number"; }
before=$(last)
database -c "DELETE FROM users WHERE login = 'ann'" -c "INSERT INTO users VALUES ('ann')"
database -c "COPY (SELECT login FROM users) TO '$T/pg/users'" -c 'TRUNCATE users' -c "COPY users (login) FROM '$T/pg/users'"
same "2000000 $before" "$(number ann) $(last)" "the number of the same id, and the last number"

# A changed id is a new one. Other changes, and changes to the same value, look at nothing.
database -c "UPDATE users SET login = 'anna' WHERE login = 'ann'" -c "UPDATE users SET login = login, seen = now()"
[ "$(number anna)" -gt "$before" ] || fail "the changed id has no number of its own"
same 2000000 "$(number ann)" "the number of the former id"

# A sequence that is older than the table, after a restore of rows only: the script repairs it, and no user is left without a word.
database -c "SELECT setval('slapd_pgsql.users', 2000000)" >/dev/null
database -c "INSERT INTO users VALUES ('cid')" 2>"$T/warnings"
contains "$(<"$T/warnings")" 'slapd_pgsql.number_users: duplicate key value violates unique constraint "number_number_key"'
database -f "$T/new.wiki/numbers.sql"
database -c "INSERT INTO users VALUES ('dan')"
[ "$(number cid)" -gt "$(number anna)" ] && [ "$(number dan)" -gt "$(number cid)" ] || fail "the numbers after the repair: $(number cid) $(number dan)"

# A dump has all of it.
"$POSTGRES_BIN/pg_dump" -h "$T/pg" -p "$PGPORT" -U postgres wiki >"$T/dump.sql"
all() { database -c "SELECT md5(string_agg(n::text, ',' ORDER BY number)) FROM slapd_pgsql.number n"; }
dumped=$(all)
application restored <"$T/dump.sql"
same "$dumped" "$(all)" "the restored numbers"
database -c "INSERT INTO users VALUES ('eve')"
[ "$(number eve)" -gt "$(DATABASE=wiki number dan)" ] || fail "the number after the restore: $(number eve)"

# What another role has put in place of the table is not used.
application taken <<'SQL'
CREATE ROLE stranger;
CREATE TABLE users (login text PRIMARY KEY, password text);
CREATE SCHEMA slapd_pgsql AUTHORIZATION stranger;
SQL
expect 0 wizard --for machines --out "$T/taken"
expect 3 database -f "$T/taken/numbers.sql"
contains "$ERR" 'the schema slapd_pgsql, or a table in it, belongs to stranger; run this script as that role, or DROP SCHEMA slapd_pgsql CASCADE'
