-- icingaweb2.sql: the tables of users of Icinga Web 2, as Debian's icingaweb2 2.11.4 has them, with some users.
-- The hashes are those of PHP's password_hash(), as DbUserBackend.php calls it, for the password "secret".
-- Login: ann secret
CREATE TABLE icingaweb_group (
    id integer NOT NULL,
    name character varying(64) NOT NULL,
    parent integer,
    ctime timestamp without time zone,
    mtime timestamp without time zone
);
CREATE TABLE icingaweb_group_membership (
    group_id integer NOT NULL,
    username character varying(254) NOT NULL,
    ctime timestamp without time zone,
    mtime timestamp without time zone
);
CREATE TABLE icingaweb_user (
    name character varying(254) NOT NULL,
    active smallint NOT NULL,
    password_hash bytea NOT NULL,
    ctime timestamp without time zone,
    mtime timestamp without time zone
);
CREATE TABLE icingaweb_user_preference (
    username character varying(254) NOT NULL,
    name character varying(64) NOT NULL,
    section character varying(64) NOT NULL,
    value character varying(255) NOT NULL,
    ctime timestamp without time zone,
    mtime timestamp without time zone
);
ALTER TABLE ONLY icingaweb_group
    ADD CONSTRAINT pk_icingaweb_group PRIMARY KEY (id);
ALTER TABLE ONLY icingaweb_user
    ADD CONSTRAINT pk_icingaweb_user PRIMARY KEY (name);
ALTER TABLE ONLY icingaweb_user_preference
    ADD CONSTRAINT pk_icingaweb_user_preference PRIMARY KEY (username, section, name);
CREATE UNIQUE INDEX idx_icingaweb_group ON icingaweb_group USING btree (lower((name)::text));
CREATE UNIQUE INDEX idx_icingaweb_group_membership ON icingaweb_group_membership USING btree (group_id, lower((username)::text));
CREATE UNIQUE INDEX idx_icingaweb_user ON icingaweb_user USING btree (lower((name)::text));
CREATE UNIQUE INDEX idx_icingaweb_user_preference ON icingaweb_user_preference USING btree (lower((username)::text), lower((section)::text), lower((name)::text));
ALTER TABLE ONLY icingaweb_group
    ADD CONSTRAINT fk_icingaweb_group_parent_id FOREIGN KEY (parent) REFERENCES icingaweb_group(id);
ALTER TABLE ONLY icingaweb_group_membership
    ADD CONSTRAINT pk_icingaweb_group_membership FOREIGN KEY (group_id) REFERENCES icingaweb_group(id);
INSERT INTO icingaweb_user (name, active, password_hash, ctime, mtime) VALUES
    ('Ann', 1, '$2y$10$XPiFvIUYdxaF1SDPPTVIf.WIMN/je7q1Lt3pcE3ulKqrg6YBwBf4y', '2024-03-01 12:00:00', '2024-03-02 12:00:00'),
    ('Ben Example', 1, '$2y$10$ItJy4cuiY9rBiI9VFNtfkuHu8/99MIkADKARP2FCnW9IcXWfCKJPy', '2024-03-01 12:00:00', NULL),
    ('off', 0, '$2y$10$rQCWGgM.n7HfMM8pXn9KY.YsyrQgztn83H2YBMqDN.pK7Q2vbRnsG', '2024-03-01 12:00:00', NULL),
    ('nopassword', 1, '', '2024-03-01 12:00:00', NULL),
    ('damaged', 1, '\x00ff5c24', '2024-03-01 12:00:00', NULL);
INSERT INTO icingaweb_group (id, name) VALUES (1, 'Administrators'), (2, 'empty');
INSERT INTO icingaweb_group_membership (group_id, username) VALUES (1, 'ann'), (1, 'Ben Example'), (1, 'of another backend');
