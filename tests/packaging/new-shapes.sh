#!/bin/bash
# Tables that no recipe knows are proposed by their shape, as a recipe to change.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
need jq
hash=$(slappasswd -h '{SSHA}' -s secret)

# The users among tables with passwords of other kinds: those of hosts in plain text, tokens, an empty table.
application shop <<END
CREATE SCHEMA crm;
CREATE TABLE crm.customers (id int PRIMARY KEY, nick text, full_name text, email varchar(200) UNIQUE, pass_hash text, is_enabled boolean, banned_until timestamptz, status int);
CREATE UNIQUE INDEX ON crm.customers (lower(nick));
CREATE TABLE crm.hosts (id int PRIMARY KEY, name text UNIQUE, password text);
CREATE TABLE crm.reset (id int PRIMARY KEY, name text UNIQUE, password_reset_token text);
CREATE TABLE crm.partner_users (id int PRIMARY KEY, login text, secret text);
CREATE TABLE crm.roles (id int PRIMARY KEY, title text UNIQUE);
CREATE TABLE crm.customer_roles (customer int REFERENCES crm.customers, role int REFERENCES crm.roles, since date, PRIMARY KEY (customer, role));
CREATE TABLE crm.orders (id int PRIMARY KEY, customer int REFERENCES crm.customers, host int REFERENCES crm.hosts);
INSERT INTO crm.customers SELECT i, n, initcap(n) || ' Example', n || '@example.org', '$hash', n <> 'off', CASE n WHEN 'eve' THEN now() + '1 day'::interval END
    FROM unnest('{Ann,ben,off,eve}'::text[]) WITH ORDINALITY AS u(n, i);
INSERT INTO crm.hosts VALUES (1, 'web', 'letmein');
INSERT INTO crm.roles VALUES (7, 'Buyers');
INSERT INTO crm.customer_roles VALUES (1, 7), (2, 7);
END
new_directory
contains "$OUT" 'users found by the shape of crm.customers'
contains "$OUT" 'The column status (integer) may tell who may log in'
logs_in ann secret
refuses off secret
refuses eve secret
same "cn: Ann Example
mail: Ann@example.org
uidNumber: 2000001" "$(entry '(&(uid=ann)(objectClass=posixAccount))' cn mail uidNumber | sort)" "a user"
same "ann ben" "$(members buyers)" "the members"

# What was proposed is a recipe.
sed -i "s/^name: lower.*/name: 'c' || u.id/; /^login filter/d" "$T/new.shop/recipe"
mv "$T/new.shop" "$T/first"
new_directory --recipe "$T/first/recipe"
logs_in c3 secret

# A column that becomes bytea: nobody can log in until the configuration is written again.
database -c "ALTER TABLE crm.customers ALTER pass_hash TYPE bytea USING convert_to(pass_hash, 'UTF8')"
refuses c3 secret
mv "$T/new.shop" "$T/second"
new_directory
logs_in ben secret

# Hashes in bytea, names without an index, no foreign keys, views.
application old <<END
CREATE TABLE people (username text, password_hash bytea, mail text);
INSERT INTO people VALUES ('ann', convert_to('$hash', 'UTF8'), 'a@example.org');
CREATE TABLE accounts (username text UNIQUE, password text, number int);
END
expect 0 wizard --dry-run --json --users people
same 'people null table 1 1' "$(jq -r '"\(.tables_used.users | sub("public."; "")) \(.groups) \(.numbers.users.from) \(.users) \([.hashes[] | select(.checked)] | length)"' <<<"$OUT")" "what JSON says"
application views <<END
CREATE SCHEMA hidden;
CREATE TABLE hidden.u (n text, p text);
INSERT INTO hidden.u VALUES ('ann', '$hash'), ('Ben@example.org', '$hash');
CREATE VIEW logins AS SELECT n AS login, p AS password FROM hidden.u;
END
new_directory --for applications
logs_in ann secret
logs_in ben@example.org secret

# Equally good tables are named, and nothing is written.
application two <<END
CREATE TABLE staff_users (id int PRIMARY KEY, login text UNIQUE, password text);
CREATE TABLE shop_users (id int PRIMARY KEY, login text UNIQUE, password text);
INSERT INTO staff_users VALUES (1, 'ann', '$hash');
INSERT INTO shop_users VALUES (1, 'ann', '$hash');
END
expect 3 wizard --out "$T/none"
contains "$ERR" '--users public.shop_users'
contains "$ERR" '--users public.staff_users'
[ ! -e "$T/none" ] || fail "something was written"
new_directory --users shop_users
logs_in ann secret
same "" "$(database -c "SELECT relname FROM pg_class WHERE relname ~ 'slapd|back_pgsql'")" "what the wizard itself left in the database"

# Names in citext, whose operators are in a schema of the search path.
application citext <<END
CREATE EXTENSION citext;
CREATE TABLE staff_users (id int PRIMARY KEY, login citext UNIQUE, password text);
CREATE TABLE teams (id int PRIMARY KEY, name citext UNIQUE);
CREATE TABLE team_users (team int REFERENCES teams, person int REFERENCES staff_users);
INSERT INTO staff_users VALUES (1, 'Ann', '$hash');
INSERT INTO teams VALUES (1, 'Red');
INSERT INTO team_users VALUES (1, 1);
END
new_directory
logs_in ANN secret
same "ann Red/ann" "$(members red) $(groups_of ann | tr ' ' '/')" "the members and the groups"
