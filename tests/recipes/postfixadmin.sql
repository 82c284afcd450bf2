-- postfixadmin.sql: the tables of mailboxes of PostfixAdmin, as upgrade.php of Debian's postfixadmin 3.3.13 creates them, with some.
-- The hashes are those of its own function pacrypt(), one for each setting of $CONF['encrypt'], for the password "secret".
-- Login: ben@example.org secret
CREATE TABLE domain (
    domain character varying(255) NOT NULL,
    description character varying(255) DEFAULT ''::character varying NOT NULL,
    aliases integer DEFAULT 0 NOT NULL,
    mailboxes integer DEFAULT 0 NOT NULL,
    maxquota bigint DEFAULT 0 NOT NULL,
    quota bigint DEFAULT 0 NOT NULL,
    transport character varying(255) DEFAULT NULL::character varying,
    backupmx boolean DEFAULT false NOT NULL,
    created timestamp with time zone DEFAULT now(),
    modified timestamp with time zone DEFAULT now(),
    active boolean DEFAULT true NOT NULL,
    password_expiry integer DEFAULT 0
);
CREATE TABLE domain_admins (
    username character varying(255) NOT NULL,
    domain character varying(255) NOT NULL,
    created timestamp with time zone DEFAULT now(),
    active boolean DEFAULT true NOT NULL,
    id integer NOT NULL
);
CREATE TABLE mailbox (
    username character varying(255) NOT NULL,
    password character varying(255) DEFAULT ''::character varying NOT NULL,
    name character varying(255) DEFAULT ''::character varying NOT NULL,
    maildir character varying(255) DEFAULT ''::character varying NOT NULL,
    quota bigint DEFAULT 0 NOT NULL,
    created timestamp with time zone DEFAULT now(),
    modified timestamp with time zone DEFAULT now(),
    active boolean DEFAULT true NOT NULL,
    domain character varying(255),
    local_part character varying(255) NOT NULL,
    phone character varying(30) DEFAULT ''::character varying NOT NULL,
    email_other character varying(255) DEFAULT ''::character varying NOT NULL,
    token character varying(255) DEFAULT ''::character varying NOT NULL,
    token_validity timestamp with time zone DEFAULT '2000-01-01 00:00:00+00'::timestamp with time zone,
    password_expiry timestamp with time zone DEFAULT '2000-01-01 00:00:00+00'::timestamp with time zone
);
ALTER TABLE ONLY domain_admins
    ADD CONSTRAINT domain_admins_pkey PRIMARY KEY (id);
ALTER TABLE ONLY domain
    ADD CONSTRAINT domain_key PRIMARY KEY (domain);
ALTER TABLE ONLY mailbox
    ADD CONSTRAINT mailbox_key PRIMARY KEY (username);
CREATE INDEX domain_domain_active ON domain USING btree (domain, active);
CREATE INDEX mailbox_domain_idx ON mailbox USING btree (domain);
CREATE INDEX mailbox_username_active ON mailbox USING btree (username, active);
ALTER TABLE ONLY domain_admins
    ADD CONSTRAINT domain_admins_domain_fkey FOREIGN KEY (domain) REFERENCES domain(domain);
ALTER TABLE ONLY mailbox
    ADD CONSTRAINT mailbox_domain_fkey1 FOREIGN KEY (domain) REFERENCES domain(domain);
INSERT INTO domain (domain, description, active) VALUES
    ('ALL', '', true), ('example.org', 'Example', true), ('example.net', 'Network', true), ('closed.example', 'Closed', false);
INSERT INTO mailbox (username, name, domain, local_part, active, phone, password, maildir)
SELECT m.*, m.column3 || '/' || m.column4 || '/' FROM (VALUES
    ('Ann.Example@example.org', 'Ann Example', 'example.org', 'Ann.Example', true, '+1 555 0100', '$1$c9809462$kbUX7SLbtWm.QufGs9Mv01'),
    ('ben@example.org', 'Ben', 'example.org', 'ben', true, '',
     '{BLF-CRYPT}$2y$10$Mc6eEtS4pgJAHKwgpBKqdOXYS8F200eJgnko3Qrk5XMMX6HjjjYne'),
    ('cid@example.net', '', 'example.net', 'cid', true, '',
     '{SHA512-CRYPT}$6$rounds=5000$09O0RIXk3mVirDtv$H1tY5vjEQaP7gxY1EDLvobMm.CxUexWG6NKhb3DozhQlTscKVykZ6R1S85lrIAGyfapkLiSrP1ORpnwHPtfSn/'),
    ('dot@example.org', 'Dot', 'example.org', 'dot', true, '',
     '$6$AJVRSsO8MLDBR5Pt$tunCrYJVuIEf6MQ/yz95kIEVAxO7Q7n6Lm61GJhizvdDYhi7ol2kGyhWxZTSim3yMuhNC.0y0zhqQwrsCwgU40'),
    ('eve@example.org', 'Eve', 'example.org', 'eve', true, '', '5ebe2294ecd0e0f08eab7690d2a6ee69'),
    ('off@example.org', 'Off', 'example.org', 'off', false, '', '$1$c9809462$kbUX7SLbtWm.QufGs9Mv01'),
    ('ann@closed.example', 'Ann', 'closed.example', 'ann', true, '', '$1$c9809462$kbUX7SLbtWm.QufGs9Mv01'),
    ('plain@example.org', 'Plain', 'example.org', 'plain', true, '', 'secret'),
    ('nopassword@example.org', 'None', 'example.org', 'nopassword', true, '', '')) m;
