#!/bin/bash
# Shapes: hashes in a table beside the users, groups without foreign keys, states.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
hash=$(slappasswd -h '{SSHA}' -s secret)

# Hashes in a table that refers to the users: the newest that has not expired. Tokens and old hashes are no candidates.
application identity <<END
CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), "userName" text UNIQUE, "primaryEmail" text, "deletedAt" timestamptz);
CREATE TABLE account (id int PRIMARY KEY, "userId" uuid REFERENCES users, provider text, password_hash text, "createdAt" timestamptz, expires_at timestamptz);
CREATE TABLE password_history (id int PRIMARY KEY, user_id uuid REFERENCES users, password text);
INSERT INTO users ("userName", "primaryEmail", "deletedAt") SELECT n, n || '@example.org', CASE n WHEN 'gone' THEN now() END FROM unnest('{ann,ben,cid,gone}'::text[]) n;
INSERT INTO account SELECT 1, id, 'local', '$(slappasswd -h '{SSHA}' -s earlier)', now() - '2 days'::interval FROM users WHERE "userName" = 'ann';
INSERT INTO account SELECT 1 + row_number() OVER (), id, 'local', '$hash', now(), CASE "userName" WHEN 'cid' THEN now() END FROM users;
INSERT INTO account SELECT 9, id, 'other', NULL, now() + '1 day'::interval FROM users WHERE "userName" = 'ann';
INSERT INTO password_history SELECT row_number() OVER (), id, '$hash' FROM users;
END
new_directory
contains "$(<"$T/new.identity/recipe")" 'hashes: public.account (userId, password_hash)'
logs_in ann secret
refuses ann earlier
refuses cid secret
refuses gone secret
same "mail: ann@example.org" "$(entry '(&(uid=ann)(objectClass=posixAccount))' mail)" "the address"

# Groups by names of columns only; MD5 without salt; a state as a number. The shorter of two columns with hashes counts.
application portal <<END
CREATE TABLE p_users (p_id int PRIMARY KEY, p_login text UNIQUE, p_password bytea, p_password_2 text, p_enabled smallint);
CREATE TABLE p_group (gid_no int PRIMARY KEY, title text);
CREATE TABLE p_group_members (gid_no int, username text);
CREATE TABLE endpoint_groups (gid int PRIMARY KEY, name text);
INSERT INTO p_users VALUES (1, 'ann', convert_to(md5('secret'), 'UTF8'), md5('x'), 1), (2, 'off', convert_to(md5('secret'), 'UTF8'), md5('x'), 0);
INSERT INTO p_group VALUES (5, 'Red');
INSERT INTO p_group_members VALUES (5, 'ann');
END
new_directory
for text in 'public.p_users: 2 users, 1 may log in (u.p_enabled = 1)' 'The members are by the names of the columns p_group_members.username and p_group_members.gid_no' \
    'are taken for MD5 or SHA-1 without salt'; do contains "$OUT" "$text"; done
logs_in ann secret
refuses off secret
same "ann" "$(members red)" "the members"

# One role for each user; a state as text, of which only "active" is known; other tables with hashes are named.
application content <<END
CREATE TABLE site_roles (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE site_users (id int PRIMARY KEY, email text UNIQUE, external_identifier text UNIQUE, password text, status text, role int REFERENCES site_roles);
CREATE TABLE clients (id int PRIMARY KEY, username text, email text, password text, state int, created_by int REFERENCES site_users);
INSERT INTO site_roles VALUES (3, 'Editors');
INSERT INTO site_users VALUES (1, 'ann@example.org', NULL, '$hash', 'Active', 3), (2, 'ben@example.org', NULL, '$hash', 'invited', 3);
INSERT INTO clients VALUES (1, NULL, 'cid@example.org', '$hash', 4, 1);
END
new_directory --for applications
contains "$OUT" "(u.status = 'Active')"
contains "$OUT" 'Password hashes are also in: public.clients; --users takes them instead.'
logs_in ann@example.org secret
refuses ben@example.org secret
same "memberOf: cn=Editors,ou=groups,$base" "$(entry '(uid=ann@example.org)' memberOf)" "memberOf"
expect 0 wizard --dry-run --users clients
for text in 'users     public.clients: 1 users' 'The column state (integer; users: 4: 1) may tell who may log in' 'No unique index is on email'; do contains "$OUT" "$text"; done

# Digests that need a salt are named, and not taken for others; plain text is no hash. Row security of each table is named.
application salted <<'END'
CREATE TABLE users (id int PRIMARY KEY, name text UNIQUE, salt text, hash text);
INSERT INTO users VALUES (1, 'ann', 'x', md5('x' || 'secret'));
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE TABLE files (id int PRIMARY KEY, name text UNIQUE, hash text);
INSERT INTO files SELECT i, i, md5(i::text) FROM generate_series(1, 9) i;
END
expect 0 wizard --dry-run
for text in 'The column salt may belong to the hashes' 'MD5 in hexadecimal (cannot be checked)' 'row security hides the rows of public.users'; do contains "$OUT" "$text"; done
database -c "UPDATE users SET hash = 'hunter2'"
expect 2 wizard --dry-run
contains "$ERR" 'public.users.hash: 1 of 1 values are no hash of a known form (plain text?)'
expect 2 wizard --dry-run --users users
contains "$ERR" 'the table users has no password hashes'
