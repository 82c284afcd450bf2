-- odoo.sql: columns of the tables of Odoo 18 that matter for users and groups, as base_data.sql and its models define them, and some users.
-- The hashes are those of Debian's python3-passlib (pbkdf2_sha512 with the rounds of Odoo 12 and of Odoo 17), which Odoo uses, for "secret".
-- Login: ann@example.org secret
CREATE TABLE res_partner (
    id serial PRIMARY KEY,
    company_id integer,
    create_date timestamp without time zone,
    name varchar,
    email varchar,
    write_date timestamp without time zone,
    active boolean
);
CREATE TABLE res_users (
    id serial NOT NULL,
    company_id integer NOT NULL,
    partner_id integer NOT NULL REFERENCES res_partner ON DELETE RESTRICT,
    active boolean DEFAULT True,
    create_date timestamp without time zone,
    login varchar NOT NULL UNIQUE,
    password varchar default null,
    signature text,
    share boolean,
    write_date timestamp without time zone,
    primary key(id)
);
CREATE TABLE ir_module_category (
    id serial PRIMARY KEY,
    parent_id integer REFERENCES ir_module_category ON DELETE SET NULL,
    name jsonb NOT NULL
);
CREATE TABLE res_groups (
    id serial NOT NULL,
    name jsonb NOT NULL,
    category_id integer REFERENCES ir_module_category ON DELETE SET NULL,
    share boolean,
    primary key(id),
    CONSTRAINT res_groups_name_uniq UNIQUE (category_id, name)
);
CREATE TABLE res_groups_users_rel (
    gid integer NOT NULL REFERENCES res_groups ON DELETE CASCADE,
    uid integer NOT NULL REFERENCES res_users ON DELETE CASCADE,
    PRIMARY KEY (gid, uid)
);
CREATE TABLE res_groups_implied_rel (
    gid integer NOT NULL REFERENCES res_groups ON DELETE CASCADE,
    hid integer NOT NULL REFERENCES res_groups ON DELETE CASCADE,
    PRIMARY KEY (gid, hid)
);
INSERT INTO res_partner (id, name, email, active) VALUES
    (2, 'System', 'root@example.com', false), (3, 'Ann Example', 'ann@example.org', true), (4, 'Ben Example', NULL, true), (5, 'Archived', NULL, false),
    (6, 'Customer', 'customer@example.net', true), (7, 'No Password', NULL, true), (8, 'Plain Text', NULL, true);
INSERT INTO res_users (id, login, password, active, share, partner_id, company_id, create_date) VALUES
    (1, '__system__', NULL, false, false, 2, 1, now()),
    (2, 'Ann@example.org', '$pbkdf2-sha512$600000$VapVCoFwTmnNec/5//8/Rw$hwpo1ZvpxXvjNTkL9UJTUNjF0vpTUEXRuJQMu0wB2xWwoNbbmrcnJs1yxRlvQ99RtY1t7jh4bxXFSs.Ytuyljw', true, false, 3, 1, now()),
    (6, 'ben', '$pbkdf2-sha512$25000$XcsZw/jfe68VgpCSMuZ8rw$NreMKLFEdsXipKr1BaslHjaU0cU7FAogfIYWJxxVME6/hK1rJdal19ZARTnbVf33WlE3dtjZ727/sdYlATdt4w', true, NULL, 4, 1, now()),
    (7, 'archived', '$pbkdf2-sha512$25000$XcsZw/jfe68VgpCSMuZ8rw$NreMKLFEdsXipKr1BaslHjaU0cU7FAogfIYWJxxVME6/hK1rJdal19ZARTnbVf33WlE3dtjZ727/sdYlATdt4w', false, false, 5, 1, now()),
    (8, 'customer@example.net', '$pbkdf2-sha512$25000$XcsZw/jfe68VgpCSMuZ8rw$NreMKLFEdsXipKr1BaslHjaU0cU7FAogfIYWJxxVME6/hK1rJdal19ZARTnbVf33WlE3dtjZ727/sdYlATdt4w', true, true, 6, 1, now()),
    (9, 'nopassword', NULL, true, false, 7, 1, now()),
    (10, 'plain', 'secret', true, false, 8, 1, now());
INSERT INTO ir_module_category (id, name) VALUES (1, '{"en_US": "Sales", "de_DE": "Verkauf"}'), (2, '{"en_US": "Inventory"}');
INSERT INTO res_groups (id, name, category_id) VALUES
    (1, '{"en_US": "Internal User"}', NULL), (11, '{"en_US": "User", "de_DE": "Benutzer"}', 1), (12, '{"en_US": "Administrator"}', 1),
    (13, '{"en_US": "User"}', 2);
INSERT INTO res_groups_implied_rel VALUES (12, 11), (11, 1), (13, 1);
INSERT INTO res_groups_users_rel VALUES (12, 2), (13, 2), (11, 6), (1, 6), (11, 7);
