-- mediawiki.sql: the tables of users of MediaWiki 1.39, as Debian's mediawiki 1.39.17 has them, with users that it created.
-- install.php, createAndPromote.php and blockUsers.php wrote the users, groups and blocks; the password is "secret-secret".
-- Login: ann secret-secret
CREATE SCHEMA mediawiki;
CREATE TABLE mediawiki.ipblocks (
    ipb_id integer NOT NULL,
    ipb_address text NOT NULL,
    ipb_user integer DEFAULT 0 NOT NULL,
    ipb_by_actor bigint NOT NULL,
    ipb_reason_id bigint NOT NULL,
    ipb_timestamp timestamp with time zone NOT NULL,
    ipb_auto smallint DEFAULT 0 NOT NULL,
    ipb_anon_only smallint DEFAULT 0 NOT NULL,
    ipb_create_account smallint DEFAULT 1 NOT NULL,
    ipb_enable_autoblock smallint DEFAULT 1 NOT NULL,
    ipb_expiry timestamp with time zone NOT NULL,
    ipb_range_start text NOT NULL,
    ipb_range_end text NOT NULL,
    ipb_deleted smallint DEFAULT 0 NOT NULL,
    ipb_block_email smallint DEFAULT 0 NOT NULL,
    ipb_allow_usertalk smallint DEFAULT 0 NOT NULL,
    ipb_parent_block_id integer,
    ipb_sitewide smallint DEFAULT 1 NOT NULL
);
CREATE TABLE mediawiki."user" (
    user_id integer NOT NULL,
    user_name text DEFAULT ''::text NOT NULL,
    user_real_name text DEFAULT ''::text NOT NULL,
    user_password text NOT NULL,
    user_newpassword text NOT NULL,
    user_newpass_time timestamp with time zone,
    user_email text NOT NULL,
    user_touched timestamp with time zone NOT NULL,
    user_token text DEFAULT ''::text NOT NULL,
    user_email_authenticated timestamp with time zone,
    user_email_token text,
    user_email_token_expires timestamp with time zone,
    user_registration timestamp with time zone,
    user_editcount integer,
    user_password_expires timestamp with time zone
);
CREATE TABLE mediawiki.user_groups (
    ug_user integer DEFAULT 0 NOT NULL,
    ug_group text DEFAULT ''::text NOT NULL,
    ug_expiry timestamp with time zone
);
ALTER TABLE ONLY mediawiki.ipblocks
    ADD CONSTRAINT ipblocks_pkey PRIMARY KEY (ipb_id);
ALTER TABLE ONLY mediawiki.user_groups
    ADD CONSTRAINT user_groups_pkey PRIMARY KEY (ug_user, ug_group);
ALTER TABLE ONLY mediawiki."user"
    ADD CONSTRAINT user_pkey PRIMARY KEY (user_id);
