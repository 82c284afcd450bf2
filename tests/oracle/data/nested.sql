-- nested.sql: turns the users and groups there are into tables of DNs: of users, groups, other kinds, foreign ones and none.

CREATE FUNCTION dn(type text, name text, place text) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT type || '=' || regexp_replace(regexp_replace(name, '([,+"\\<>;=])', '\\\1', 'g'), '^([ #])', '\\\1') || ',ou=' || place || ',dc=example,dc=com' $$;
CREATE TABLE known AS
SELECT row_number() OVER (ORDER BY dn) AS n, dn FROM (
    SELECT dn('uid', "uid", 'people') FROM "Users" UNION SELECT dn('cn', "cn", 'groups') FROM "Groups" UNION
    SELECT dn('cn', "uid", 'groups') FROM "Users" WHERE "gidNumber" >= 4000 UNION
    SELECT dn(CASE n % 2 WHEN 0 THEN 'cn' ELSE 'uid' END, 'team ' || n, CASE n % 3 WHEN 0 THEN 'roles' ELSE 'teams' END) FROM generate_series(1, 12) n UNION
    SELECT unnest(array['cn=elsewhere,dc=example,dc=org', 'dc=example,dc=com', 'ou=people,dc=example,dc=com', 'UID = ann , OU=people, dc=example,dc=com',
        'userid=#0403616e6e,ou=people,dc=example,dc=com', 'cn=DEVS,ou=Groups,dc=example,dc=com', 'cn=devs+gidNumber=2002,ou=groups,dc=example,dc=com', 'uid=nosuch,ou=people,dc=example,dc=com',
        'cn=ann,ou=people,dc=example,dc=com', 'uid=devs,ou=groups,dc=example,dc=com', 'uid=ann,dc=example,dc=com', 'cn=devs,dc=example,dc=com', 'not a dn', ''])) AS every(dn);

CREATE TABLE teams (name text, dns text[], of jsonb, boss text, number integer);
INSERT INTO teams
SELECT 'team ' || t, CASE WHEN t % 4 > 0 THEN array(SELECT dn FROM known WHERE n % 7 = t % 7) END,
       CASE t % 3 WHEN 0 THEN NULL WHEN 1 THEN to_jsonb((SELECT dn FROM known WHERE n = t)) ELSE (SELECT jsonb_agg(dn) FROM known WHERE n % 12 = t) END,
       CASE t % 5 WHEN 0 THEN NULL ELSE (SELECT dn FROM known WHERE n = 5 * t) END, 60000 + t
FROM generate_series(1, 12) t;
CREATE TABLE links (name text, what text, dn text);
INSERT INTO links SELECT 'team ' || n % 12, (array['member', 'memberOf', 'seeAlso', 'manager'])[1 + n % 4], dn FROM known;
INSERT INTO links SELECT 'team 1', 'member', dn FROM known;
INSERT INTO links SELECT "cn", 'member', dn FROM "Groups", known WHERE (n + "gidNumber") % 9 = 0;
INSERT INTO links VALUES ('fay', 'member', 'cn=of,dc=nothing');
-- What a lookup is asked for is as slapd normalizes it.
CREATE TABLE posts (name text, dn text);
INSERT INTO posts SELECT 'post ' || n % 5, lower(dn) FROM known WHERE dn ~ '^(uid|cn)=[a-z0-9_ ]+,ou=[a-z]+,dc=example,dc=com$';
GRANT SELECT ON teams, links, posts TO ldap;
ANALYZE;
