#!/bin/bash
# Bad databases, recipes and options are refused with a remedy; odd names are counted.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
hash=$(slappasswd -h '{SSHA}' -s secret)
refused() { # TEXT OPTION…
    local text=$1
    shift
    expect 2 wizard --out "$T/none" "$@"
    contains "$ERR" "$text"
    [ ! -e "$T/none" ] || fail "something was written: $*"
}

application empty </dev/null
refused "empty: it has no tables; is it the application's database?"
refused "--recipe: 'nothing' is unknown; --list-recipes shows the names" --recipe nothing
refused 'there is no table auth_user or' --recipe django
refused "--suffix: 'example' is not a DN" --suffix example
refused "--uid-base: '12' is not a number from 1000" --uid-base 12
refused 'there is no table users' --users users
application nobody <<<'CREATE TABLE t (a int); CREATE TABLE logins (username text, password text); INSERT INTO logins VALUES ($$ann$$, $$in plain text$$)'
refused 'nobody: no table has login names and password hashes; name it with --users, or write a recipe'

# Names that look like other things are quoted, or not proposed.
application odd\'name <<END
CREATE TABLE "users; DROP TABLE t --" (id int PRIMARY KEY, "user name" text UNIQUE, login text UNIQUE, password text);
CREATE TABLE "Üser-accounts" (id int PRIMARY KEY, "order" text UNIQUE, login text UNIQUE, password text);
INSERT INTO "users; DROP TABLE t --" VALUES (1, 'x', 'ann', '$hash');
INSERT INTO "Üser-accounts" VALUES (1, 'x', 'ben', '$hash');
END
administrator() { echo "host=$T/pg port=$PGPORT user=postgres dbname=odd\\'name"; }
new_directory
logs_in ben secret
administrator() { echo "host=$T/pg port=$PGPORT user=postgres dbname=$DATABASE"; }

# Many tables without foreign keys; a role that may read none of them.
application many <<'END'
DO $$ BEGIN FOR i IN 1..400 LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, name text UNIQUE, password text, note text)', i); END LOOP; END $$;
CREATE ROLE blind LOGIN;
END
refused 'many: no table has login names and password hashes'
administrator() { echo "host=$T/pg port=$PGPORT user=blind dbname=$DATABASE"; }
refused 'many: the role blind may read none of its 400 tables; connect as their owner or as a superuser'
application netbox <<'END'
CREATE TABLE auth_user (id int PRIMARY KEY, username text UNIQUE, password text, last_login timestamptz, is_active boolean);
END
refused 'django: this role may not read public.auth_user; connect as the owner of the tables or as a superuser'
administrator() { echo "host=$T/pg port=$PGPORT user=postgres dbname=$DATABASE"; }

# Two users' tables of Django.
database -c 'CREATE TABLE users_user (LIKE auth_user INCLUDING ALL)'
expect 3 wizard --out "$T/none"
contains "$ERR" '--recipe django --users public.users_user'
expect 0 wizard --dry-run --users users_user
contains "$OUT" 'the table has no users yet'

# Two recipes that fit; one that only its name chooses.
application both <"$TESTS/recipes/zabbix.sql"
database -c 'CREATE TABLE res_user (id int PRIMARY KEY, login text UNIQUE, name text, email text, active boolean, password_hash text)'
expect 3 wizard --out "$T/none"
for text in '--recipe tryton --users public.res_user' '--recipe zabbix --users public.users'; do contains "$ERR" "$text"; done
expect 0 wizard --dry-run --recipe zabbix
DATABASE=netbox

# A recipe that does not work names its line.
printf '%s\n' 'title: x' 'source: y' '[tables]' 'users: auth_user (id, username)' '[users]' 'id: u.id' 'name: u.nothing' 'password: u.password' >"$T/x.recipe"
refused 'column u.nothing does not exist' --recipe "$T/x.recipe"
sed -i 's/^name: .*/color: blue/' "$T/x.recipe"
refused "$T/x.recipe line 7: 'color' is no key of [users]" --recipe "$T/x.recipe"
sed -i "s/^color: .*/name: 'a\"' || u.username/" "$T/x.recipe"
refused "$T/x.recipe line 7: has an odd number of quotation marks" --recipe "$T/x.recipe"

# Names: addresses, capitals, spaces, 300 characters; each is counted, and those that can log in do.
database -c "DROP TABLE users_user; INSERT INTO auth_user SELECT i, n, '$hash', NULL, true FROM unnest(ARRAY['ann@example.org', 'Ben', 'ben', ' cid', 'dot  x', 'eve fox', repeat('x', 300), NULL, 'Örjan, 3', 'plain'])
    WITH ORDINALITY AS u(n, i)"
new_directory --for applications
for text in '2 of 10 users: a name with spaces at an end' '1 of 10 users: the name of another one' '1 of 10 users: a name of more than 255 characters' '1 of 10 users: no name'; do contains "$OUT" "$text"; done
for name in ann@example.org plain 'eve fox' 'örjan\2c 3'; do logs_in "$name" secret; done
for name in ben ' cid' 'dot  x'; do refuses "$name" secret; done
expect 0 wizard --dry-run --for machines
contains "$OUT" '6 of 10 users: a name that machines may refuse'
refused '--names local-part: 1 users would have the name of another one' --for machines --names local-part
expect 0 wizard --dry-run --for machines --names id
