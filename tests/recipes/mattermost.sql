-- mattermost.sql: tables of Mattermost 11, by server/channels/db/migrations/postgres of its source, with some users; their password is "secret".
-- The hashes follow server/channels/app/password/hashers, in Python: bcrypt.hashpw(b"secret", bcrypt.gensalt(10, b"2a")), or
-- "$pbkdf2$f=SHA256,w=600000,l=32$" and the base64 of salt and hashlib.pbkdf2_hmac("sha256", b"secret", salt, 600000, 32), without padding.
-- Login: ann secret
CREATE TABLE users (
    id character varying(26) PRIMARY KEY,
    createat bigint,
    updateat bigint,
    deleteat bigint,
    username character varying(64) UNIQUE,
    password character varying(128),
    authdata character varying(128) UNIQUE,
    authservice character varying(32),
    email character varying(128) UNIQUE,
    emailverified boolean,
    nickname character varying(64),
    firstname character varying(64),
    lastname character varying(64),
    roles character varying(256),
    allowmarketing boolean,
    props jsonb,
    notifyprops jsonb,
    lastpasswordupdate bigint,
    lastpictureupdate bigint,
    failedattempts integer,
    locale character varying(5),
    mfaactive boolean,
    mfasecret character varying(128),
    "position" character varying(128),
    timezone jsonb,
    remoteid character varying(26),
    lastlogin bigint DEFAULT 0 NOT NULL
);
CREATE INDEX idx_users_username_lower_textpattern ON users (lower(username) text_pattern_ops);
CREATE TABLE bots (
    userid character varying(26) PRIMARY KEY,
    description character varying(1024),
    ownerid character varying(190),
    createat bigint,
    updateat bigint,
    deleteat bigint,
    lasticonupdate bigint
);
CREATE TABLE teams (
    id character varying(26) PRIMARY KEY,
    createat bigint,
    updateat bigint,
    deleteat bigint,
    displayname character varying(64),
    name character varying(64) UNIQUE,
    description character varying(255),
    email character varying(128),
    type character varying(255),
    schemeid character varying(26)
);
CREATE TABLE teammembers (
    teamid character varying(26) NOT NULL,
    userid character varying(26) NOT NULL,
    roles character varying(256),
    deleteat bigint,
    schemeuser boolean,
    schemeadmin boolean,
    PRIMARY KEY (teamid, userid)
);
CREATE INDEX idx_teammembers_user_id ON teammembers (userid);
INSERT INTO users (id, createat, deleteat, username, password, authservice, email, firstname, lastname, nickname, remoteid, failedattempts)
SELECT rpad(u.name, 26, 'x'), 1700000000000, CASE u.name WHEN 'off' THEN 1710000000000 ELSE 0 END, u.name, u.password,
    CASE u.name WHEN 'saml' THEN 'saml' ELSE '' END, u.name || '@example.org', initcap(u.name), 'Example', '', CASE u.name WHEN 'remote' THEN 'r' END, 0
FROM (VALUES
('ann', '$pbkdf2$f=SHA256,w=600000,l=32$52WH1qgAsfY/dZx3pKf7Vg$cnDaei8Eh7sgeqU6JewnlcXzDR2XJyb9c1Bsjj/4vfA'),
('ben', '$2a$10$aei9i9MXeFjP7etw5QcFB.Ei6ASkwR4.HiJHx1rrNhffttCGi9efy'),
('off', '$2a$10$aei9i9MXeFjP7etw5QcFB.Ei6ASkwR4.HiJHx1rrNhffttCGi9efy'),
('remote', '$2a$10$aei9i9MXeFjP7etw5QcFB.Ei6ASkwR4.HiJHx1rrNhffttCGi9efy'),
('saml', ''),
('robot', '')) u (name, password);
INSERT INTO bots (userid, ownerid, deleteat) SELECT id, 'plugin', 0 FROM users WHERE username = 'robot';
INSERT INTO teams (id, deleteat, name, displayname) VALUES ('staffxxxxxxxxxxxxxxxxxxxxx', 0, 'staff', 'The Staff'), ('oldxxxxxxxxxxxxxxxxxxxxxxx', 1710000000000, 'old', 'Old');
INSERT INTO teammembers (teamid, userid, deleteat)
SELECT t.id, u.id, CASE u.username WHEN 'saml' THEN 1710000000000 ELSE 0 END FROM teams t, users u WHERE u.username <> 'ben';
