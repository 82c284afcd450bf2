# Each virtual user has a number of its own, which it keeps.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/virtual-users.sh"
start_postgres
expect 3 virtual_users_file
contains "$ERR" 'virtual_users_taken: the view does not exist'
virtual_users_table
q 'CREATE ROLE authority LOGIN; GRANT virtual_users_admit TO authority; CREATE ROLE reader LOGIN; GRANT virtual_users_read TO reader'
admit() { as_role authority -c "SELECT virtual_user('$1')"; }
refused() { expect 1 "${@:2}"; contains "$ERR" "$1"; } # REASON COMMAND…

# 8 clients admit 10,000 names, each name twice at the same time: one number for a name, one name for a number, all within the range.
for client in {0..7}; do
    as_role authority >"$T/numbers.$client" <<<"SELECT format('SELECT %1\$L, virtual_user(%1\$L)', 'user' || n) FROM generate_series(1, 10000) n
        WHERE n % 4 = $client % 4 ORDER BY n \\gexec" &
    clients[client]=$!
done
for client in "${clients[@]}"; do wait "$client" || fail "a client failed"; done
same 20000 "$(cat "$T"/numbers.* | wc -l)" "numbers that were given"
same "$(q 'SELECT name, number FROM virtual_users' | sort)" "$(sort -u "$T"/numbers.*)" "names with their numbers"
same '10000|10000|t' "$(q 'SELECT count(*), count(DISTINCT number), min(number) >= 30000 AND max(number) <= 59999 FROM virtual_users')" "names, numbers, range"

# Running the file again changes nothing.
before=$(q 'TABLE virtual_users' | sort)
virtual_users_file
same "$before" "$(q 'TABLE virtual_users' | sort)" "the rows after the file ran again"

# Numbers that are taken are skipped. Without a free number a new name is refused, and others are not.
q 'UPDATE virtual_users_range SET (first, last) = (20000, 20009);
   UPDATE "Users" SET "uidNumber" = 20003, "gidNumber" = 20004 WHERE "uid" = $$ivy$$; INSERT INTO "Groups" VALUES (20005, $$guests$$, false, now(), now())'
same "20000 20001 20002 20006 20007 20008 20009" "$(for name in a b c d e f g; do admit $name; done | sort | xargs)" "the free numbers of a range of ten"
refused 'no number from 20000 to 20009 is free' admit h
same "$(q "SELECT number FROM virtual_users WHERE name = 'a'")" "$(admit a)" "a name's number where none is free"
q 'UPDATE virtual_users_range SET (first, last) = (1879048192, 2147483647)'
[ "$(admit h)" -ge 1879048192 ] || fail "not a number of the new range"
for range in '999, 2000' '2000, 1999' '30000, 65535' '60001, 60100' '65535, 70000'; do
    refused virtual_users_range_is_permitted q "UPDATE virtual_users_range SET (first, last) = ($range)"
done
refused virtual_users_range_is_one_row q 'INSERT INTO virtual_users_range VALUES (70000, 80000)'

# Names that are no login names, and those that users and groups have.
for name in '' Alice 1alice _apt -x a.b a@b 'a b' 'host$' '*' systemd-x ä "$(printf 'a%.0s' {1..33})" $'alice\n' "a\"b"; do
    refused virtual_users_name_is_a_login_name admit "$name"
done
refused 'null value in column "name"' as_role authority -c 'SELECT virtual_user(NULL)'
for name in ann devs; do refused "the name \"$name\" is taken" admit $name; done
admit "$(printf 'a%.0s' {1..32})" >/dev/null

# Rows stay, with their numbers.
for change in 'DELETE FROM virtual_users' 'TRUNCATE virtual_users' "DELETE FROM virtual_users WHERE name = 'no-such'" 'UPDATE virtual_users SET number = number + 20000' \
    "UPDATE virtual_users SET name = 'z' WHERE name = 'a'" 'UPDATE virtual_users SET created = now()'; do
    refused 'is refused, because a name keeps its number' q "$change"
done

# An ended name is admitted again by the administrator only, and with its number. A row with its name or its number wins.
current() { q "SELECT number FROM virtual_users_current WHERE name = 'a'"; }
number=$(admit a)
q "UPDATE virtual_users SET until = now() + interval '1 day' WHERE name = 'a'"
same "$number $number" "$(admit a) $(current)" "a name that ends tomorrow"
q "UPDATE virtual_users SET until = now() WHERE name = 'a'"
same "" "$(current)" "an ended name"
refused 'the name "a" has ended' admit a
q "UPDATE virtual_users SET until = NULL WHERE name = 'a'"
same "$number $number" "$(admit a) $(current)" "a name that was admitted again"
for change in '"uid" = $$a$$' "\"uidNumber\" = $number" "\"gidNumber\" = $number"; do
    q "BEGIN; UPDATE \"Users\" SET $change WHERE \"uid\" = 'jan'; COPY (SELECT FROM virtual_users_current WHERE name = 'a') TO '$T/pg/current'; ROLLBACK"
    same 0 "$(wc -l <"$T/pg/current")" "a virtual user where a row has $change"
done
same "$number" "$(current)" "the virtual user without that row"
