#!/bin/bash
# Without a recipe, the hashes of the users are told from other secrets.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
hash=$(slappasswd -h '{SSHA}' -s secret)

# An empty secret of a second factor gives way to hashes in a table of their own, of which a locked one does not count.
application calendar <<END
CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, "twoFactorSecret" text, "loginSecret" text);
CREATE TABLE "UserPassword" ("userId" int REFERENCES users, hash text, revoked boolean);
INSERT INTO users VALUES (1, 'ann@example.org'), (2, 'ben@example.org');
INSERT INTO "UserPassword" VALUES (1, '$hash', false), (2, '$hash', true);
END
new_directory --for applications
logs_in ann@example.org secret
refuses ben@example.org secret

# A table of registrations refers to the users that came of them; a way to log in, to which users refer, has none itself.
application videos <<END
CREATE TABLE authentication (key text PRIMARY KEY, "displayName" text, title text);
CREATE TABLE account (id int PRIMARY KEY, email text, password text, "providerKey" text REFERENCES authentication, UNIQUE ("providerKey", email));
CREATE TABLE account_registration (id int PRIMARY KEY, email text, password text, state int, "accountId" int REFERENCES account, UNIQUE (state, email));
INSERT INTO authentication VALUES ('local', 'Local', 'Local');
INSERT INTO account VALUES (1, 'ann@example.org', '$hash', 'local');
INSERT INTO account_registration VALUES (7, 'zoe@example.org', '$hash', 1, NULL);
END
new_directory --for applications
for text in 'users found by the shape of public.account' 'Password hashes are also in: public.account_registration; --users takes them instead.'; do contains "$OUT" "$text"; done
logs_in ann@example.org secret
refuses zoe@example.org secret

# Digests in a form that only the application knows, beside their salts: all but the password is proposed. Without unique names, they are named.
application pages <<'END'
CREATE TABLE editors (id int PRIMARY KEY, email text UNIQUE, name text, salt text, hash text);
INSERT INTO editors SELECT i, n || '@example.org', n, md5(n), repeat('~' || md5(n || i), 8) FROM unnest('{ann,ben}'::text[]) WITH ORDINALITY AS e(n, i);
END
expect 0 wizard --dry-run
for text in 'public.editors: 2 users' '2 not a hash (plain text?) (cannot be checked)' 'The column salt may belong to the hashes, and nobody can log in then'; do contains "$OUT" "$text"; done
database -c 'ALTER TABLE editors DROP CONSTRAINT editors_email_key'
expect 2 wizard --dry-run
contains "$ERR" 'public.editors.hash: 2 of 2 values may be digests with the column salt, in a form of the application'
expect 0 wizard --dry-run --users editors

# A salt that is in the hash as well is not missing.
database -c "UPDATE editors SET salt = left(h, 29), hash = h FROM (SELECT '\$2b\$10\$' || repeat('a', 53) AS h) x"
expect 0 wizard --dry-run
lacks "$OUT" 'The column salt'
database -c "UPDATE editors SET salt = 'pepper and salt'"
expect 0 wizard --dry-run
contains "$OUT" 'The column salt may belong to the hashes'
