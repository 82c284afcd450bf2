-- loose.sql: turns the manager's names into texts that compare without case, and gives some rows the name of another.

CREATE EXTENSION citext;
CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE people AS
SELECT CASE WHEN "uid" ~ '^[a-z]+$' AND "uidNumber" % 3 > 0 THEN initcap("uid") ELSE "uid" END::citext AS uid, "uidNumber", "gidNumber", "homeDirectory", "cn",
       nullif(CASE WHEN "uidNumber" % 5 > 1 THEN lower(trim(regexp_replace("mail", '\s+', ' ', 'g'))) END, 'mixed@example.com') AS mail, md5("uidNumber"::text)::uuid AS id,
       '2025-04-01 00:00:00Z'::timestamptz + "uidNumber" % 5 * interval '1 hour' AS changed, (array['Left', 'middle', 'RIGHT', NULL])[1 + abs("uidNumber"::bigint) % 4] AS hand
FROM "Users";
ALTER TABLE people ALTER changed TYPE timestamptz(0);
CREATE UNIQUE INDEX ON people (uid);
CREATE VIEW teams AS
    SELECT "cn"::text COLLATE loose AS name, "gidNumber" AS number, true AS own FROM "Groups"
    UNION ALL SELECT lower("cn"), "gidNumber", false FROM "Groups" WHERE "cn" ~ '[A-Z]'
    UNION ALL SELECT 'GUS', 88, false;
CREATE TABLE hands (hand citext, name citext, thing text);
INSERT INTO hands SELECT hand, uid, (array['Left', 'left', 'LEFT', 'right'])[1 + abs("uidNumber"::bigint) % 4] FROM people WHERE hand IS NOT NULL;
INSERT INTO hands VALUES ('RIGHT', 'ANN', 'right'), ('up', 'ann', 'up');
GRANT SELECT ON people, teams, hands TO ldap;
ANALYZE;
