-- zabbix.sql: tables of Zabbix 6.0 with its own users, from Debian's zabbix-server-pgsql (schema.sql and data.sql), and more users.
-- The hash of Admin is the one that Zabbix ships, for the password "zabbix"; the others have the same one.
-- Login: eve zabbix
CREATE TABLE role (
    roleid bigint NOT NULL,
    name character varying(255) DEFAULT ''::character varying NOT NULL,
    type integer DEFAULT 0 NOT NULL,
    readonly integer DEFAULT 0 NOT NULL
);
CREATE TABLE users (
    userid bigint NOT NULL,
    username character varying(100) DEFAULT ''::character varying NOT NULL,
    name character varying(100) DEFAULT ''::character varying NOT NULL,
    surname character varying(100) DEFAULT ''::character varying NOT NULL,
    passwd character varying(60) DEFAULT ''::character varying NOT NULL,
    url character varying(2048) DEFAULT ''::character varying NOT NULL,
    autologin integer DEFAULT 0 NOT NULL,
    autologout character varying(32) DEFAULT '15m'::character varying NOT NULL,
    lang character varying(7) DEFAULT 'default'::character varying NOT NULL,
    refresh character varying(32) DEFAULT '30s'::character varying NOT NULL,
    theme character varying(128) DEFAULT 'default'::character varying NOT NULL,
    attempt_failed integer DEFAULT 0 NOT NULL,
    attempt_ip character varying(39) DEFAULT ''::character varying NOT NULL,
    attempt_clock integer DEFAULT 0 NOT NULL,
    rows_per_page integer DEFAULT 50 NOT NULL,
    timezone character varying(50) DEFAULT 'default'::character varying NOT NULL,
    roleid bigint NOT NULL
);
CREATE TABLE users_groups (
    id bigint NOT NULL,
    usrgrpid bigint NOT NULL,
    userid bigint NOT NULL
);
CREATE TABLE usrgrp (
    usrgrpid bigint NOT NULL,
    name character varying(64) DEFAULT ''::character varying NOT NULL,
    gui_access integer DEFAULT 0 NOT NULL,
    users_status integer DEFAULT 0 NOT NULL,
    debug_mode integer DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY role
    ADD CONSTRAINT role_pkey PRIMARY KEY (roleid);
ALTER TABLE ONLY users_groups
    ADD CONSTRAINT users_groups_pkey PRIMARY KEY (id);
ALTER TABLE ONLY users
    ADD CONSTRAINT users_pkey PRIMARY KEY (userid);
ALTER TABLE ONLY usrgrp
    ADD CONSTRAINT usrgrp_pkey PRIMARY KEY (usrgrpid);
CREATE UNIQUE INDEX role_1 ON role USING btree (name);
CREATE UNIQUE INDEX users_1 ON users USING btree (username);
CREATE UNIQUE INDEX users_groups_1 ON users_groups USING btree (usrgrpid, userid);
CREATE INDEX users_groups_2 ON users_groups USING btree (userid);
CREATE UNIQUE INDEX usrgrp_1 ON usrgrp USING btree (name);
ALTER TABLE ONLY users
    ADD CONSTRAINT c_users_1 FOREIGN KEY (roleid) REFERENCES role(roleid) ON DELETE CASCADE;
ALTER TABLE ONLY users_groups
    ADD CONSTRAINT c_users_groups_1 FOREIGN KEY (usrgrpid) REFERENCES usrgrp(usrgrpid) ON DELETE CASCADE;
ALTER TABLE ONLY users_groups
    ADD CONSTRAINT c_users_groups_2 FOREIGN KEY (userid) REFERENCES users(userid) ON DELETE CASCADE;
INSERT INTO role (roleid, name, type, readonly) VALUES (1, 'User role', 1, 0);
INSERT INTO role (roleid, name, type, readonly) VALUES (2, 'Admin role', 2, 0);
INSERT INTO role (roleid, name, type, readonly) VALUES (3, 'Super admin role', 3, 1);
INSERT INTO role (roleid, name, type, readonly) VALUES (4, 'Guest role', 1, 0);
INSERT INTO users (userid, username, name, surname, passwd, url, autologin, autologout, lang, refresh, theme, attempt_failed, attempt_ip, attempt_clock, rows_per_page, timezone, roleid) VALUES (1, 'Admin', 'Zabbix', 'Administrator', '$2y$10$92nDno4n0Zm7Ej7Jfsz8WukBfgSS/U0QkIuu8WkJPihXBb2A1UrEK', '', 1, '0', 'default', '30s', 'default', 0, '', 0, 50, 'default', 3);
INSERT INTO users (userid, username, name, surname, passwd, url, autologin, autologout, lang, refresh, theme, attempt_failed, attempt_ip, attempt_clock, rows_per_page, timezone, roleid) VALUES (2, 'guest', '', '', '$2y$10$89otZrRNmde97rIyzclecuk6LwKAsHN0BcvoOKGjbT.BwMBfm7G06', '', 0, '15m', 'default', '30s', 'default', 0, '', 0, 50, 'default', 4);
INSERT INTO usrgrp (usrgrpid, name, gui_access, users_status, debug_mode) VALUES (7, 'Zabbix administrators', 0, 0, 0);
INSERT INTO usrgrp (usrgrpid, name, gui_access, users_status, debug_mode) VALUES (8, 'Guests', 1, 0, 0);
INSERT INTO usrgrp (usrgrpid, name, gui_access, users_status, debug_mode) VALUES (9, 'Disabled', 0, 1, 0);
INSERT INTO usrgrp (usrgrpid, name, gui_access, users_status, debug_mode) VALUES (11, 'Enabled debug mode', 0, 0, 1);
INSERT INTO usrgrp (usrgrpid, name, gui_access, users_status, debug_mode) VALUES (12, 'No access to the frontend', 3, 0, 0);
INSERT INTO users_groups (id, usrgrpid, userid) VALUES (2, 8, 2);
INSERT INTO users_groups (id, usrgrpid, userid) VALUES (3, 9, 2);
INSERT INTO users_groups (id, usrgrpid, userid) VALUES (4, 7, 1);
INSERT INTO users (userid, username, name, surname, passwd, roleid)
SELECT 10, 'eve', 'Eve', 'Example', passwd, 1 FROM users WHERE userid = 1 UNION ALL
SELECT 11, 'locked', 'Lo', 'Cked', passwd, 1 FROM users WHERE userid = 1;
INSERT INTO users_groups VALUES (10, 8, 10), (11, 8, 11), (12, 9, 11);
