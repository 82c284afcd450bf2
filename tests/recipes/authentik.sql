-- authentik.sql: columns of the tables of authentik that matter for users and groups, as its migrations until 2025 make them, and some users.
-- The hashes are those of Debian's python3-django (pbkdf2_sha256) for "secret".
-- Login: ann secret
CREATE TABLE authentik_core_user (
    id serial PRIMARY KEY,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    username character varying(150) NOT NULL UNIQUE,
    first_name character varying(150) DEFAULT '' NOT NULL,
    last_name character varying(150) DEFAULT '' NOT NULL,
    email character varying(254) NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamp with time zone NOT NULL,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL UNIQUE,
    name text NOT NULL,
    password_change_date timestamp with time zone DEFAULT now() NOT NULL,
    attributes jsonb DEFAULT '{}' NOT NULL,
    path text DEFAULT 'users' NOT NULL,
    type text DEFAULT 'internal' NOT NULL
);
CREATE TABLE authentik_core_group (
    group_uuid uuid PRIMARY KEY,
    name text NOT NULL,
    is_superuser boolean DEFAULT false NOT NULL,
    attributes jsonb DEFAULT '{}' NOT NULL,
    parent_id uuid REFERENCES authentik_core_group (group_uuid),
    CONSTRAINT authentik_core_group_name_parent_id_uniq UNIQUE (name, parent_id)
);
CREATE TABLE authentik_core_user_ak_groups (
    id serial PRIMARY KEY,
    user_id integer NOT NULL REFERENCES authentik_core_user (id),
    group_id uuid NOT NULL REFERENCES authentik_core_group (group_uuid),
    UNIQUE (user_id, group_id)
);
CREATE TABLE auth_group (id serial PRIMARY KEY, name character varying(150) NOT NULL UNIQUE);
CREATE TABLE authentik_core_user_groups (
    id serial PRIMARY KEY,
    user_id integer NOT NULL REFERENCES authentik_core_user (id),
    group_id integer NOT NULL REFERENCES auth_group (id),
    UNIQUE (user_id, group_id)
);
CREATE SCHEMA template;
CREATE TABLE template.authentik_core_user (LIKE authentik_core_user);
CREATE TABLE template.authentik_core_group (LIKE authentik_core_group);
CREATE TABLE template.authentik_core_user_ak_groups (LIKE authentik_core_user_ak_groups);
INSERT INTO authentik_core_user (id, username, name, email, password, is_active, type, date_joined) VALUES
    (4, 'Ann', 'Ann Example', 'Ann@example.org', 'pbkdf2_sha256$260000$7X1BDLvKwRFJg0jMuZ1D6Q$sk6y9FpcHHcOJQ8HgOTxF4TC3z5tCRE5QEZvEeyvLOE=', true, 'internal', now()),
    (5, 'ben', 'Ben Example', '', 'pbkdf2_sha256$260000$7X1BDLvKwRFJg0jMuZ1D6Q$sk6y9FpcHHcOJQ8HgOTxF4TC3z5tCRE5QEZvEeyvLOE=', true, 'external', now()),
    (6, 'off', 'Off Example', '', 'pbkdf2_sha256$260000$7X1BDLvKwRFJg0jMuZ1D6Q$sk6y9FpcHHcOJQ8HgOTxF4TC3z5tCRE5QEZvEeyvLOE=', false, 'internal', now()),
    (7, 'nopassword', 'No Password', '', '!tyQ3hVxS3wDzc1e0Xq7Zr2mYb6Lk9Pf8Nn4Gs5Jd', true, 'internal', now()),
    (8, 'ak-outpost-1', 'Outpost', '', '!Kq8Zr2mYb6Lk9Pf8Nn4Gs5JdtyQ3hVxS3wDzc1e0X', true, 'internal_service_account', now());
INSERT INTO authentik_core_group (group_uuid, name) VALUES
    ('6d1a2c90-0000-4000-8000-000000000001', 'authentik Admins'), ('6d1a2c90-0000-4000-8000-000000000002', 'Staff');
INSERT INTO authentik_core_user_ak_groups (user_id, group_id)
SELECT u, g::uuid FROM (VALUES (4, '6d1a2c90-0000-4000-8000-000000000001'), (4, '6d1a2c90-0000-4000-8000-000000000002'),
    (5, '6d1a2c90-0000-4000-8000-000000000002'), (6, '6d1a2c90-0000-4000-8000-000000000002'), (8, '6d1a2c90-0000-4000-8000-000000000002')) AS v (u, g);
