-- discourse.sql: columns of the tables of Discourse that matter for users and groups, as its models describe them in 2025, and some users.
-- The hashes are Python's hashlib.pbkdf2_hmac("sha256", b"secret", SALT as text, 600000), as lib/pbkdf2.rb computes them, for "secret".
-- Login: ann secret
CREATE TABLE users (
    id serial PRIMARY KEY,
    username character varying(60) NOT NULL,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    name character varying,
    last_posted_at timestamp without time zone,
    active boolean DEFAULT false NOT NULL,
    username_lower character varying(60) NOT NULL,
    last_seen_at timestamp without time zone,
    admin boolean DEFAULT false NOT NULL,
    trust_level integer NOT NULL,
    approved boolean DEFAULT false NOT NULL,
    previous_visit_at timestamp without time zone,
    suspended_at timestamp without time zone,
    suspended_till timestamp without time zone,
    ip_address inet,
    moderator boolean DEFAULT false,
    primary_group_id integer,
    staged boolean DEFAULT false NOT NULL,
    silenced_till timestamp without time zone
);
CREATE UNIQUE INDEX index_users_on_username ON users USING btree (username);
CREATE UNIQUE INDEX index_users_on_username_lower ON users USING btree (username_lower);
CREATE TABLE user_passwords (
    id serial PRIMARY KEY,
    user_id integer NOT NULL,
    password_hash character varying(64) NOT NULL,
    password_salt character varying(32) NOT NULL,
    password_algorithm character varying(64) NOT NULL,
    password_expired_at timestamp without time zone,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL
);
CREATE UNIQUE INDEX index_user_passwords_on_user_id ON user_passwords USING btree (user_id);
CREATE TABLE user_emails (
    id serial PRIMARY KEY,
    user_id integer NOT NULL,
    email character varying(513) NOT NULL,
    "primary" boolean DEFAULT false NOT NULL,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL
);
CREATE UNIQUE INDEX index_user_emails_on_email ON user_emails USING btree (lower((email)::text));
CREATE UNIQUE INDEX index_user_emails_on_user_id_and_primary ON user_emails USING btree (user_id, "primary") WHERE "primary";
CREATE TABLE groups (
    id serial PRIMARY KEY,
    name character varying NOT NULL,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    automatic boolean DEFAULT false NOT NULL,
    user_count integer DEFAULT 0 NOT NULL,
    full_name character varying
);
CREATE UNIQUE INDEX index_groups_on_name ON groups USING btree (name);
CREATE TABLE group_users (
    id serial PRIMARY KEY,
    group_id integer NOT NULL,
    user_id integer NOT NULL,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    owner boolean DEFAULT false NOT NULL,
    notification_level integer DEFAULT 2 NOT NULL,
    first_unread_pm_at timestamp without time zone DEFAULT now() NOT NULL
);
CREATE UNIQUE INDEX index_group_users_on_group_id_and_user_id ON group_users USING btree (group_id, user_id);
CREATE UNIQUE INDEX index_group_users_on_user_id_and_group_id ON group_users USING btree (user_id, group_id);
INSERT INTO users (id, username, username_lower, name, active, staged, suspended_till, trust_level, created_at, updated_at) VALUES
    (-1, 'system', 'system', 'system', true, false, NULL, 4, now(), now()),
    (1, 'Ann', 'ann', 'Ann Example', true, false, NULL, 1, now(), now()),
    (2, 'ben', 'ben', NULL, true, false, '2020-01-01', 1, now(), now()),
    (3, 'suspended', 'suspended', NULL, true, false, '3000-01-01', 1, now(), now()),
    (4, 'inactive', 'inactive', NULL, false, false, NULL, 0, now(), now()),
    (5, 'sender', 'sender', NULL, true, true, NULL, 0, now(), now()),
    (6, 'nopassword', 'nopassword', NULL, true, false, NULL, 0, now(), now()),
    (7, 'damaged', 'damaged', NULL, true, false, NULL, 0, now(), now()),
    (8, 'expired', 'expired', NULL, true, false, NULL, 0, now(), now());
INSERT INTO user_passwords (user_id, password_hash, password_salt, password_algorithm, created_at, updated_at)
SELECT id, '99e5efdee8d86cd03b267a13dfbfb22397aac7e5fa826e98cc4aab73e0719215', '3f4c195ac4893baf72df68afc70a7ed2', '$pbkdf2-sha256$i=600000,l=32$', now(), now()
FROM users WHERE username NOT IN ('system', 'nopassword');
UPDATE user_passwords SET password_hash = 'no hash', password_algorithm = 'x' WHERE user_id = 7;
UPDATE user_passwords SET password_expired_at = now() WHERE user_id = 8;
INSERT INTO user_emails (user_id, email, "primary", created_at, updated_at) VALUES
    (1, 'ann@example.org', true, now(), now()), (1, 'ann@example.net', false, now(), now()), (2, 'ben@example.org', true, now(), now());
INSERT INTO groups (id, name, automatic, created_at, updated_at) VALUES (1, 'admins', true, now(), now()), (41, 'Cooks', false, now(), now());
INSERT INTO group_users (group_id, user_id, created_at, updated_at) VALUES
    (1, -1, now(), now()), (1, 1, now(), now()), (41, 1, now(), now()), (41, 2, now(), now()), (41, 3, now(), now());