CREATE UNIQUE INDEX ipb_address_unique ON mediawiki.ipblocks USING btree (ipb_address, ipb_user, ipb_auto);
CREATE INDEX ipb_expiry ON mediawiki.ipblocks USING btree (ipb_expiry);
CREATE INDEX ipb_parent_block_id ON mediawiki.ipblocks USING btree (ipb_parent_block_id);
CREATE INDEX ipb_range ON mediawiki.ipblocks USING btree (ipb_range_start, ipb_range_end);
CREATE INDEX ipb_timestamp ON mediawiki.ipblocks USING btree (ipb_timestamp);
CREATE INDEX ipb_user ON mediawiki.ipblocks USING btree (ipb_user);
CREATE INDEX ug_expiry ON mediawiki.user_groups USING btree (ug_expiry);
CREATE INDEX ug_group ON mediawiki.user_groups USING btree (ug_group);
CREATE INDEX user_email ON mediawiki."user" USING btree (user_email);
CREATE INDEX user_email_token ON mediawiki."user" USING btree (user_email_token);
CREATE UNIQUE INDEX user_name ON mediawiki."user" USING btree (user_name);
INSERT INTO mediawiki."user" (user_id, user_name, user_real_name, user_password, user_newpassword, user_email, user_touched, user_registration) VALUES
    (1, 'Ann', '', ':pbkdf2:sha512:30000:64:M5xHSbE9D1926opaVB2sXA==:afG4oju0Tp8rOF/dTDbZAGQ2XoDrZp2KuuArYukRvFJPW4O+iX4Q4mNUuwKyDAI3Yz6p0mzrB0PuEiTedQuw3w==', '', '', '2024-03-01 12:00:00+00', '2024-03-01 12:00:00+00'),
    (2, 'MediaWiki default', '', '', '', '', '2024-03-01 12:00:00+00', '2024-03-01 12:00:00+00'),
    (3, 'Cid Example', '', ':pbkdf2:sha512:30000:64:gNEX5e2APkVDWEiQFRcrNw==:oMTOFCb6W0GknRchN9UiIDPSIRyadldmRE3tsfEAtbOE+NhxzDHxxJ0uw8kKfS0BKP79QkWdQ+7QCutnf3y4qA==', '', '', '2024-03-01 12:00:00+00', '2024-03-01 12:00:00+00'),
    (4, 'Ben', '', ':pbkdf2:sha512:30000:64:dAEerMdSIONxb+G38LRJYw==:kHIVrkW2jOE4xOOxxfO4U7sW9PxQvlFz9ks5RUliby+u9UoNCVDDTY0AypX5hWacYT2W0tXuGZpAyPlPTMjgCA==', '', '', '2024-03-01 12:00:00+00', '2024-03-01 12:00:00+00'),
    (5, 'Blocked', '', ':pbkdf2:sha512:30000:64:1URisgzdUTQIxR3/xuC5DQ==:ZyuxSysY8oDCNn1DIm4Pziybyu80CzcTY3v8jIckPPpTcfTpQbhhX7l4lEo0UIysIzLOXWEhQ2iZeQwDN9r2VA==', '', '', '2024-03-01 12:00:00+00', '2024-03-01 12:00:00+00'),
    (6, 'Partly', '', ':pbkdf2:sha512:30000:64:KGPklg9KYiwupb2VhR/Rrw==:8VRMK9XImyz6a2gYl30oKgI5/uD6RyMu27RDtHWWsOOZwybQ1C8oCFQOQfAAgZP3YLEQQAg6p+sOnhiFw1JQGQ==', '', '', '2024-03-01 12:00:00+00', '2024-03-01 12:00:00+00'),
    (7, 'Unblocked', '', ':pbkdf2:sha512:30000:64:/NL5oHmtQtJflcHIXMPOzw==:8n5PJqOLAQRaRkZfjh0+cpY24Hx73P5/5cZE2SJVuGy/Qa5MKn6UxWG6dl17e3HJEdpfpJTospoEe70PWaUWIw==', '', '', '2024-03-01 12:00:00+00', '2024-03-01 12:00:00+00');
INSERT INTO mediawiki.user_groups (ug_user, ug_group) VALUES
    (1, 'bureaucrat'),
    (1, 'interface-admin'),
    (1, 'sysop'),
    (4, 'sysop'),
    (5, 'sysop');
INSERT INTO mediawiki.ipblocks (ipb_id, ipb_address, ipb_user, ipb_by_actor, ipb_reason_id, ipb_timestamp, ipb_expiry, ipb_range_start, ipb_range_end, ipb_sitewide) VALUES
    (1, 'Blocked', 5, 1, 2, '2024-03-01 12:00:00+00', 'infinity', '', '', 1),
    (2, 'Partly', 6, 1, 2, '2024-03-01 12:00:00+00', 'infinity', '', '', 1);
-- What the scripts cannot do: a block of some pages only, one that has ended, memberships with an end, an address.
UPDATE mediawiki.ipblocks SET ipb_sitewide = 0 WHERE ipb_user = 6;
INSERT INTO mediawiki.ipblocks SELECT 3, 'Unblocked', 7, ipb_by_actor, ipb_reason_id, ipb_timestamp, 0, 0, 1, 1, '2020-01-01', '', ''
FROM mediawiki.ipblocks WHERE ipb_id = 1;
INSERT INTO mediawiki.user_groups VALUES (3, 'Staff', NULL), (4, 'Staff', '2999-01-01'), (7, 'Staff', '2020-01-01');
UPDATE mediawiki."user" SET user_email = 'Cid@example.org', user_real_name = 'Cid Charles Example' WHERE user_id = 3;
