#!/bin/bash
# The recipe for Synapse serves the users of a Matrix server, with a pepper too.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application synapse <"$TESTS/recipes/synapse.sql"
new_directory
contains "$OUT" 'recipe synapse (Synapse)'
contains "$OUT" '7 users, 4 may log in'
logs_in ann secret
logs_in old.name secret
refuses ann wrong
for user in off locked waiting sso peppered; do refuses "$user" secret; done
same "" "$(dns -b "$base" '(|(uid=17)(uid=_irc_bob))')" "guests and bridged users"
same "cn: Ann Example
mail: ann@example.com
mail: ann@example.org
uidNumber: 2000001" "$(entry '(&(uid=ann)(objectClass=posixAccount))' cn mail uidNumber | sort)" "the attributes"
same "uid: ann" "$(entry '(&(mail=ann@example.com)(objectClass=posixAccount))' uid)" "the user of an address"
reports_nothing "INSERT INTO user_ips VALUES ('@ann:example.org', 't', 'd', '192.0.2.1', 'a', 1); UPDATE users SET consent_ts = 1"
reports "UPDATE users SET deactivated = 1 WHERE name = '@Old.Name:example.org'"

# Damaged rows lock out their own users, and nobody else.
for damage in "password_hash = left(password_hash, 40)" "password_hash = 'secret'" "password_hash = ''" "name = 'Old.Name'" "name = '@'"; do
    database -c "UPDATE users SET deactivated = 0, $damage WHERE name LIKE '%Old.Name%'"
    refuses old.name secret
    logs_in ann secret
done

# The pepper of the notes.
contains "$(<"$T/new.synapse/README")" 'pgsql-pepper FILE'
(umask 077 && printf 'salt and pepper\n' >"$T/pepper")
sed -i "s|^pgsql-uri|pgsql-pepper $T/pepper\n&|" "$T/new.synapse/slapd.conf"
serve
logs_in peppered secret
refuses ann secret
