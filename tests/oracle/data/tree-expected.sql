-- tree-expected.sql: lists what has to be seen of the rows of tree.sql, found by queries that have nothing to do with the backend's.
--
-- expected (profile, dn, attribute, value): "entry" stands for the entry itself; attributes with "?" may have the value or lack it.
-- absent (profile, dn): the names that rows without an entry would have.

CREATE FUNCTION rdn(type text, name text) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT type || '=' || regexp_replace(regexp_replace(regexp_replace(name, '([,+"\\<>;=])', '\\\1', 'g'), '^([ #])', '\\\1'), ' $', '\\ ') $$;

CREATE TABLE tops AS SELECT * FROM (VALUES ('tree', 'units', 'ou', 'dc=example,dc=com'), ('sites', 'sites', 'l', 'dc=example,dc=com'),
    ('branches', 'branches', 'ou', 'ou=branches,ou=x,dc=example,dc=com')) v (profile, tree, type, top);

-- What may have others below: its key is unique in its profile and kind. Of siblings of one name, the first by name and key has an entry.
CREATE VIEW all_nodes AS
    SELECT 'tree' AS profile, 'units' AS kind, id::text AS key, 'units' AS above_kind, parent_id::text AS above, name, note FROM units UNION ALL
    SELECT 'sites', 'sites', id::text, 'sites', sites.above::text, name, note FROM sites UNION ALL
    SELECT 'sites', 'departments', code, 'sites', site_id::text, name, NULL FROM departments UNION ALL
    SELECT 'branches', 'branches', code, 'branches', branches.above, name, note FROM branches;
CREATE VIEW named_nodes AS
    SELECT n.*, CASE kind WHEN 'sites' THEN 'l' ELSE 'ou' END AS type FROM all_nodes n WHERE folded(name) <> '' AND NOT EXISTS (
        SELECT FROM all_nodes o WHERE (o.profile, o.kind) = (n.profile, n.kind) AND o.above IS NOT DISTINCT FROM n.above AND o.key <> n.key
        AND folded(o.name) = folded(n.name) AND (o.name COLLATE "C", o.key COLLATE "C") < (n.name, n.key));
CREATE MATERIALIZED VIEW nodes AS WITH RECURSIVE reached AS (
    SELECT n.*, rdn(n.type, name) || ',' || top AS dn FROM named_nodes n JOIN tops USING (profile) WHERE above IS NULL UNION ALL
    SELECT n.*, rdn(n.type, n.name) || ',' || dn FROM named_nodes n JOIN reached r ON (n.profile, n.above_kind, n.above) = (r.profile, r.kind, r.key))
    SELECT * FROM reached;

-- What has nothing below.
CREATE VIEW all_leaves AS
    SELECT 'tree' AS profile, 'users' AS kind, 'uid' AS type, number AS key, uid AS name, 'units' AS above_kind, unit_id::text AS above,
        'dc=example,dc=com' AS top FROM people UNION ALL
    SELECT 'sites', 'users', 'uid', number, uid, 'departments', department, 'dc=example,dc=com' FROM people UNION ALL
    SELECT 'branches', 'users', 'uid', number, uid, 'branches', branch, 'dc=example,dc=com' FROM people UNION ALL
    SELECT 'tree', 'groups', 'cn', gid, name, 'units', unit_id::text, 'dc=example,dc=com' FROM teams UNION ALL
    SELECT 'sites', 'groups', 'cn', gid, name, 'departments', department, 'ou=groups,dc=example,dc=com' FROM teams UNION ALL
    SELECT 'branches', 'groups', 'cn', gid, name, NULL, NULL, 'ou=groups,dc=example,dc=com' FROM teams WHERE gid > 3021 UNION ALL
    SELECT 'branches', 'groups', 'cn', gid, uid, NULL, NULL, 'ou=groups,dc=example,dc=com' FROM people WHERE gid > 20000 UNION ALL
    SELECT 'sites', 'devices', 'cn', 0, name, 'sites', site::text, 'ou=devices,ou=things,dc=example,dc=com' FROM devices UNION ALL
    SELECT 'branches', 'roles', 'cn', id, name, 'branches', branch, 'ou=roles,dc=example,dc=com' FROM roles;
CREATE MATERIALIZED VIEW leaves AS
    SELECT l.profile, l.kind, l.key, l.name, l.type, rdn(l.type, l.name) || ',' || coalesce(n.dn, l.top) AS dn
    FROM all_leaves l LEFT JOIN nodes n ON (n.profile, n.kind, n.key) = (l.profile, l.above_kind, l.above)
    WHERE folded(l.name) <> '' AND (coalesce(l.above, '') = '' OR n.dn IS NOT NULL);

-- A name is a member (in ASCII, which memberUid is limited to), and as a DN every user who has it. Whether a name that no user has is
-- shown as a DN is left open.
CREATE VIEW members AS
    SELECT g.profile, g.dn AS group_dn, uid, u.dn AS user_dn
    FROM (SELECT gid, uid FROM seats UNION SELECT gid, uid FROM people WHERE gid > 20000) s
    JOIN leaves g ON (g.kind, g.key) = ('groups', gid) LEFT JOIN leaves u ON (u.profile, u.kind, u.name) = (g.profile, 'users', uid);
