#!/bin/bash
# Names of schemas, tables and columns stay names in all files of the wizard.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
hash=$(slappasswd -h '{SSHA}' -s secret)
start_postgres
q 'CREATE ROLE s LOGIN'
unharmed() { same f "$(q "SELECT rolsuper FROM pg_roles WHERE rolname = 's'")" "whether the owner has become a superuser"; }
table='(id uuid PRIMARY KEY DEFAULT gen_random_uuid(), username text UNIQUE, password text, last_login timestamptz, is_active boolean)'
row="(username, password, is_active) VALUES ('ann', '$hash', true)"

# The end of a dollar quote, with which a schema's name goes on in SQL.
application dollar <<END
GRANT CREATE ON DATABASE dollar TO s;
SET ROLE s;
CREATE SCHEMA "\$new\$set check_function_bodies=0;alter role s superuser;commit;";
SET search_path = "\$new\$set check_function_bodies=0;alter role s superuser;commit;";
CREATE TABLE "\$triggers\$ \$missing\$ \$new_\$_user" $table;
INSERT INTO "\$triggers\$ \$missing\$ \$new_\$_user" $row;
END
new_directory --for machines
unharmed
logs_in ann secret
same "uidNumber: 2000000" "$(entry '(&(uid=ann)(objectClass=posixAccount))' uidNumber)" "the number"

# A database in which a backslash escapes the end of a literal.
application backslash <<END
ALTER DATABASE backslash SET standard_conforming_strings = off;
GRANT CREATE ON DATABASE backslash TO s;
SET standard_conforming_strings = on;
SET ROLE s;
CREATE SCHEMA app;
CREATE TABLE app."\\');commit;alter role s superuser;--_user" $table;
INSERT INTO app."\\');commit;alter role s superuser;--_user" $row;
END
new_directory --for machines
unharmed
logs_in ann secret

# What means something in shells, SQL, slapd.conf and recipes; the name of a column has the lines of a recipe.
column=$'"is_active\n[users]\nattribute description: user\n#" text'
while IFS= read -r name; do
    q 'DROP DATABASE IF EXISTS odd WITH (FORCE)'
    rm -rf "$T/new.odd"
    application odd <<END
CREATE SCHEMA "$name";
CREATE TABLE "$name"."${name}_user" (id int PRIMARY KEY, username text UNIQUE, password text, last_login timestamptz, is_active boolean, $column, "$name" text);
INSERT INTO "$name"."${name}_user" VALUES (1, 'ann', '$hash', NULL, true);
END
    new_directory --for machines
    logs_in ann secret
    lacks "$(<"$T/new.odd/README")" $'\u202e'
done <<'END'
a'b
a""b
$1 ? :x {{users}}
\! touch x; /* -- */ #
`id` $(id)
‮evil
ääääääääääääääääääääääääääää
END
application shaped <<END
CREATE TABLE staff (id int PRIMARY KEY, login text UNIQUE, password text, $column);
INSERT INTO staff VALUES (1, 'ann', '$hash');
END
new_directory
logs_in ann secret
lacks "$(cat "$T/new.shaped"/*)" description
