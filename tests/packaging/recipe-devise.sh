#!/bin/bash
# The recipe for Devise serves users whose hashes and locks Devise wrote.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
need ruby
ruby -e 'require "active_record"; require "devise"; require "pg"' 2>/dev/null || skip "Devise is missing; packaging/setup --tests installs it"
application blog <"$TESTS/recipes/devise.sql"
new_directory
contains "$OUT" 'recipe devise (Rails with Devise)'
logs_in ann secret
logs_in ben secret
refuses ann wrong
for user in locked invited nopassword; do refuses "$user" secret; done
same "mail: ann@example.org
uidNumber: 2000001" "$(entry '(&(objectClass=posixAccount)(uid=ann))' mail uidNumber | sort)" "a user"
same "ann ben locked" "$(members editors)" "the members"
same "ann" "$(members moderator)" "the members of a role of the application, not of an object"
same "gidNumber: 3000001" "$(entry '(cn=Editors)' gidNumber)" "the number of a group"

# What Devise itself writes: a new password and a lock. The time of a login reports nothing.
ruby - "$T/pg" "$PGPORT" "$DATABASE" <<'END'
require "active_record"
require "devise"
require "devise/orm/active_record"
ActiveRecord::Base.establish_connection(adapter: "postgresql", host: ARGV[0], port: ARGV[1], username: "postgres", database: ARGV[2])
class User < ActiveRecord::Base
  devise :database_authenticatable, :trackable, :lockable, :confirmable, stretches: 10
end
User.find_by(username: "Ann").update!(password: "another")
User.find_by(username: "ben").lock_access!(send_instructions: false)
END
logs_in ann another
refuses ann secret
refuses ben secret
reports_nothing "UPDATE users SET sign_in_count = 2, current_sign_in_at = now(), last_sign_in_ip = '192.0.2.7', updated_at = now()"
reports "UPDATE users SET locked_at = now() WHERE username = 'invited'"

# Without user names, the address is the name; names of tables and columns are the application's.
application shop <<END
CREATE TABLE shop_users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text NOT NULL UNIQUE, encrypted_password text NOT NULL, deleted_at timestamp);
INSERT INTO shop_users (email, encrypted_password, deleted_at) SELECT e, '$(slappasswd -h '{SSHA}' -s secret)', d::timestamp
FROM (VALUES ('Ann@example.org', NULL), ('gone@example.org', '2026-01-01')) AS v (e, d);
END
new_directory --for applications
logs_in ann@example.org secret
refuses gone@example.org secret
same "" "$(dns -b "$base" '(uid=gone@example.org)')" "a deleted user"
