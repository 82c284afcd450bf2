#!/bin/bash
# The recipe for Django serves applications with tables of their own: NetBox and Weblate.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
/usr/bin/python3 -c 'import django, psycopg2, argon2, bcrypt' 2>/dev/null || skip "Django is missing; packaging/setup --tests installs it"

# NetBox 4: its migrations users.0005 and 0006 rename Django's table of users, and copy its groups.
application netbox </dev/null
/usr/bin/python3 "$TESTS/recipes/django_users.py" "$T/pg" "$PGPORT" netbox
database >/dev/null <<'END'
ALTER TABLE auth_user RENAME TO users_user;
ALTER TABLE auth_user_groups RENAME TO users_user_groups;
ALTER TABLE users_user ALTER COLUMN id TYPE bigint;
ALTER TABLE users_user DROP COLUMN is_staff;
CREATE TABLE users_group (id bigserial PRIMARY KEY, name varchar(150) NOT NULL UNIQUE, description varchar(200) NOT NULL);
INSERT INTO users_group SELECT id, name, '' FROM auth_group;
ALTER TABLE users_user_groups DROP CONSTRAINT auth_user_groups_group_id_97559544_fk_auth_group_id, ALTER COLUMN group_id TYPE bigint,
    ADD CONSTRAINT users_user_groups_group_id_fk_users_group_id FOREIGN KEY (group_id) REFERENCES users_group (id) DEFERRABLE INITIALLY DEFERRED;
DELETE FROM auth_group;
END
new_directory
contains "$OUT" 'recipe django (Django)'
contains "$OUT" 'groups    public.users_group: 1 groups'
logs_in ann secret
refuses ann wrong
refuses off secret
same "ann ben cid dot off" "$(members staff)" "the members in NetBox"
same "gidNumber: 3000001" "$(entry '(cn=Staff)' gidNumber)" "the number of a group in NetBox"
reports_nothing "UPDATE users_user SET last_login = now()"
reports "UPDATE users_group SET name = 'Everybody'"

# Weblate: users with one name, bots and ends; teams of projects.
hash=$(database -c "SELECT password FROM users_user WHERE username = 'ben'")
application weblate <<END
CREATE TABLE auth_group (id serial PRIMARY KEY, name varchar(150) NOT NULL UNIQUE);
CREATE TABLE weblate_auth_user (
    id serial PRIMARY KEY, password varchar(128) NOT NULL, last_login timestamptz, is_superuser boolean DEFAULT false NOT NULL,
    username varchar(150) NOT NULL UNIQUE, full_name varchar(150) NOT NULL, email varchar(190) UNIQUE, is_active boolean DEFAULT true NOT NULL,
    date_joined timestamptz DEFAULT now() NOT NULL, is_bot boolean DEFAULT false NOT NULL, date_expires timestamptz
);
CREATE TABLE weblate_auth_group (id serial PRIMARY KEY, name varchar(150) NOT NULL, internal boolean DEFAULT false NOT NULL, defining_project_id integer);
CREATE TABLE weblate_auth_user_groups (
    id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES weblate_auth_user, group_id integer NOT NULL REFERENCES weblate_auth_group,
    CONSTRAINT weblate_auth_user_groups_user_id_group_id_16cfc05b_uniq UNIQUE (user_id, group_id)
);
INSERT INTO weblate_auth_user (id, username, full_name, email, password, is_bot, date_expires) VALUES
    (1, 'anonymous', 'Anonymous', 'noreply@weblate.org', '!', false, NULL), (2, 'Ann', 'Ann Example', 'ann@example.org', '$hash', false, NULL),
    (3, 'expired', 'Expired', 'expired@example.org', '$hash', false, '2020-01-01'), (4, 'bot-1', 'Bot', NULL, '$hash', true, NULL);
INSERT INTO weblate_auth_group (id, name, defining_project_id) VALUES (1, 'Users', NULL), (2, 'Review', 1), (3, 'Review', 2);
INSERT INTO weblate_auth_user_groups (user_id, group_id) VALUES (2, 1), (3, 1), (4, 1), (2, 2);
END
new_directory
contains "$OUT" 'recipe django (Django)'
logs_in ann secret
for user in anonymous expired bot-1; do refuses "$user" secret; done
same "cn: Ann Example
mail: ann@example.org" "$(entry '(&(objectClass=posixAccount)(uid=ann))' cn mail | sort)" "a user of Weblate"
same "" "$(dns -b "$base" '(|(uid=bot-1)(cn=Review))')" "bots, and teams of projects"
same "ann expired" "$(members users)" "the members in Weblate"
same "Users" "$(groups_of ann | sed 's/ ann//; s/ann //')" "the groups of a user of Weblate"
reports_nothing "UPDATE weblate_auth_user SET last_login = now()"
