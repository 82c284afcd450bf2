-- keycloak.sql: tables of Keycloak 26, by the change logs in model/jpa of its source, with some users; their password is "secret".
-- The hashes follow its source, in Python: base64 of hashlib.pbkdf2_hmac("sha512", b"secret".ljust(14, b"\0"), salt, 210000, 64), and of
-- argon2.low_level.hash_secret_raw(b"secret", salt, 5, 7168, 1, 32, argon2.low_level.Type.ID).
-- Login: ann secret
-- Options: --set realm=Acme
CREATE TABLE realm (
    id character varying(36) NOT NULL PRIMARY KEY,
    enabled boolean DEFAULT false NOT NULL,
    name character varying(255) UNIQUE,
    ssl_required character varying(255)
);
CREATE TABLE user_entity (
    id character varying(36) NOT NULL PRIMARY KEY,
    email character varying(255),
    email_constraint character varying(255),
    email_verified boolean DEFAULT false NOT NULL,
    enabled boolean DEFAULT false NOT NULL,
    federation_link character varying(255),
    first_name character varying(255),
    last_name character varying(255),
    realm_id character varying(255),
    username character varying(255),
    created_timestamp bigint,
    service_account_client_link character varying(255),
    not_before integer DEFAULT 0 NOT NULL,
    CONSTRAINT uk_dykn684sl8up1crfei6eckhd7 UNIQUE (realm_id, email_constraint),
    CONSTRAINT uk_ru8tt6t700s9v50bu18ws5ha6 UNIQUE (realm_id, username)
);
CREATE INDEX idx_user_email ON user_entity (email);
CREATE TABLE credential (
    id character varying(36) NOT NULL PRIMARY KEY,
    salt bytea,
    type character varying(255),
    user_id character varying(36) REFERENCES user_entity,
    created_date bigint,
    user_label character varying(255),
    secret_data text,
    credential_data text,
    priority integer,
    version integer DEFAULT 0
);
CREATE INDEX idx_user_credential ON credential (user_id);
CREATE TABLE keycloak_group (
    id character varying(36) NOT NULL PRIMARY KEY,
    name character varying(255),
    parent_group character varying(36) NOT NULL,
    realm_id character varying(36),
    type integer DEFAULT 0 NOT NULL,
    description character varying(255),
    CONSTRAINT sibling_names UNIQUE (realm_id, parent_group, name)
);
CREATE TABLE user_group_membership (
    group_id character varying(36) NOT NULL,
    user_id character varying(36) NOT NULL REFERENCES user_entity,
    membership_type character varying(255) NOT NULL,
    CONSTRAINT constraint_user_group PRIMARY KEY (group_id, user_id)
);
CREATE INDEX idx_user_group_mapping ON user_group_membership (user_id);
CREATE TABLE offline_user_session (
    user_session_id character varying(36) NOT NULL,
    user_id character varying(255),
    realm_id character varying(36) NOT NULL,
    created_on integer NOT NULL
);
INSERT INTO realm VALUES ('r1', true, 'master', 'external'), ('r2', true, 'Acme', 'external');
INSERT INTO user_entity (id, username, email, first_name, last_name, enabled, realm_id, service_account_client_link, email_constraint)
SELECT md5(n || r), n, n || '@example.org', initcap(n), 'Example', n <> 'off', r, CASE n WHEN 'service-account-web' THEN 'web' END, n || r
FROM unnest('{ann,ben,cid,dot,off,idp,service-account-web}'::text[]) n, unnest('{r2}'::text[]) r UNION ALL
SELECT md5('ann' || 'r1'), 'ann', NULL, 'Another', 'Ann', true, 'r1', NULL, 'x';
INSERT INTO credential (id, type, user_id, secret_data, credential_data, priority)
SELECT md5('c' || c.name), 'password', u.id, c.secret, c.data, 10 FROM user_entity u JOIN (VALUES
('ann', '{"value":"u/Mt+iwVhLSXH1PtwNLBwElPjXAY+iTS2ciUROhCwVnZ6O8XF+XyL75j2BbUI1srmwstWQzytEnLxLYd+PbvpQ==","salt":"qeHDLl9Yghmb3+WUNkBrqQ==","additionalParameters":{}}', '{"hashIterations":210000,"algorithm":"pbkdf2-sha512","additionalParameters":{}}'),
('ben', '{"value":"vLfaj7EuwX3lR6B8vvU/g61uZwYryVt0Ycl5kSWnJws=","salt":"//KmEGYg35eYkrRDc8QE6Q==","additionalParameters":{}}', '{"hashIterations":5,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],"memory":["7168"],"type":["id"],"version":["1.3"],"parallelism":["1"]}}'),
('cid', '{"value":"mKkLqcawVgHJaTKatjpHGTnC6Vk4B/Sf3JLTxC5LccnTGZdopMRWwOAfr8TBMTr7mFZIqLZyPqsR+xVRo/vCvA==","salt":"6WUM2pxoFim6Emw66e073A==","additionalParameters":{}}', '{"hashIterations":27500,"algorithm":"pbkdf2-sha256","additionalParameters":{}}'),
('dot', '{"value":"rs0V6O6xG77sBOjUzy4djKvU6qg/eO5/+9RQFLT2w/wzmFDhphVa93XPF/5F81i42l7WOnigqQkPgQq6DKAZQw==","salt":"en5hTx6aYN97wFPBuO8KyA==","additionalParameters":{}}', '{"hashIterations":20000,"algorithm":"pbkdf2","additionalParameters":{}}')
) c (name, secret, data) ON c.name = u.username AND u.realm_id = 'r2';
INSERT INTO credential (id, type, user_id, secret_data, credential_data, priority)
SELECT md5('x' || u.username), 'password', u.id, c.secret_data, c.credential_data, 10
FROM user_entity u, credential c WHERE u.username IN ('off', 'service-account-web') AND c.id = md5('cann');
INSERT INTO credential (id, type, user_id, secret_data, credential_data, priority)
SELECT 'otp', 'otp', u.id, '{"value":"c2VjcmV0"}', '{"subType":"totp","digits":6,"period":30,"algorithm":"HmacSHA1"}', 5 FROM user_entity u WHERE u.id = md5('annr2');
INSERT INTO keycloak_group VALUES ('g1', 'Staff', ' ', 'r2', 0), ('g2', 'Night', 'g1', 'r2', 0), ('g3', 'Deep', 'g2', 'r2', 0),
    ('g4', 'Staff', ' ', 'r1', 0), ('g5', '0f1e', ' ', 'r2', 1);
INSERT INTO user_group_membership SELECT g, md5(n || r), 'UNMANAGED' FROM (VALUES ('g1', 'ann', 'r2'), ('g1', 'off', 'r2'), ('g2', 'ben', 'r2'),
    ('g3', 'ann', 'r2'), ('g4', 'ann', 'r1'), ('g5', 'cid', 'r2')) m (g, n, r);
