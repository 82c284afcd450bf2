#!/bin/bash
# The recipe for MediaWiki serves users whose hashes MediaWiki wrote, and their groups.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application wiki <"$TESTS/recipes/mediawiki.sql"
new_directory
contains "$OUT" 'recipe mediawiki (MediaWiki)'
contains "$OUT" 'users     mediawiki.user: 7 users, 6 may log in'
contains "$OUT" '6 PBKDF2-SHA512'
for user in ann 'cid example' 'Cid Example' partly unblocked; do
    logs_in "$user" secret-secret
    refuses "$user" wrong
done
refuses blocked secret-secret
refuses 'mediawiki default' secret-secret
same "cn: Cid Charles Example
mail: Cid@example.org
uidNumber: 2000003" "$(entry '(&(uid=cid example)(objectClass=posixAccount))' cn mail uidNumber | sort)" "a user"
same "uid: ann" "$(entry '(&(uidNumber=2000001)(objectClass=posixAccount))' uid)" "the user of a number"
same "ben cid example" "$(members staff)" "the members"
same "" "$(groups_of unblocked | sed 's/^unblocked$//')" "a membership that has ended"
contains "$(entry '(&(cn=sysop)(objectClass=posixGroup))' gidNumber)" 'gidNumber: 300000'

# A visit writes user_touched, which no query reads.
reports_nothing "UPDATE mediawiki.\"user\" SET user_touched = now(), user_editcount = 7"
reports "UPDATE mediawiki.ipblocks SET ipb_expiry = '2020-01-01'"
logs_in blocked secret-secret

# MediaWiki 1.42 has blocks in two tables; wikis that share a database have a prefix, older ones another name of the table.
database <<'END'
ALTER TABLE mediawiki."user" RENAME TO w2_mwuser;
ALTER TABLE mediawiki.user_groups RENAME TO w2_user_groups;
DROP TABLE mediawiki.ipblocks;
CREATE TABLE mediawiki.w2_block (bl_id int PRIMARY KEY, bl_target int NOT NULL, bl_expiry timestamptz NOT NULL, bl_sitewide smallint NOT NULL DEFAULT 1);
CREATE TABLE mediawiki.w2_block_target (bt_id int PRIMARY KEY, bt_user int);
INSERT INTO mediawiki.w2_block_target VALUES (1, 4);
INSERT INTO mediawiki.w2_block VALUES (1, 1, 'infinity');
END
mv "$T/new.wiki" "$T/first"
new_directory --for applications
contains "$OUT" 'users     mediawiki.w2_mwuser'
logs_in ann secret-secret
refuses ben secret-secret
same "memberOf: cn=Staff,ou=groups,$base" "$(entry '(uid=cid example)' memberOf)" "memberOf"
