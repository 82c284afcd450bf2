-- devise.sql: tables of a Rails application as the migrations of devise 4.8 (with all modules, and a username) and rolify write them, with users.
-- The hashes are those of Debian's ruby-devise (Devise::Encryptor) for "secret", without a pepper.
-- Login: ann secret
CREATE TABLE users (
    id bigserial PRIMARY KEY,
    username character varying,
    email character varying DEFAULT '' NOT NULL,
    encrypted_password character varying DEFAULT '' NOT NULL,
    reset_password_token character varying,
    reset_password_sent_at timestamp(6) without time zone,
    remember_created_at timestamp(6) without time zone,
    sign_in_count integer DEFAULT 0 NOT NULL,
    current_sign_in_at timestamp(6) without time zone,
    last_sign_in_at timestamp(6) without time zone,
    current_sign_in_ip inet,
    last_sign_in_ip inet,
    confirmation_token character varying,
    confirmed_at timestamp(6) without time zone,
    confirmation_sent_at timestamp(6) without time zone,
    unconfirmed_email character varying,
    failed_attempts integer DEFAULT 0 NOT NULL,
    unlock_token character varying,
    locked_at timestamp(6) without time zone,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);
CREATE UNIQUE INDEX index_users_on_email ON users (email);
CREATE UNIQUE INDEX index_users_on_username ON users (username);
CREATE UNIQUE INDEX index_users_on_reset_password_token ON users (reset_password_token);
CREATE UNIQUE INDEX index_users_on_confirmation_token ON users (confirmation_token);
CREATE UNIQUE INDEX index_users_on_unlock_token ON users (unlock_token);
CREATE TABLE roles (
    id bigserial PRIMARY KEY,
    name character varying,
    resource_type character varying,
    resource_id bigint,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);
CREATE INDEX index_roles_on_name_and_resource_type_and_resource_id ON roles (name, resource_type, resource_id);
CREATE TABLE users_roles (user_id bigint, role_id bigint);
CREATE INDEX index_users_roles_on_user_id_and_role_id ON users_roles (user_id, role_id);
INSERT INTO users (username, email, encrypted_password, confirmed_at, locked_at, created_at, updated_at) VALUES
    ('Ann', 'ann@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', now(), NULL, now(), now()),
    ('ben', 'ben@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', now(), NULL, now(), now()),
    ('locked', 'locked@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', now(), now(), now(), now()),
    ('invited', 'invited@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', NULL, NULL, now(), now()),
    ('nopassword', 'nopassword@example.org', '', now(), NULL, now(), now());
INSERT INTO roles (name, resource_type, resource_id, created_at, updated_at) VALUES
    ('Editors', NULL, NULL, now(), now()), ('moderator', NULL, NULL, now(), now()), ('moderator', 'Forum', 1, now(), now());
INSERT INTO users_roles VALUES (1, 1), (2, 1), (3, 1), (1, 2), (2, 3);
