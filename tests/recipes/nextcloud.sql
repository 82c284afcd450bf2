-- nextcloud.sql: tables of Nextcloud 29, by core/Migrations of its source, with some users; their password is "secret".
-- The hashes are what lib/private/Security/Hasher.php makes: "3|" and password_hash("secret", PASSWORD_ARGON2ID) of Debian 12's PHP 8.2,
-- "2|" and PASSWORD_ARGON2I, or "1|" and PASSWORD_BCRYPT.
-- Login: ann secret
CREATE TABLE oc_users (
    uid character varying(64) DEFAULT ''::character varying NOT NULL PRIMARY KEY,
    displayname character varying(64) DEFAULT NULL::character varying,
    password character varying(255) DEFAULT ''::character varying NOT NULL,
    uid_lower character varying(64) DEFAULT ''::character varying
);
CREATE INDEX user_uid_lower ON oc_users (uid_lower);
CREATE TABLE oc_preferences (
    userid character varying(64) DEFAULT ''::character varying NOT NULL,
    appid character varying(32) DEFAULT ''::character varying NOT NULL,
    configkey character varying(64) DEFAULT ''::character varying NOT NULL,
    configvalue text,
    PRIMARY KEY (userid, appid, configkey)
);
CREATE INDEX preferences_app_key ON oc_preferences (appid, configkey);
CREATE TABLE oc_groups (
    gid character varying(64) DEFAULT ''::character varying NOT NULL PRIMARY KEY,
    displayname character varying(255) DEFAULT 'name'::character varying NOT NULL
);
CREATE TABLE oc_group_user (
    gid character varying(64) DEFAULT ''::character varying NOT NULL,
    uid character varying(64) DEFAULT ''::character varying NOT NULL,
    PRIMARY KEY (gid, uid)
);
CREATE INDEX gu_uid_index ON oc_group_user (uid);
INSERT INTO oc_users (uid, displayname, password, uid_lower) SELECT u.uid, u.name, u.password, lower(u.uid) FROM (VALUES
('Ann', 'Ann Example', '3|$argon2id$v=19$m=65536,t=4,p=1$bkdQdWRZT21lQjBTRHJ4MQ$ywo0zKTVjeoSGJabcn9RC9vQHkk/oFb3JzosAp3K2hY'),
('ben', NULL, '2|$argon2i$v=19$m=65536,t=4,p=1$VHJENGNPejNWVzJLS3ludw$IH/8rUu6jEx4DPtcYqOVz2VUUxU+JC+UorJOXM1CiQI'),
('cid', NULL, '1|$2y$10$Id61/S1ih8UHzyuq5xT4r.zlcnaVMX83g5i0jfj9qkakXQl0o12Qi'),
('off', NULL, '1|$2y$10$Id61/S1ih8UHzyuq5xT4r.zlcnaVMX83g5i0jfj9qkakXQl0o12Qi'),
('nopassword', NULL, '')) u (uid, name, password);
INSERT INTO oc_preferences VALUES ('Ann', 'settings', 'email', 'ann@example.org'), ('ben', 'settings', 'email', 'ben@example.org'),
    ('ben', 'settings', 'primary_email', 'ben@example.com'), ('off', 'core', 'enabled', 'false'), ('ben', 'core', 'enabled', 'true'),
    ('Ann', 'login', 'lastLogin', '1700000000'), ('Ann', 'core', 'lang', 'en');
INSERT INTO oc_groups VALUES ('admin', 'admin'), ('staff', 'The Staff');
INSERT INTO oc_group_user VALUES ('admin', 'Ann'), ('staff', 'Ann'), ('staff', 'ben'), ('staff', 'off');
