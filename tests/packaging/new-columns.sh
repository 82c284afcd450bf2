#!/bin/bash
# Without a recipe, names, numbers and states come from columns that are in use.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
hash=$(slappasswd -h '{SSHA}' -s secret)
recipe() { cat "$T/new.$DATABASE/recipe"; }

# Addresses are login names, and names to show are not, also where an address is unique for each site only. A column that nobody uses is no
# name to show; 0 is the number of nobody but root.
application forum <<END
CREATE TABLE members (site_id int, display_name text, screen_real_name text, email text, password text, uid_number int, gid_number int, is_forbidden boolean, approved boolean,
    account_expires_at timestamptz, feed_enabled boolean, blocked_reason text, UNIQUE (site_id, email));
INSERT INTO members SELECT 1, initcap(n) || ' Example', '', n || '@example.org', '$hash', 0, 0, n = 'off', n <> 'new', CASE n WHEN 'old' THEN now() END
    FROM unnest('{ann,ben,off,new,old}'::text[]) n;
END
new_directory --for applications
contains "$OUT" 'The column email is unique only together with site_id: users with equal names cannot log in.'
contains "$OUT" 'The column uid_number has no numbers for machines'
for column in feed_enabled blocked_reason; do lacks "$OUT" "$column"; done
logs_in ann@example.org secret
for name in off new old; do refuses "$name@example.org" secret; done
same 'cn: Ben Example' "$(entry '(uid=ben@example.org)' cn)" "the name to show"
lacks "$(recipe)" 'number: '
database -c 'UPDATE members SET uid_number = 70000 + length(email), gid_number = 70000'
expect 0 wizard --dry-run --for machines
contains "$OUT" 'The column uid_number has no numbers for machines' # several users have the same one
database -c "UPDATE members SET uid_number = 70000 + strpos('ann ben off new old', left(email, 3)), gid_number = CASE email WHEN 'ann@example.org' THEN 0 ELSE 70000 END"
expect 0 wizard --dry-run --for machines
for text in 'uidNumber of the application' 'The column gid_number has no numbers for machines'; do contains "$OUT" "$text"; done
database -c 'UPDATE members SET gid_number = 70000'
expect 0 wizard --dry-run --for machines
lacks "$OUT" 'no numbers for machines'
lacks "$OUT" 'a uidNumber below 1000'
database -c "UPDATE members SET uid_number = 33 WHERE email = 'ann@example.org'"
expect 0 wizard --dry-run --for machines
contains "$OUT" '1 of 5 users: a uidNumber below 1000, as the system has them; who has 0 is root on every machine'

# Values that leave a doubt are counted, if they are few and short.
application tasks <<END
CREATE TABLE users (id int PRIMARY KEY, login text UNIQUE, password text, status int, state text, account_state text, login_state text);
INSERT INTO users SELECT i, 'u' || i, '$hash', i / 3, CASE i WHEN 1 THEN E'a\n[users]' END, 'state' || i, 'open' FROM generate_series(1, 7) i;
END
expect 0 wizard --dry-run
for text in 'status (integer; users: 1: 3, 0: 2, 2: 2)' 'state (text) may' 'account_state (text) may' 'login_state (text; users: open: 7)'; do contains "$OUT" "The column $text"; done

# The table to which each user's row refers says who may log in, and has the names to show. A uuid is an id, whatever its name is.
application network <<END
CREATE TABLE people (id int PRIMARY KEY, nickname text, display_name text, banned boolean NOT NULL DEFAULT false, ban_expires timestamptz);
CREATE TABLE hometown (id int PRIMARY KEY, disabled boolean);
CREATE TABLE local_user (local_user_id uuid UNIQUE DEFAULT gen_random_uuid(), email text UNIQUE, password_encrypted text, person_id int UNIQUE REFERENCES people,
    hometown_id int UNIQUE REFERENCES hometown);
INSERT INTO people SELECT i, n, initcap(n) || ' Example', n = 'off' FROM unnest('{ann,ben,off,far}'::text[]) WITH ORDINALITY AS p(n, i);
INSERT INTO hometown VALUES (1, true);
INSERT INTO local_user (email, password_encrypted, person_id, hometown_id) SELECT nickname || '@example.org', '$hash', id, CASE id WHEN 1 THEN 1 END FROM people WHERE nickname <> 'far';
INSERT INTO local_user (email, password_encrypted) VALUES ('dot@example.org', '$hash');
END
new_directory --for applications
contains "$OUT" 'public.local_user: 4 users, 3 may log in'
contains "$(recipe)" 'id: u.local_user_id'
for name in ann dot; do logs_in "$name@example.org" secret; done
refuses off@example.org secret
same 'cn: Ann Example' "$(entry '(uid=ann@example.org)' cn)" "the name of the profile"
reports "UPDATE people SET banned = true WHERE nickname = 'ben'"
refuses ben@example.org secret
