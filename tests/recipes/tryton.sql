-- tryton.sql: tables of Tryton 6.0 as Debian's trytond-admin creates them, without references to others, and some users.
-- The hashes are those of Debian's tryton-server (hash_password and hash_sha1 of trytond.res.user, and passlib's pbkdf2_sha512) for "secret".
-- Login: ann secret
CREATE TABLE res_group (
    id serial NOT NULL,
    name character varying NOT NULL,
    active boolean DEFAULT false,
    create_date timestamp(6) without time zone,
    create_uid integer,
    parent integer,
    write_date timestamp(6) without time zone,
    write_uid integer,
    CONSTRAINT res_group_id_positive CHECK ((id >= 0))
);
CREATE TABLE res_user (
    id serial NOT NULL,
    name character varying,
    active boolean DEFAULT false,
    login character varying NOT NULL,
    password character varying,
    create_date timestamp(6) without time zone,
    create_uid integer,
    email character varying,
    language integer,
    menu integer NOT NULL,
    password_hash character varying,
    password_reset character varying,
    password_reset_expire timestamp(6) without time zone,
    signature text,
    write_date timestamp(6) without time zone,
    write_uid integer,
    CONSTRAINT res_user_id_positive CHECK ((id >= 0))
);
CREATE TABLE "res_user-res_group" (
    id serial NOT NULL,
    "user" integer NOT NULL,
    "group" integer NOT NULL,
    create_date timestamp(6) without time zone,
    create_uid integer,
    write_date timestamp(6) without time zone,
    write_uid integer,
    CONSTRAINT "res_user-res_group_id_positive" CHECK ((id >= 0))
);
ALTER TABLE ONLY res_group ADD CONSTRAINT res_group_name_uniq UNIQUE (name);
ALTER TABLE ONLY res_group ADD CONSTRAINT res_group_pkey PRIMARY KEY (id);
ALTER TABLE ONLY "res_user-res_group" ADD CONSTRAINT "res_user-res_group_pkey" PRIMARY KEY (id);
ALTER TABLE ONLY res_user ADD CONSTRAINT res_user_login_key UNIQUE (login);
ALTER TABLE ONLY res_user ADD CONSTRAINT res_user_pkey PRIMARY KEY (id);
CREATE INDEX "res_user-res_group_group_index" ON "res_user-res_group" USING btree ("group");
CREATE INDEX "res_user-res_group_user_index" ON "res_user-res_group" USING btree ("user");
ALTER TABLE ONLY res_group ADD CONSTRAINT res_group_parent_fkey FOREIGN KEY (parent) REFERENCES res_group(id) ON DELETE SET NULL;
ALTER TABLE ONLY "res_user-res_group"
    ADD CONSTRAINT "res_user-res_group_group_fkey" FOREIGN KEY ("group") REFERENCES res_group(id) ON DELETE CASCADE;
ALTER TABLE ONLY "res_user-res_group"
    ADD CONSTRAINT "res_user-res_group_user_fkey" FOREIGN KEY ("user") REFERENCES res_user(id) ON DELETE CASCADE;
INSERT INTO res_user (id, login, name, active, email, menu, password_hash) VALUES
    (0, 'root', 'Root', false, NULL, 1, NULL),
    (1, 'admin', 'Administrator', true, 'admin@example.org', 1, NULL),
    (2, 'Ann', 'Ann Example', true, 'Ann@example.org', 1, '$2b$12$8Tcm.n6t77NvAxR0SGPMU.cpDe3umYHE.TmbMu4kmseVpdaTKqG9C'),
    (3, 'ben', 'Ben Example', true, NULL, 1, '$pbkdf2-sha512$25000$8z5H6H0vxVhLaS3lHKO0Ng$01n3yIILuLRtR/Ji8B8rfFKkR9WMlKJg8cGh3rM2oSzEhYJqOnLxejKGXad52iNhdEcDBwSgfJQmHGIGyDHF7Q'),
    (4, 'old', 'Old Example', true, NULL, 1, 'sha1$dcfb016697a5b60003365bfa220b6617e7844737$HTlwk7qc'),
    (5, 'off', 'Off Example', false, NULL, 1, '$2b$12$8Tcm.n6t77NvAxR0SGPMU.cpDe3umYHE.TmbMu4kmseVpdaTKqG9C'),
    (6, 'broken', 'Broken Example', true, NULL, 1, 'sha1$75e8$salt');
INSERT INTO res_group (id, name, active) VALUES (1, 'Administration', true), (2, 'Stock Force', true), (3, 'Closed', false);
INSERT INTO "res_user-res_group" ("user", "group") VALUES (1, 1), (2, 2), (3, 2), (5, 2), (2, 3);
