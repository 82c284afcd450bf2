-- redmine.sql: the tables of users of Redmine 5.0, as Debian's redmine 5.0.4 has them, with its own users, and more that it created.
-- The hashes are Redmine's own (User#password=), for the password "secret12".
-- Login: ann secret12
CREATE TABLE email_addresses (
    id integer NOT NULL,
    user_id integer NOT NULL,
    address character varying NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    notify boolean DEFAULT true NOT NULL,
    created_on timestamp without time zone NOT NULL,
    updated_on timestamp without time zone NOT NULL
);
CREATE TABLE groups_users (
    group_id integer NOT NULL,
    user_id integer NOT NULL
);
CREATE TABLE users (
    id integer NOT NULL,
    login character varying DEFAULT ''::character varying NOT NULL,
    hashed_password character varying(40) DEFAULT ''::character varying NOT NULL,
    firstname character varying(30) DEFAULT ''::character varying NOT NULL,
    lastname character varying(255) DEFAULT ''::character varying NOT NULL,
    admin boolean DEFAULT false NOT NULL,
    status integer DEFAULT 1 NOT NULL,
    last_login_on timestamp without time zone,
    language character varying(5) DEFAULT ''::character varying,
    auth_source_id integer,
    created_on timestamp without time zone,
    updated_on timestamp without time zone,
    type character varying,
    mail_notification character varying DEFAULT ''::character varying NOT NULL,
    salt character varying(64),
    must_change_passwd boolean DEFAULT false NOT NULL,
    passwd_changed_on timestamp without time zone,
    twofa_scheme character varying,
    twofa_totp_key character varying,
    twofa_totp_last_used_at integer,
    twofa_required boolean DEFAULT false
);
ALTER TABLE ONLY email_addresses
    ADD CONSTRAINT email_addresses_pkey PRIMARY KEY (id);
ALTER TABLE ONLY users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX groups_users_ids ON groups_users USING btree (group_id, user_id);
CREATE INDEX index_email_addresses_on_user_id ON email_addresses USING btree (user_id);
CREATE INDEX index_users_on_auth_source_id ON users USING btree (auth_source_id);
CREATE INDEX index_users_on_id_and_type ON users USING btree (id, type);
CREATE INDEX index_users_on_type ON users USING btree (type);
INSERT INTO users (id, login, hashed_password, firstname, lastname, admin, status, type, salt) VALUES
    (1, 'admin', '2e8dcd75a9eaf8ace6226401bb793b896e27a2ca', 'Redmine', 'Admin', 'true', 1, 'User', 'ada8d6f8c4d58e40c8b27b98195725f2'),
    (2, '', '', '', 'Anonymous users', 'false', 1, 'GroupAnonymous', NULL),
    (3, '', '', '', 'Non member users', 'false', 1, 'GroupNonMember', NULL),
    (4, 'Ann', 'a1da119ed89f19f4e9df6fc89f6899ab805da408', 'Ann', 'Example', 'false', 1, 'User', '8b774e87de479d8c21be3ff0697424b7'),
    (5, 'ben', 'ba3de7dd6a0e017cd245f32bf4ed023fc1e6aa1f', 'Ben', 'Example', 'false', 1, 'User', 'b5e73330a7c8bbec7b0b78752fa5720b'),
    (6, 'locked', 'e4b077f844b5dc3b195c37956f09cc4314721563', 'Lo', 'Cked', 'false', 3, 'User', '2b1f4ea7521006de0ea1a402890fe5ee'),
    (7, 'new', '5e45493af89cef70779756e5cc50e7d2c97608b7', 'Regi', 'Stered', 'false', 2, 'User', '1df11ee3c8a5e3bb77e5482b44a073ee'),
    (8, '', '', '', 'Support Team', 'false', 1, 'Group', NULL);
INSERT INTO email_addresses (id, user_id, address, is_default, notify, created_on, updated_on) VALUES
    (1, 1, 'admin@example.net', 'true', 'true', '2024-03-01 12:00:00', '2024-03-01 12:00:00'),
    (2, 4, 'Ann@example.org', 'true', 'true', '2024-03-01 12:00:00', '2024-03-01 12:00:00'),
    (3, 5, 'ben@example.org', 'true', 'true', '2024-03-01 12:00:00', '2024-03-01 12:00:00'),
    (4, 6, 'locked@example.org', 'true', 'true', '2024-03-01 12:00:00', '2024-03-01 12:00:00'),
    (5, 7, 'new@example.org', 'true', 'true', '2024-03-01 12:00:00', '2024-03-01 12:00:00');
INSERT INTO groups_users (group_id, user_id) VALUES
    (8, 4),
    (8, 5),
    (8, 6);
-- A user of another LDAP server, with a hash of before; and one that was invited.
INSERT INTO users (id, login, hashed_password, salt, firstname, lastname, type, auth_source_id)
SELECT 9, 'ldap', hashed_password, salt, 'Ld', 'Ap', 'User', 1 FROM users WHERE id = 4;
INSERT INTO users (id, login, lastname, type) VALUES (10, 'nopassword', 'None', 'User');
