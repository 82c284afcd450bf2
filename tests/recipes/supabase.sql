-- supabase.sql: the table of Supabase Auth 2.150, by migrations of its source, with some users; their password is "secret".
-- The hashes follow internal/crypto/password.go: bcrypt.hashpw(b"secret", bcrypt.gensalt(10, b"2a")) of Debian 12's python3-bcrypt, and
-- $argon2id$ as users can be imported, by its python3-argon2.
-- Login: ann@example.org secret
CREATE SCHEMA auth;
CREATE TABLE auth.users (
    instance_id uuid,
    id uuid NOT NULL,
    aud character varying(255),
    role character varying(255),
    email character varying(255),
    encrypted_password character varying(255),
    email_confirmed_at timestamp with time zone,
    invited_at timestamp with time zone,
    confirmation_token character varying(255),
    recovery_token character varying(255),
    last_sign_in_at timestamp with time zone,
    raw_app_meta_data jsonb,
    raw_user_meta_data jsonb,
    is_super_admin boolean,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    phone text DEFAULT NULL::character varying,
    phone_confirmed_at timestamp with time zone,
    confirmed_at timestamp with time zone GENERATED ALWAYS AS (LEAST(email_confirmed_at, phone_confirmed_at)) STORED,
    banned_until timestamp with time zone,
    is_sso_user boolean DEFAULT false NOT NULL,
    deleted_at timestamp with time zone,
    is_anonymous boolean DEFAULT false NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_phone_key UNIQUE (phone)
);
CREATE INDEX users_instance_id_email_idx ON auth.users (instance_id, lower((email)::text));
CREATE UNIQUE INDEX users_email_partial_key ON auth.users (email) WHERE (is_sso_user = false);
ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
INSERT INTO auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, created_at,
    banned_until, is_sso_user, deleted_at, is_anonymous)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'authenticated', 'authenticated', u.name || '@example.org', u.password,
    CASE WHEN u.name <> 'unconfirmed' THEN timestamptz '2024-01-02' END, '{"provider": "email"}', u.data::jsonb, '2024-01-01',
    CASE u.name WHEN 'banned' THEN timestamptz '2124-01-01' WHEN 'ben' THEN timestamptz '2024-02-01' END,
    u.n = 6, CASE u.name WHEN 'deleted' THEN timestamptz '2024-03-01' END, u.name IS NULL
FROM (VALUES
(1, 'ann', '$2a$10$qCJuKDePVoj9b7iEFm/13ueB8TpoUQyMCa79DHHsV15qcIoZ48v1C', '{"full_name": "Ann Example"}'),
(2, 'ben', '$argon2id$v=19$m=65536,t=3,p=4$QuwU23CZCeSkirXbPe3Vlw$SZoTLOOdZpguxEQ60404SvG3GR0bEkBJqHqq7JgrqT4', '{"name": "Ben"}'),
(3, 'banned', '$2a$10$WYETJx61ggoN6DB0nNkCLuNxUSYd1Lq79.Hkya5kd1R1H/fBn1lRW', '[]'),
(4, 'unconfirmed', '$2a$10$WYETJx61ggoN6DB0nNkCLuNxUSYd1Lq79.Hkya5kd1R1H/fBn1lRW', '{}'),
(5, 'github', NULL, NULL),
(6, 'sso', '$2a$10$WYETJx61ggoN6DB0nNkCLuNxUSYd1Lq79.Hkya5kd1R1H/fBn1lRW', '{}'),
(7, 'deleted', '$2a$10$WYETJx61ggoN6DB0nNkCLuNxUSYd1Lq79.Hkya5kd1R1H/fBn1lRW', '{}'),
(8, NULL, '', '{}')) u (n, name, password, data);
