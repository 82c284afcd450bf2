-- freeradius.sql: the tables of users in FreeRADIUS 3.2, as Debian's freeradius-config has them, with some users.
-- The hashes are those of slappasswd and of crypt(3) for the password "secret".
-- Login: ann secret
CREATE TABLE radcheck (
    id serial PRIMARY KEY,
    UserName text NOT NULL DEFAULT '',
    Attribute text NOT NULL DEFAULT '',
    op VARCHAR(2) NOT NULL DEFAULT '==',
    Value text NOT NULL DEFAULT ''
);
CREATE INDEX radcheck_UserName ON radcheck (UserName,Attribute);
CREATE TABLE radgroupcheck (
    id serial PRIMARY KEY,
    GroupName text NOT NULL DEFAULT '',
    Attribute text NOT NULL DEFAULT '',
    op VARCHAR(2) NOT NULL DEFAULT '==',
    Value text NOT NULL DEFAULT ''
);
CREATE INDEX radgroupcheck_GroupName ON radgroupcheck (GroupName,Attribute);
CREATE TABLE radusergroup (
    id serial PRIMARY KEY,
    UserName text NOT NULL DEFAULT '',
    GroupName text NOT NULL DEFAULT '',
    priority integer NOT NULL DEFAULT 0
);
CREATE INDEX radusergroup_UserName ON radusergroup (UserName);
CREATE TABLE radpostauth (
    id bigserial PRIMARY KEY,
    username text NOT NULL,
    pass text,
    reply text,
    CalledStationId text,
    CallingStationId text,
    authdate timestamp with time zone NOT NULL default now(),
    Class text
);
INSERT INTO radcheck (username, attribute, op, value) VALUES
    ('ann', 'Simultaneous-Use', ':=', '1'),
    ('ann', 'SSHA-Password', ':=', '/jyejeq5928o/Rd9TrAkEJBKqwRUA/tV'),
    ('ann', 'Cleartext-Password', ':=', 'clear'),
    ('Ben Example', 'Crypt-Password', ':=', '$6$rounds=1000$saltsalt$LAV5VE5Y7w1d73x1mFNspYWUpazfmwv2SoepNXNKJ/otop/Zok96Hr8Q13LEv0DRY/x8v0/crpIjl8NJSAqXV/'),
    ('cid', 'MD5-Password', ':=', '5ebe2294ecd0e0f08eab7690d2a6ee69'),
    ('dot', 'SSHA-Password', ':=', '8152bc582f58c854f580cb101d3182813dec4afe73616c74'),
    ('eve', 'Password-With-Header', ':=', '{SSHA}/jyejeq5928o/Rd9TrAkEJBKqwRUA/tV'),
    ('clear', 'Cleartext-Password', ':=', 'secret'),
    ('both', 'Cleartext-Password', ':=', 'clear'),
    ('both', 'SSHA-Password', ':=', '/jyejeq5928o/Rd9TrAkEJBKqwRUA/tV'),
    ('00:11:22:33:44:55', 'Auth-Type', ':=', 'Accept'),
    ('locked', 'MD5-Password', ':=', '5ebe2294ecd0e0f08eab7690d2a6ee69'),
    ('locked', 'Auth-Type', ':=', 'Reject'),
    ('left', 'MD5-Password', ':=', '5ebe2294ecd0e0f08eab7690d2a6ee69'),
    ('expired', 'MD5-Password', ':=', '5ebe2294ecd0e0f08eab7690d2a6ee69'),
    ('expired', 'Expiration', ':=', '31 Feb 2020'),
    ('strange', 'MD5-Password', ':=', '5ebe2294ecd0e0f08eab7690d2a6ee69'),
    ('strange', 'Expiration', ':=', 'soon'),
    ('guest', 'MD5-Password', ':=', '5ebe2294ecd0e0f08eab7690d2a6ee69'),
    ('guest', 'Expiration', ':=', '01 Jan 2999 12:00'),
    ('damaged', 'SSHA-Password', ':=', 'zz');
INSERT INTO radusergroup (username, groupname) VALUES ('ann', 'Staff'), ('Ben Example', 'Staff'), ('Ben Example', 'vpn'), ('left', 'disabled'), ('nobody', 'vpn');
INSERT INTO radgroupcheck (groupname, attribute, op, value) VALUES ('disabled', 'Auth-Type', ':=', 'Reject');
