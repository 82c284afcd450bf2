-- zulip.sql: columns of the tables of Zulip that matter for users and groups, as its models define them in 2025, and some users.
-- The hashes are those of Debian's python3-django (argon2, as Zulip sets it, and pbkdf2_sha256, which it accepts) for "secret".
-- Login: ann@example.org secret
CREATE TABLE zerver_realm (
    id serial PRIMARY KEY,
    name character varying(40) NOT NULL,
    string_id character varying(40) NOT NULL UNIQUE,
    deactivated boolean DEFAULT false NOT NULL
);
CREATE TABLE zerver_userprofile (
    id serial PRIMARY KEY,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    is_superuser boolean DEFAULT false NOT NULL,
    delivery_email character varying(254) NOT NULL,
    email character varying(254) NOT NULL,
    full_name character varying(100) NOT NULL,
    date_joined timestamp with time zone NOT NULL,
    is_staff boolean DEFAULT false NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    is_bot boolean DEFAULT false NOT NULL,
    bot_type smallint,
    role smallint DEFAULT 400 NOT NULL,
    long_term_idle boolean DEFAULT false NOT NULL,
    is_mirror_dummy boolean DEFAULT false NOT NULL,
    realm_id integer NOT NULL REFERENCES zerver_realm (id)
);
CREATE UNIQUE INDEX zerver_userprofile_realm_id_email_uniq ON zerver_userprofile USING btree (realm_id, upper((email)::text));
CREATE UNIQUE INDEX zerver_userprofile_realm_id_delivery_email_uniq ON zerver_userprofile USING btree (realm_id, upper((delivery_email)::text));
CREATE TABLE zerver_usergroup (
    id serial PRIMARY KEY,
    realm_id integer NOT NULL REFERENCES zerver_realm (id)
);
CREATE TABLE zerver_namedusergroup (
    usergroup_ptr_id integer PRIMARY KEY REFERENCES zerver_usergroup (id),
    name character varying(100) NOT NULL,
    description text DEFAULT '' NOT NULL,
    is_system_group boolean DEFAULT false NOT NULL,
    realm_id integer NOT NULL REFERENCES zerver_realm (id),
    deactivated boolean DEFAULT false NOT NULL,
    UNIQUE (realm_id, name)
);
CREATE TABLE zerver_usergroupmembership (
    id serial PRIMARY KEY,
    user_group_id integer NOT NULL REFERENCES zerver_usergroup (id),
    user_profile_id integer NOT NULL REFERENCES zerver_userprofile (id),
    UNIQUE (user_group_id, user_profile_id)
);
INSERT INTO zerver_realm (id, name, string_id, deactivated) VALUES
    (1, 'System', 'zulipinternal', false), (2, 'Example', '', false), (3, 'Club', 'club', false), (4, 'Closed', 'closed', true);
INSERT INTO zerver_userprofile (id, realm_id, delivery_email, email, full_name, password, is_active, is_bot, bot_type, date_joined) VALUES
    (5, 1, 'notification-bot@zulip.com', 'notification-bot@zulip.com', 'Notification Bot', '!', true, true, 1, now()),
    (8, 2, 'Ann@example.org', 'user8@example.org', 'Ann Example', 'argon2$argon2id$v=19$m=102400,t=2,p=8$WXRBMlJUVjdzemJvVTcxbnZRR3c2TQ$TzQ5ZU7KmHrs0jEtQOQyew', true, false, NULL, now()),
    (9, 2, 'ben@example.org', 'user9@example.org', 'Ben Example', 'pbkdf2_sha256$260000$7X1BDLvKwRFJg0jMuZ1D6Q$sk6y9FpcHHcOJQ8HgOTxF4TC3z5tCRE5QEZvEeyvLOE=', true, false, NULL, now()),
    (10, 2, 'off@example.org', 'user10@example.org', 'Off Example', 'argon2$argon2id$v=19$m=102400,t=2,p=8$WXRBMlJUVjdzemJvVTcxbnZRR3c2TQ$TzQ5ZU7KmHrs0jEtQOQyew', false, false, NULL, now()),
    (11, 2, 'nopassword@example.org', 'user11@example.org', 'No Password', '!tyQ3hVxS3wDzc1e0Xq7Zr2mYb6Lk9Pf8Nn4Gs5Jd', true, false, NULL, now()),
    (12, 3, 'cid@example.org', 'cid@example.org', 'Cid Example', 'pbkdf2_sha256$260000$7X1BDLvKwRFJg0jMuZ1D6Q$sk6y9FpcHHcOJQ8HgOTxF4TC3z5tCRE5QEZvEeyvLOE=', true, false, NULL, now()),
    (13, 3, 'ben@example.org', 'ben@example.org', 'Ben Example', 'pbkdf2_sha256$260000$7X1BDLvKwRFJg0jMuZ1D6Q$sk6y9FpcHHcOJQ8HgOTxF4TC3z5tCRE5QEZvEeyvLOE=', true, false, NULL, now()),
    (14, 4, 'dot@example.org', 'dot@example.org', 'Dot Example', 'pbkdf2_sha256$260000$7X1BDLvKwRFJg0jMuZ1D6Q$sk6y9FpcHHcOJQ8HgOTxF4TC3z5tCRE5QEZvEeyvLOE=', true, false, NULL, now());
INSERT INTO zerver_usergroup (id, realm_id) VALUES (1, 2), (2, 2), (3, 2), (4, 3), (5, 2);
INSERT INTO zerver_namedusergroup (usergroup_ptr_id, name, is_system_group, realm_id, deactivated) VALUES
    (1, 'role:members', true, 2, false), (2, 'Support', false, 2, false), (3, 'old', false, 2, true), (4, 'Players', false, 3, false);
INSERT INTO zerver_usergroupmembership (user_group_id, user_profile_id) VALUES (1, 9), (2, 8), (2, 9), (2, 10), (3, 8), (4, 12), (5, 8);
