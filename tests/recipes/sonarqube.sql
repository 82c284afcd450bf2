-- sonarqube.sql: the tables of local users and groups by the columns that SonarQube's schema names, with some users.
-- The hashes are those of Python's hashlib.pbkdf2_hmac('sha512', ..., 64) and of bcrypt, for the password "secret".
-- Login: ann secret
CREATE TABLE users (
    uuid varchar(255) PRIMARY KEY, login varchar(255) NOT NULL UNIQUE, name varchar(200), email varchar(100), crypted_password varchar(100), salt varchar(40),
    hash_method varchar(10), active boolean DEFAULT true, external_login varchar(255) NOT NULL, external_identity_provider varchar(100) NOT NULL,
    external_id varchar(255) NOT NULL, user_local boolean NOT NULL, last_connection_date bigint, created_at bigint, updated_at bigint, reset_password boolean NOT NULL
);
CREATE TABLE groups (uuid varchar(40) PRIMARY KEY, name varchar(500) NOT NULL UNIQUE, description varchar(200), created_at timestamp, updated_at timestamp);
CREATE TABLE groups_users (uuid varchar(40) PRIMARY KEY, group_uuid varchar(40) NOT NULL, user_uuid varchar(255) NOT NULL, UNIQUE (user_uuid, group_uuid));
INSERT INTO users (uuid, login, name, email, crypted_password, salt, hash_method, active, external_login, external_identity_provider, external_id, user_local, reset_password) VALUES
    ('u-ann', 'Ann', 'Ann Example', 'ann@example.org', '100000$qIxyiTRHkM7JH4ZmXUZ9GeUofmYiaHO3LZlbt2wtBF6WQMZA7R1hdp1Ak75KUewoPEfJlNCsZAYzgQFpguuA5w==', 'IrGLsl9V1M4M60Dcbv4mvg7Ygkc=', 'PBKDF2', true, 'ann', 'sonarqube', 'ann', true, false),
    ('u-ben', 'ben', 'Ben Example', NULL, '$2a$04$CNhQ4WgZcozU4H3HGS8gNOZ99MoX6.9QXBsyCiE/f1Nq8NSwZ3l9W', NULL, 'BCRYPT', true, 'ben', 'sonarqube', 'ben', true, false),
    ('u-off', 'off', 'Off Example', NULL, '1000$9u2NnRAGuMFJ9WhTCJ886oxcCCXg3o9l/Y0dfjPGqat/GVgUShkQf94VbVoqJ4uizPBWHbXI59CWKmfXheMuEw==', 'o6/g7SdMloZvhnHjTBRfO9oyXuo=', 'PBKDF2', false, 'off', 'sonarqube', 'off', true, false),
    ('u-sso', 'sso', 'Sso Example', NULL, '1000$pCTR+Q1PDrCbV5ja2AiOszKqT/I6iAA11nQMKkBBplZqt3YUkNrGpV63tkGscibKY82Nrg0HZ+zHfg6laK/JAg==', 'gpA7Vid6EsKYB4fFJGJUDVPybFk=', 'PBKDF2', true, 'sso', 'saml', 'sso', false, false),
    ('u-bad', 'bad', 'Bad Example', NULL, 'x$', NULL, 'PBKDF2', true, 'bad', 'sonarqube', 'bad', true, false),
    ('u-none', 'none', 'None Example', NULL, NULL, NULL, NULL, true, 'none', 'sonarqube', 'none', true, false);
INSERT INTO groups (uuid, name, description) VALUES ('g1', 'sonar-users', 'Every user'), ('g2', 'Reviewers', '');
INSERT INTO groups_users SELECT 'm' || uuid, 'g1', uuid FROM users;
INSERT INTO groups_users VALUES ('r', 'g2', 'u-ann');
