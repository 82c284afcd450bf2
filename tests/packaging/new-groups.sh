#!/bin/bash
# Without a recipe, groups have names and no codes, and memberships count while they hold.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
hash=$(slappasswd -h '{SSHA}' -s secret)

# A unique code admits to a team: it is no name. A team that was deleted is none; an invitation and a past membership are no memberships.
application analytics <<END
CREATE TABLE users (id int PRIMARY KEY, username text UNIQUE, password text);
CREATE TABLE team (team_id int PRIMARY KEY, access_code text UNIQUE, "displayName" text, deleted_at timestamptz, locked boolean);
CREATE TABLE team_membership (user_id int REFERENCES users, team_id int REFERENCES team, accepted boolean NOT NULL, expires_at timestamptz);
INSERT INTO users SELECT i, n, '$hash' FROM unnest('{ann,ben,cid,dot}'::text[]) WITH ORDINALITY AS u(n, i);
INSERT INTO team VALUES (1, 'c0de', 'Red', NULL, true), (2, 'c1de', 'Gone', now(), false);
INSERT INTO team_membership VALUES (1, 1, true, NULL), (2, 1, false, NULL), (3, 1, true, now()), (4, 1, true, now() + '1 day'::interval), (1, 2, true, NULL);
END
new_directory
same 'ann dot' "$(members Red)" "the members"
same '' "$(entry '(|(cn=c0de)(cn=Gone))' cn)" "a code, and a deleted team"
same 'Red' "$(groups_of ann | sed 's/ ann//; s/ann //')" "the groups of ann"

# A unique key of text is a name if there is no other unique one. Ids called uuid on both sides, without foreign keys.
application quality <<END
CREATE TABLE users (uuid text PRIMARY KEY, login text UNIQUE, password text);
CREATE TABLE groups (uuid text PRIMARY KEY, slug text UNIQUE, label text, title text, gid_number int);
CREATE TABLE groups_users (uuid text PRIMARY KEY, group_uuid text, user_uuid text);
INSERT INTO users VALUES ('u1', 'ann', '$hash'), ('u2', 'ben', '$hash');
INSERT INTO groups VALUES ('g1', 'red', 'Red', 'Red', 0), ('g2', 'blue', 'Blue', 'Red', 70001);
INSERT INTO groups_users VALUES ('m1', 'g1', 'u1'), ('m2', 'g2', 'u1'), ('m3', 'g2', 'u2');
END
new_directory
same 'ann' "$(members red)" "the members of red"
same 'ann ben' "$(members blue)" "the members of blue"
lacks "$(entry '(cn=red)' gidNumber)" 'gidNumber: 0'
rm -r "$T/new.quality"
database -c 'UPDATE groups SET gid_number = 70000 WHERE gid_number = 0'
new_directory
same 'gidNumber: 70001' "$(entry '(cn=blue)' gidNumber)" "the number of the application"

# Who created or signed something for a team, holds its token or was invited is no member of it; without more, nobody is.
application signatures <<END
CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, password text);
CREATE TABLE team (id int PRIMARY KEY, name text UNIQUE);
CREATE TABLE "TeamApiToken" (id int PRIMARY KEY, "teamId" int REFERENCES team, "userId" int REFERENCES users);
CREATE TABLE team_invitations (id int PRIMARY KEY, team_id int REFERENCES team, user_id int REFERENCES users);
CREATE TABLE team_notes (id int PRIMARY KEY, team_id int REFERENCES team, created_by int REFERENCES users);
CREATE TABLE "TeamEmail" ("teamId" int PRIMARY KEY REFERENCES team, email text);
CREATE TABLE documents (id int PRIMARY KEY, title text, team_id int REFERENCES team, user_id int REFERENCES users);
INSERT INTO users VALUES (1, 'ann@example.org', '$hash');
INSERT INTO team VALUES (1, 'Red');
END
expect 0 wizard --dry-run
contains "$OUT" 'No groups were found'
database -c 'CREATE TABLE work (id int PRIMARY KEY, since date, team_id int REFERENCES team, user_id int REFERENCES users, UNIQUE (user_id, team_id)); INSERT INTO work VALUES (1, now(), 1, 1)'
new_directory --for machines --names local-part
same 'ann' "$(members red)" "the members"
