#!/bin/bash
# At a terminal the wizard asks, tries a login, and never shows a password.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application zabbix <"$TESTS/recipes/zabbix.sql"
database -c 'CREATE TABLE other_users AS SELECT * FROM users'
at_terminal() { # FOLDER QUESTION ANSWER…
    BACK_PGSQL_MODULE=$MODULE "$TESTS/lib/dialogue" "${@:2}" -- perl "$PROJECT/packaging/slapd-pgsql-new" --uri "$(administrator)" --out "$1"
}
expect 0 at_terminal "$T/new" 'suffix' dc=example,dc=net 'machines, applications' '' 'Who may log in' "u.username <> 'eve'" 'Show the users' n \
    'first number' 5000000 'A user to try' eve 'Password of eve' zabbix 'A user to try' admin 'Password of admin' zabbix
for text in 'recipe zabbix (Zabbix)' 'eve cannot log in: ' 'admin can log in' 'uidNumber = id + 5000000; gidNumber = id + 6000000' "Written to $T/new"; do contains "$OUT" "$text"; done
lacks "${OUT#*Password of}" ': zabbix'
contains "$(<"$T/new/slapd.conf")" 'suffix "dc=example,dc=net"'
contains "$(<"$T/new/slapd.conf")" 'pgsql-hide-denied on'

# Several tables: a number chooses. A bad answer is asked again; applications need no numbers.
application two <<END
CREATE TABLE staff_users (id int PRIMARY KEY, login text UNIQUE, password text, mail text);
CREATE TABLE shop_users (id int PRIMARY KEY, login text UNIQUE, password text);
INSERT INTO staff_users VALUES (1, 'ann', '$(slappasswd -h '{SSHA}' -s secret)');
INSERT INTO shop_users SELECT id, login, password FROM staff_users;
END
expect 0 at_terminal "$T/two" 'Number' 3 'Number' 2 'suffix' '' 'machines, applications' neither 'machines, applications' applications 'Who may log in' '' \
    'A user to try' ''
contains "$OUT" 'users     public.staff_users: 1 users'
contains "$(<"$T/two/slapd.conf")" 'class=top,inetOrgPerson'
same "700 600" "$(stat -c %a "$T/two" "$T/two/slapd.conf" | xargs)" "the modes of the folder and the configuration"

# Names that are addresses: what each answer means.
application addresses <<END
CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, password text);
INSERT INTO users VALUES (1, 'ann@example.org', '$(slappasswd -h '{SSHA}' -s secret)'), (2, 'ben@example.org', '{SSHA}');
END
expect 0 at_terminal "$T/addresses" 'suffix' '' 'machines, applications' machines 'As they are, the part before the @, or the letter u with the id? (as-is, local-part, id)' local-part \
    'Who may log in' '' 'first number' '' 'A user to try' ann 'Password of ann' secret
contains "$OUT" 'ann can log in'

# What takes long is told before.
database -c "INSERT INTO users SELECT i, 'u' || i || '@example.org', NULL FROM generate_series(3, 200000) i"
long() { at_terminal "$T/$1" 'suffix' '' 'machines, applications' '' 'Who may log in' '' 'A user to try' ''; }
expect 0 long fewer
lacks "$OUT" 'This can take minutes'
database -c "INSERT INTO users VALUES (300000, 'zoe@example.org')"
expect 0 long more
contains "$OUT" 'Testing the queries with all 200001 users. This can take minutes.'

# The program ends with the terminal, and writes nothing.
expect 2 env BACK_PGSQL_MODULE="$MODULE" "$TESTS/lib/dialogue" 'suffix' $'\x04' -- perl "$PROJECT/packaging/slapd-pgsql-new" --uri "$(administrator)" --users users --out "$T/three"
[ ! -e "$T/three" ] || fail "something was written"
