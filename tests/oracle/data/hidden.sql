-- hidden.sql: adds to the manager's tables what names users: members typed by hand, roles with DNs, superiors; and who is hidden.

CREATE TABLE hidden_users (uid text PRIMARY KEY);
CREATE TABLE hidden_groups (cn text PRIMARY KEY);

-- As slapd writes a DN, or as a person may.
CREATE FUNCTION dn_of(uid text, odd boolean) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN odd THEN 'UserID = ' || regexp_replace(upper(uid), '([,+"\\<>;=#])', '\\\1', 'g') || ' , OU=People, DC=example,dc=com'
        ELSE 'uid=' || replace(replace(replace(replace(replace(replace(replace(replace(replace(uid,
            '\', '\5C'), ',', '\2C'), '+', '\2B'), '"', '\22'), '<', '\3C'), '>', '\3E'), ';', '\3B'), '=', '\3D'), '#', '\23') || ',ou=people,dc=example,dc=com' END
$$;

-- `target` is the user that is meant.
CREATE TABLE typed_members (team text, who text, target text);
INSERT INTO typed_members
SELECT g."cn", CASE u."uidNumber" % 5 WHEN 0 THEN upper(u."uid") WHEN 1 THEN ' ' || u."uid" WHEN 2 THEN initcap(u."uid") ELSE u."uid" END, u."uid"
FROM "Users" u JOIN "Groups" g ON (u."uidNumber"::bigint + g."gidNumber") % 3 = 0 AND g."cn" <> 'empty';
INSERT INTO typed_members SELECT "cn", who, NULL FROM "Groups", unnest(array['root', 'nosuch', 'Ann Archer', 'örg']) AS who WHERE "cn" <> 'empty';

CREATE TABLE roles (name text PRIMARY KEY, number integer);
INSERT INTO roles SELECT 'role ' || n, n FROM generate_series(1, 12) n;
CREATE TABLE role_members (role text, dn text, target text);
INSERT INTO role_members
SELECT r.name, dn_of(u."uid", u."uidNumber" % 2 = 0), u."uid" FROM roles r JOIN "Users" u ON u."uidNumber" % 12 < r.number;
INSERT INTO role_members
SELECT name, dn, NULL FROM roles, unnest(array['cn=devs,ou=groups,dc=example,dc=com', 'uid=nosuch,ou=people,dc=example,dc=com', 'uid=ann,dc=org']) AS dn;

ALTER TABLE "Users" ADD boss text, ADD secretary text, ADD assistant text;
UPDATE "Users" u SET boss = b."uid", assistant = b."uid", secretary = dn_of(b."uid", u."uidNumber" % 2 = 1)
FROM "Users" b WHERE b."uidNumber" = u."uidNumber"::bigint - 1;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO ldap;
