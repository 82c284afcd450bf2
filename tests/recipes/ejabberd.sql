-- ejabberd.sql: the tables of users of ejabberd 23.01, as Debian's ejabberd has them, with users and a group that it created.
-- The verifiers are ejabberd's own (auth_password_format: scram) for the password "secret"; "banned" has the one of its ban.
-- Login: ann secret
CREATE TABLE last (
    username text NOT NULL,
    seconds text NOT NULL,
    state text NOT NULL
);
CREATE TABLE sr_group (
    name text NOT NULL,
    opts text NOT NULL,
    created_at timestamp without time zone DEFAULT now() NOT NULL
);
CREATE TABLE sr_user (
    jid text NOT NULL,
    grp text NOT NULL,
    created_at timestamp without time zone DEFAULT now() NOT NULL
);
CREATE TABLE users (
    username text NOT NULL,
    password text NOT NULL,
    serverkey text DEFAULT ''::text NOT NULL,
    salt text DEFAULT ''::text NOT NULL,
    iterationcount integer DEFAULT 0 NOT NULL,
    created_at timestamp without time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY last
    ADD CONSTRAINT last_pkey PRIMARY KEY (username);
ALTER TABLE ONLY users
    ADD CONSTRAINT users_pkey PRIMARY KEY (username);
CREATE UNIQUE INDEX i_sr_group_name ON sr_group USING btree (name);
CREATE INDEX i_sr_user_grp ON sr_user USING btree (grp);
CREATE INDEX i_sr_user_jid ON sr_user USING btree (jid);
CREATE UNIQUE INDEX i_sr_user_jid_grp ON sr_user USING btree (jid, grp);
CREATE TABLE private_storage (
    username text NOT NULL,
    namespace text NOT NULL,
    data text NOT NULL,
    created_at timestamp without time zone DEFAULT now() NOT NULL
);
CREATE INDEX i_private_storage_username ON private_storage USING btree (username);
CREATE UNIQUE INDEX i_private_storage_username_namespace ON private_storage USING btree (username, namespace);
INSERT INTO users (username, password, serverkey, salt, iterationcount) VALUES
    ('ann', 'rS1H5TA8sp+1Zg+K3Cz84xJBiqo=', 'C48CyFISchawfgSSN6wVTSC9las=', '55I+PFvUHm7qX+1PGZF9Yw==', 4096),
    ('banned', '789Y53PvflOSZo2thmzDj49GA8c=', 'QhLOzCqG7O3U5uiSNl7iGl9BooI=', '5GiqC7ruA4EZ1sWZP5RzOA==', 4096),
    ('ben', 'TfOOtixRKmco0Tyal/JDsSnICyA=', 'k+hiZVdkeVtw5rELZHLjWOA9ieA=', '4ClIZyubKg44XguRKlMrDg==', 4096),
    ('sid', 'sha256:5N+lyfC255buRHUvJZPRMXU+5RE8M/jt8eItLCEBrts=', 'HWOPJQ4JOrm32uy+Qh1pae2sB/YwbadjOMprWLFaVf4=', 'i8Tpl2yoBFjOrbiUQEz59w==', 4096);
INSERT INTO sr_group (name, opts) VALUES
    ('Staff', '[{label,<<"Staff">>},{displayed_groups,[<<"staff">>]},{description,<<"The staff">>}]');
INSERT INTO sr_user (jid, grp) VALUES
    ('ann@example.org', 'Staff'),
    ('ben@example.org', 'Staff');
-- A host without SCRAM has passwords in plain text.
INSERT INTO users (username, password) VALUES ('plain', 'secret'), ('nopassword', '');
