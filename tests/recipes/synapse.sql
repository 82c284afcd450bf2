-- synapse.sql: tables of Synapse 1.100, by synapse/storage/schema/main of its source, with some users; their password is "secret".
-- The hashes follow synapse/_scripts/hash_password.py: bcrypt.hashpw(b"secret", bcrypt.gensalt(12)) of Debian 12's python3-bcrypt;
-- that of "peppered" is of b"secret" + b"salt and pepper".
-- Login: ann secret
CREATE TABLE users (
    name text,
    password_hash text,
    creation_ts bigint,
    admin smallint DEFAULT 0 NOT NULL,
    upgrade_ts bigint,
    is_guest smallint DEFAULT 0 NOT NULL,
    appservice_id text,
    consent_version text,
    consent_server_notice_sent text,
    user_type text,
    deactivated smallint DEFAULT 0 NOT NULL,
    shadow_banned boolean,
    consent_ts bigint,
    approved boolean,
    locked boolean DEFAULT false NOT NULL
);
ALTER TABLE ONLY users ADD CONSTRAINT users_name_key UNIQUE (name);
CREATE INDEX users_creation_ts ON users (creation_ts);
CREATE TABLE profiles (
    user_id text NOT NULL,
    displayname text,
    avatar_url text,
    full_user_id text
);
ALTER TABLE ONLY profiles ADD CONSTRAINT profiles_user_id_key UNIQUE (user_id);
CREATE TABLE user_threepids (
    user_id text NOT NULL,
    medium text NOT NULL,
    address text NOT NULL,
    validated_at bigint NOT NULL,
    added_at bigint NOT NULL
);
ALTER TABLE ONLY user_threepids ADD CONSTRAINT medium_address UNIQUE (medium, address);
CREATE INDEX user_threepids_user_id ON user_threepids (user_id);
CREATE TABLE user_ips (
    user_id text NOT NULL,
    access_token text NOT NULL,
    device_id text,
    ip text NOT NULL,
    user_agent text NOT NULL,
    last_seen bigint NOT NULL
);
INSERT INTO users (name, password_hash, creation_ts, is_guest, appservice_id, user_type, deactivated, approved, locked)
SELECT '@' || n || ':example.org', CASE WHEN n = 'peppered' THEN '$2b$12$GhrkB4S3xAbGAG4n9nzWGORs4Q40ZpA9C68No6tVIjqrDURpYc3P6'
    WHEN n <> 'sso' THEN '$2b$12$gJ5RVlhQF0rlpscW/Q/i/.2X0wRTheHeBneNmCQQ22JokaF2bxfZq' END,
    1700000000, (n = '17')::int, CASE n WHEN '_irc_bob' THEN 'irc' END, NULL, (n = 'off')::int, CASE WHEN n <> 'ann' THEN n <> 'waiting' END, n = 'locked'
FROM unnest('{ann,Old.Name,peppered,off,locked,waiting,sso,17,_irc_bob}'::text[]) n;
INSERT INTO profiles VALUES ('ann', 'Ann Example', NULL, '@ann:example.org'), ('Old.Name', NULL, NULL, '@Old.Name:example.org');
INSERT INTO user_threepids VALUES ('@ann:example.org', 'email', 'ann@example.org', 0, 0), ('@ann:example.org', 'email', 'ann@example.com', 0, 0),
    ('@ann:example.org', 'msisdn', '49123456789', 0, 0);
