-- gitlab.sql: columns of the tables of GitLab in 2025 that matter for users and groups, as its db/structure.sql defines them, and some users.
-- The hashes are those of Debian's ruby-devise (bcrypt, as GitLab's) and of passlib (GitLab in FIPS mode) for "secret".
-- Login: ann secret
CREATE TABLE users (
    id bigserial PRIMARY KEY,
    email character varying DEFAULT ''::character varying NOT NULL,
    encrypted_password character varying DEFAULT ''::character varying NOT NULL,
    reset_password_token character varying,
    sign_in_count integer DEFAULT 0,
    current_sign_in_at timestamp without time zone,
    last_sign_in_at timestamp without time zone,
    current_sign_in_ip character varying,
    last_sign_in_ip character varying,
    created_at timestamp without time zone,
    updated_at timestamp without time zone,
    name character varying,
    admin boolean DEFAULT false NOT NULL,
    projects_limit integer NOT NULL,
    failed_attempts integer DEFAULT 0,
    locked_at timestamp without time zone,
    username character varying,
    state character varying,
    password_expires_at timestamp without time zone,
    confirmation_token character varying,
    confirmed_at timestamp without time zone,
    otp_required_for_login boolean DEFAULT false NOT NULL,
    last_activity_on date,
    user_type smallint DEFAULT 0,
    CONSTRAINT check_0dd5948e38 CHECK ((user_type IS NOT NULL))
);
CREATE UNIQUE INDEX index_users_on_email ON users USING btree (email);
CREATE INDEX index_users_on_username ON users USING btree (username);
CREATE TABLE namespaces (
    id bigserial PRIMARY KEY,
    name character varying NOT NULL,
    path character varying NOT NULL,
    owner_id bigint,
    type character varying DEFAULT 'User'::character varying NOT NULL,
    visibility_level integer DEFAULT 20 NOT NULL,
    parent_id bigint,
    traversal_ids bigint[] DEFAULT '{}'::bigint[] NOT NULL
);
CREATE TABLE routes (
    id bigserial PRIMARY KEY,
    source_id bigint NOT NULL,
    source_type character varying NOT NULL,
    path character varying NOT NULL
);
CREATE UNIQUE INDEX index_routes_on_path ON routes USING btree (path);
CREATE UNIQUE INDEX index_routes_on_source_type_and_source_id ON routes USING btree (source_type, source_id);
CREATE TABLE members (
    id bigserial PRIMARY KEY,
    access_level integer NOT NULL,
    source_id bigint NOT NULL,
    source_type character varying NOT NULL,
    user_id bigint,
    notification_level integer NOT NULL,
    type character varying,
    invite_email character varying,
    invite_token character varying,
    requested_at timestamp without time zone,
    expires_at date,
    state smallint DEFAULT 0
);
CREATE INDEX index_members_on_user_id ON members USING btree (user_id);
INSERT INTO users (username, name, email, encrypted_password, state, user_type, confirmed_at, locked_at, password_expires_at, projects_limit, created_at) VALUES
    ('Ann', 'Ann Example', 'Ann@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', 'active', 0, now(), NULL, NULL, 100, now()),
    ('ben', 'Ben Example', 'ben@example.org', '$pbkdf2-sha512$20000$IwQAAEDofe.9t5ZyjtEaYw$z06vrcfBRN.iB3nYBccKvZvNNymW./JzdgDz2oMKDxWkB8rp0euGXvUuL9n9TYbyzL7n6bgecyH1AKT3k/Zpgw', 'active', 0, now(), NULL, NULL, 100, now()),
    ('blocked', 'Blo Cked', 'blocked@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', 'blocked', 0, now(), NULL, NULL, 100, now()),
    ('locked', 'Lo Cked', 'locked@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', 'active', 0, now(), now(), NULL, 100, now()),
    ('new', 'New Example', 'new@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', 'active', 0, NULL, NULL, NULL, 100, now()),
    ('expired', 'Expired Example', 'expired@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', 'active', 0, now(), NULL, '2020-01-01', 100, now()),
    ('nopassword', 'No Password', 'nopassword@example.org', '', 'active', 0, now(), NULL, NULL, 100, now()),
    ('project_1_bot', 'Bot', 'bot@example.org', '$2a$10$aSaDHRj/FLmRFgiDa4kJle8Q4Hov1mrN.zT9n/1WUr/6893nyl8eW', 'active', 6, now(), NULL, NULL, 0, now());
INSERT INTO namespaces (id, name, path, type, parent_id, owner_id) VALUES
    (1, 'Ann Example', 'Ann', 'User', NULL, 1), (10, 'Engineering', 'Engineering', 'Group', NULL, NULL), (11, 'Backend', 'backend', 'Group', 10, NULL);
INSERT INTO routes (source_id, source_type, path) VALUES
    (1, 'Namespace', 'Ann'), (10, 'Namespace', 'Engineering'), (11, 'Namespace', 'Engineering/backend'), (10, 'Project', 'Ann/tools');
INSERT INTO members (user_id, source_id, source_type, type, access_level, notification_level, requested_at, expires_at, state) VALUES
    (1, 10, 'Namespace', 'GroupMember', 50, 3, NULL, NULL, 0),
    (3, 10, 'Namespace', 'GroupMember', 30, 3, NULL, '2100-01-01', 0),
    (2, 11, 'Namespace', 'GroupMember', 30, 3, NULL, NULL, 0),
    (2, 10, 'Project', 'ProjectMember', 30, 3, NULL, NULL, 0),
    (4, 10, 'Namespace', 'GroupMember', 30, 3, NULL, '2020-01-01', 0),
    (5, 10, 'Namespace', 'GroupMember', 30, 3, now(), NULL, 0),
    (6, 10, 'Namespace', 'GroupMember', 5, 3, NULL, NULL, 0),
    (7, 10, 'Namespace', 'GroupMember', 30, 3, NULL, NULL, 1),
    (8, 10, 'Namespace', 'GroupMember', 30, 3, NULL, NULL, 0),
    (NULL, 10, 'Namespace', 'GroupMember', 30, 3, NULL, NULL, 0);
