#!/bin/bash
# The recipe for ejabberd composes SCRAM verifiers that ejabberd wrote, of one host and several.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application ejabberd <"$TESTS/recipes/ejabberd.sql"
new_directory
contains "$OUT" 'recipe ejabberd (ejabberd)'
contains "$OUT" '1 SCRAM-SHA-256'
for user in ann ben sid; do
    logs_in "$user" secret
    refuses "$user" wrong
done
for user in banned plain nopassword; do refuses "$user" secret; done
same "ann ben" "$(members staff)" "the members"
same "Staff" "$(groups_of ben | sed 's/ ben//; s/ben //')" "the groups of a user"
number=$(entry '(&(uid=ben)(objectClass=posixAccount))' uidNumber)
same "uid: ben" "$(entry "(&(uidNumber=${number#*: })(objectClass=posixAccount))" uid)" "the user of a number"

# ejabberd writes logins into another table. A ban of newer versions locks the account.
reports_nothing "INSERT INTO last VALUES ('ann', '1', 'away')"
reports_nothing "UPDATE users SET serverkey = '' WHERE username = 'sid'"
reports "INSERT INTO private_storage VALUES ('ben', 'jabber:ejabberd:banned', '<banned/>')"
refuses ben secret

# The tables of several hosts, and of versions that have a row for each kind of verifier.
application hosts <"$TESTS/recipes/ejabberd.sql"
database <<'END'
ALTER TABLE users ADD server_host text NOT NULL DEFAULT 'example.org', ADD type smallint NOT NULL DEFAULT 0, DROP CONSTRAINT users_pkey;
ALTER TABLE users ADD PRIMARY KEY (server_host, username, type);
ALTER TABLE sr_user ADD server_host text NOT NULL DEFAULT 'example.org';
ALTER TABLE sr_group ADD server_host text NOT NULL DEFAULT 'example.org';
ALTER TABLE private_storage ADD server_host text NOT NULL DEFAULT 'example.org';
INSERT INTO users (username, server_host, type, password, salt, iterationcount)
SELECT 'sid', 'example.net', 3, replace(password, 'sha256:', ''), salt, iterationcount FROM users WHERE username = 'sid' UNION ALL
SELECT 'sid', 'example.net', 1, 'plain', '', 0 UNION ALL
SELECT 'ann', 'example.net', 2, 'wrong', 'wrong', 4096;
INSERT INTO private_storage VALUES ('ben', 'jabber:ejabberd:banned', '<banned/>');
END
new_directory --for machines
for user in ann@example.org sid@example.org sid@example.net; do logs_in "$user" secret; done
for user in ann@example.net ben@example.org banned@example.org; do refuses "$user" secret; done
refuses sid@example.net plain
same "ann@example.org ben@example.org" "$(members staff@example.org)" "the members"
database -c "INSERT INTO users (username, server_host, password, salt, iterationcount) SELECT 'zoe', 'example.net', password, salt, iterationcount FROM users WHERE username = 'ben'"
logs_in zoe@example.net secret
contains "$(entry '(&(uid=zoe@example.net)(objectClass=posixAccount))' uidNumber)" 'uidNumber: 200000'
