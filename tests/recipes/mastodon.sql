-- mastodon.sql: columns of the tables of Mastodon that matter for users and roles, as its db/schema.rb defines them in 2025, and some users.
-- The hashes are those of Debian's ruby-devise (bcrypt with cost 10, as Mastodon's) for "secret".
-- Login: ann secret
CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    username character varying DEFAULT ''::character varying NOT NULL,
    domain character varying,
    display_name character varying DEFAULT ''::character varying NOT NULL,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    uri character varying DEFAULT ''::character varying NOT NULL,
    last_webfingered_at timestamp without time zone,
    locked boolean DEFAULT false NOT NULL,
    memorial boolean DEFAULT false NOT NULL,
    moved_to_account_id bigint,
    silenced_at timestamp without time zone,
    suspended_at timestamp without time zone
);
CREATE UNIQUE INDEX index_accounts_on_username_and_domain_lower
    ON accounts USING btree (lower((username)::text), COALESCE(lower((domain)::text), ''::text));
CREATE TABLE user_roles (
    id bigint PRIMARY KEY,
    name character varying DEFAULT ''::character varying NOT NULL,
    color character varying DEFAULT ''::character varying NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    permissions bigint DEFAULT 0 NOT NULL,
    highlighted boolean DEFAULT false NOT NULL,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL
);
CREATE TABLE users (
    id bigserial PRIMARY KEY,
    email character varying DEFAULT ''::character varying NOT NULL,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    encrypted_password character varying DEFAULT ''::character varying NOT NULL,
    reset_password_token character varying,
    sign_in_count integer DEFAULT 0 NOT NULL,
    current_sign_in_at timestamp without time zone,
    last_sign_in_at timestamp without time zone,
    confirmation_token character varying,
    confirmed_at timestamp without time zone,
    otp_required_for_login boolean DEFAULT false NOT NULL,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    disabled boolean DEFAULT false NOT NULL,
    approved boolean DEFAULT true NOT NULL,
    role_id bigint REFERENCES user_roles (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX index_users_on_email ON users USING btree (email);
CREATE INDEX index_users_on_account_id ON users USING btree (account_id);
INSERT INTO user_roles (id, name, "position", created_at, updated_at) VALUES
    (-99, '', -1, now(), now()), (1, 'Moderator', 10, now(), now()), (3, 'Owner', 1000, now(), now());
INSERT INTO accounts (id, username, domain, display_name, suspended_at, created_at, updated_at) VALUES
    (109000000000000001, 'Ann', NULL, 'Ann Example', NULL, now(), now()), (109000000000000002, 'ben', NULL, '', NULL, now(), now()),
    (109000000000000003, 'suspended', NULL, '', now(), now(), now()), (109000000000000004, 'waiting', NULL, '', NULL, now(), now()),
    (109000000000000005, 'nopassword', NULL, '', NULL, now(), now()), (109000000000000006, 'ann', 'example.net', 'Another Ann', NULL, now(), now());
INSERT INTO users (email, encrypted_password, confirmed_at, approved, disabled, account_id, role_id, created_at, updated_at) VALUES
    ('ann@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', now(), true, false, 109000000000000001, 3, now(), now()),
    ('ben@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', now(), true, false, 109000000000000002, NULL, now(), now()),
    ('suspended@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', now(), true, false, 109000000000000003, 3, now(), now()),
    ('waiting@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', now(), false, false, 109000000000000004, NULL, now(), now()),
    ('nopassword@example.org', '', now(), true, false, 109000000000000005, NULL, now(), now());