-- Roles have members of every sort.
CREATE TABLE holders AS SELECT id, dn FROM roles, (SELECT dn, row_number() OVER (ORDER BY dn) AS place FROM (SELECT dn FROM leaves WHERE profile = 'branches'
    UNION SELECT dn FROM nodes WHERE profile = 'branches') d) n WHERE (place + id) % 23 = 0;
GRANT SELECT ON holders TO ldap;

CREATE TABLE containers AS SELECT * FROM (VALUES ('tree', 'dc=example,dc=com'), ('sites', 'dc=example,dc=com'), ('branches', 'dc=example,dc=com'),
    ('sites', 'ou=groups,dc=example,dc=com'), ('sites', 'ou=things,dc=example,dc=com'), ('sites', 'ou=devices,ou=things,dc=example,dc=com'),
    ('branches', 'ou=groups,dc=example,dc=com'), ('branches', 'ou=x,dc=example,dc=com'), ('branches', 'ou=branches,ou=x,dc=example,dc=com'),
    ('branches', 'ou=roles,dc=example,dc=com')) v (profile, dn);
CREATE VIEW expected AS
    SELECT profile, dn, 'entry' AS attribute, '' AS value FROM containers UNION ALL
    SELECT profile, dn, 'ou', substring(dn FROM '^ou=([a-z]*)') FROM containers WHERE dn LIKE 'ou=%' UNION ALL
    SELECT profile, dn, 'entry', '' FROM nodes UNION ALL
    SELECT profile, dn, type, name FROM nodes UNION ALL
    SELECT profile, dn, 'description', note FROM nodes WHERE note <> '' UNION ALL
    SELECT profile, dn, 'entry', '' FROM leaves UNION ALL
    SELECT profile, dn, type, name FROM leaves UNION ALL
    SELECT profile, dn, 'cn', cn FROM leaves JOIN people ON (kind, key) = ('users', number) UNION ALL
    SELECT profile, dn, 'uidNumber', key::text FROM leaves WHERE kind = 'users' UNION ALL
    SELECT profile, dn, 'gidNumber', gid::text FROM leaves JOIN people ON (kind, key) = ('users', number) UNION ALL
    SELECT profile, dn, 'gidNumber', key::text FROM leaves WHERE kind = 'groups' UNION ALL
    SELECT profile, dn, 'serialNumber', serial FROM leaves JOIN devices USING (name) WHERE kind = 'devices' UNION ALL
    SELECT profile, dn, 'telephoneNumber', phone FROM leaves JOIN phones ON name = uid WHERE (profile, kind) = ('sites', 'users') UNION ALL
    SELECT DISTINCT profile, group_dn, 'memberUid', uid FROM members WHERE uid ~ '^[ -~]+$' UNION ALL
    SELECT profile, group_dn, 'member', user_dn FROM members WHERE user_dn IS NOT NULL UNION ALL
    SELECT profile, group_dn, 'member?', rdn('uid', uid) || ',dc=example,dc=com' FROM members WHERE user_dn IS NULL UNION ALL
    SELECT profile, user_dn, 'memberOf', group_dn FROM members WHERE user_dn IS NOT NULL UNION ALL
    SELECT l.profile, l.dn, 'member', h.dn FROM holders h JOIN leaves l ON (l.profile, l.kind, l.key) = ('branches', 'roles', h.id);

CREATE VIEW absent AS
    WITH gone AS (SELECT n.* FROM all_nodes n LEFT JOIN nodes o USING (profile, kind, key) WHERE o.dn IS NULL AND folded(n.name) <> ''),
    typed AS (SELECT profile, kind, key, above, rdn(CASE kind WHEN 'sites' THEN 'l' ELSE 'ou' END, name) AS rdn FROM gone),
    names AS (SELECT t.profile, kind, key, rdn || ',' || top AS dn FROM typed t JOIN tops USING (profile) UNION ALL
        SELECT t.profile, t.kind, t.key, rdn || ',' || dn FROM typed t JOIN nodes n ON (n.profile, n.key) = (t.profile, t.above) UNION ALL
        SELECT t.profile, t.kind, t.key, t.rdn || ',' || a.rdn || ',' || top FROM typed t JOIN tops USING (profile) JOIN typed a ON (a.profile, a.key) = (t.profile, t.above)),
    lost AS (SELECT a.*, rdn(a.type, a.name) AS rdn FROM all_leaves a LEFT JOIN leaves l USING (profile, kind, key, name) WHERE l.dn IS NULL AND folded(a.name) <> '')
    SELECT profile, dn FROM (
        SELECT profile, dn FROM names UNION
        SELECT profile, rdn || ',' || top FROM lost UNION
        SELECT l.profile, rdn || ',' || n.dn FROM lost l JOIN names n ON (n.profile, n.kind, n.key) = (l.profile, l.above_kind, l.above)) a
    WHERE NOT EXISTS (SELECT FROM expected e WHERE (e.profile, e.dn) = (a.profile, a.dn));
