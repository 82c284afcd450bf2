# Roles read or admit virtual users and no more, whatever else the database contains.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/virtual-users.sh"
start_postgres
q 'CREATE ROLE attacker LOGIN; GRANT CREATE ON SCHEMA public TO attacker; GRANT CREATE ON DATABASE manager TO attacker'
refused() { expect 1 "${@:2}"; contains "$ERR" "$1"; } # REASON COMMAND…

# The file uses nothing that another role has made before.
for object in 'TABLE virtual_users_range (first integer, last integer)' 'VIEW virtual_users_taken AS SELECT NULL::text AS name, 0 AS number' \
    "FUNCTION virtual_user(who text) RETURNS integer LANGUAGE sql RETURN 0"; do
    as_role attacker -c "CREATE $object"
    [[ $object == VIEW* ]] || q 'CREATE VIEW virtual_users_taken AS SELECT "uid" AS name, "uidNumber" AS number FROM "Users"'
    expect 3 virtual_users_file
    contains "$ERR" "belongs to another role than postgres"
    q "DROP VIEW virtual_users_taken; SET client_min_messages = warning; DROP OWNED BY attacker;
       GRANT CREATE ON SCHEMA public TO attacker; GRANT CREATE ON DATABASE manager TO attacker"
done
virtual_users_table
q 'CREATE ROLE authority LOGIN; GRANT virtual_users_admit TO authority; CREATE ROLE reader LOGIN; GRANT virtual_users_read TO reader'
number=$(as_role authority -c "SELECT virtual_user('alice')")

# What each role can do, and what it cannot.
can() { # ROLE: its statements that PostgreSQL does not refuse
    local statement
    while IFS= read -r statement; do
        if as_role "$1" -c "BEGIN; $statement" >/dev/null 2>"$T/refusal"; then echo "$statement"; else grep -q 'permission denied' "$T/refusal" || fail "$statement: $(<"$T/refusal")"; fi
    done <<'END'
SELECT FROM virtual_users_current
SELECT virtual_user('alice')
SELECT FROM virtual_users
SELECT FROM virtual_users_range
SELECT FROM virtual_users_taken
INSERT INTO virtual_users VALUES ('mallory', 30000)
UPDATE virtual_users SET until = NULL
UPDATE virtual_users_range SET first = 1000
LOCK virtual_users
CREATE TRIGGER t AFTER INSERT ON virtual_users EXECUTE FUNCTION virtual_users_keep()
END
}
same 'SELECT FROM virtual_users_current' "$(can reader)" "what the role that reads can do"
same "SELECT virtual_user('alice')" "$(can authority)" "what the role that admits can do"
same '' "$(can attacker)" "what every other role can do"

# A search path and objects of an attacker do not reach the function, which has the rights of its owner.
q 'GRANT virtual_users_admit TO attacker'
as_role attacker <<'END'
CREATE SCHEMA evil;
CREATE TABLE evil.seen (who name);
GRANT ALL ON SCHEMA evil TO PUBLIC; GRANT ALL ON evil.seen TO PUBLIC;
CREATE FUNCTION evil.sha256(bytea) RETURNS bytea LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.seen VALUES (current_user); RETURN '\x00000000'; END $$;
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.seen VALUES (current_user); RETURN 'epoch'; END $$;
CREATE FUNCTION evil.same(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.seen VALUES (current_user); RETURN false; END $$;
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.same);
CREATE TABLE evil.virtual_users (name text, number integer, until timestamptz);
CREATE TABLE evil.virtual_users_taken (name text, number integer);
END
attack() { # NAME: by search path and temporary tables
    as_role attacker <<END
SET search_path = evil, pg_catalog, pg_temp;
CREATE TEMPORARY TABLE virtual_users (name text, number integer, until timestamptz);
CREATE TEMPORARY TABLE virtual_users_taken (name text, number integer);
CREATE TEMPORARY TABLE virtual_users_range (first integer, last integer);
INSERT INTO pg_temp.virtual_users_range VALUES (2000, 2000);
SELECT public.virtual_user('$1');
END
}
same "$number" "$(attack alice)" "a known name"
same "$(attack bob1)" "$(q "SELECT number FROM virtual_users WHERE name = 'bob1'")" "a new name"
expect 3 attack ann
contains "$ERR" 'the name "ann" is taken'
same 0 "$(q 'SELECT count(*) FROM evil.seen')" "calls of the attacker's functions"
# The attack is one: without its search path the function falls for it.
q 'ALTER FUNCTION virtual_user(text) RESET search_path'
expect 0 attack carol
same postgres "$(q 'SELECT DISTINCT who FROM evil.seen')" "the rights of the attacker's function without the search path"
