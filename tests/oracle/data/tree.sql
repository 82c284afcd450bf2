-- tree.sql: makes units, sites, departments and branches below each other out of a seed, with users, groups and others in them.
--
-- psql -v seed=…, which always makes the same trees. Rows from number 900 on are broken or are about rows that are.

CREATE TABLE seeds AS SELECT :'seed'::text AS seed;
CREATE FUNCTION dice(what text, sides bigint) RETURNS integer LANGUAGE sql STABLE AS
    $$ SELECT (('x' || substr(md5(what || '/' || seed), 1, 8))::bit(32)::bigint % sides)::integer FROM seeds $$;
-- As LDAP compares names.
CREATE FUNCTION folded(name text) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT lower(regexp_replace(btrim(normalize(name, NFKC)), ' +', ' ', 'g')) $$;

CREATE TABLE words AS SELECT row_number() OVER () - 1 AS n, word FROM unnest(array['Sales', 'Support', 'IT', 'Research & Development', 'R+D',
    'Smith, Jones and Sons', 'Köln', 'ZÜRICH', 'münchen', U&'Mu\0308nster', '"Quoted"', 'back\slash', '#1', 'semi;colon', 'a=b', '<angle>', 'two  blanks',
    'MiXeD CaSe', 'lower', 'UPPER', '日本', 'Straße', '0', '007', 'st*r', '(paren)', '100%', 'under_score', 'it''s', ' lead', 'trail ', 'ou=people',
    'dc=example,dc=com', 'users', 'ΌΣΟΣ', 'ﬁnal']) word;

-- Rows below each other, whatever the types of their keys are.
CREATE TABLE grown (tree text, n integer, above integer, name text, PRIMARY KEY (tree, n));
CREATE FUNCTION grow(of text, size integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    up integer;
    called text;
    throw integer;
BEGIN
    -- Five levels at least, with names that access rules can name.
    INSERT INTO grown VALUES (of, 1, NULL, 'Head'), (of, 2, 1, 'East'), (of, 3, 2, 'Smith, Jones'), (of, 4, 3, 'Köln'), (of, 5, 4, 'Deep Down');
    FOR i IN 6 .. size LOOP
        SELECT NULL INTO up;
        IF dice(of || i, 8) > 0 THEN
            WITH RECURSIVE deep AS (SELECT n, 1 AS level FROM grown WHERE tree = of AND above IS NULL
                UNION ALL SELECT g.n, level + 1 FROM grown g JOIN deep ON tree = of AND above = deep.n),
                high AS (SELECT n, row_number() OVER (ORDER BY n) - 1 AS place, count(*) OVER () AS places FROM deep WHERE level < 5)
            SELECT n INTO up FROM high WHERE place = dice(of || ' above ' || i, places);
        END IF;
        throw := 0;
        LOOP
            SELECT word INTO called FROM words WHERE n = dice(of || ' name ' || i || ' ' || throw, (SELECT count(*) FROM words));
            EXIT WHEN NOT EXISTS (SELECT FROM grown g WHERE g.tree = of AND g.above IS NOT DISTINCT FROM up AND folded(g.name) = folded(called));
            throw := throw + 1;
        END LOOP;
        INSERT INTO grown VALUES (of, i, up, called);
    END LOOP;
    INSERT INTO grown SELECT of, v.* FROM (VALUES (901, 901, 'Below itself'), (902, 903, 'Circle a'), (903, 902, 'Circle b'), (904, 902, 'Below a circle'),
        (905, 906, 'Circle c'), (906, 907, 'Circle d'), (907, 905, 'Circle e'),
        (910, 99999, 'Orphan'), (911, 910, 'Below an orphan'), (912, 911, 'Far below an orphan'),
        (920, NULL, 'Same Name'), (921, NULL, 'Same Name'), (922, 920, 'Below the same'), (923, 921, 'Below the other'),
        (924, 2, 'same place'), (925, 2, 'Same  PLACE '), (926, 3, 'Ärger'), (927, 3, U&'a\0308RGER'), (928, 927, 'Below a spelling'),
        (930, NULL, NULL), (931, 930, 'Below no name'), (932, 1, '  '), (933, 932, 'Below spaces'), (934, 4, '')) v (n, up, name);
    -- Without a single entry below them: that has rows which are left out, that has users without names, and that has no rows.
    INSERT INTO grown VALUES (of, 701, NULL, 'Hollow'), (of, 941, 701, 'Alike'), (of, 942, 701, 'ALIKE'), (of, 943, 942, 'Below alike'),
        (of, 702, 2, 'Nobody'), (of, 703, 4, 'Empty');
END $$;
SELECT grow('units', 60), grow('sites', 18), grow('branches', 45) \g /dev/null

-- Keys of text differ in nothing but their case.
CREATE FUNCTION key_of(of text, n integer) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE of WHEN 'units' THEN n::text WHEN 'sites' THEN md5('site ' || n)::uuid::text
        ELSE CASE n % 2 WHEN 0 THEN 'k' ELSE 'K' END || ' ' || n / 2 || CASE n % 7 WHEN 3 THEN ', {x"\' ELSE '' END END $$;
CREATE FUNCTION note_of(what text) RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT (array[NULL, '', 'a note', 'A  Note ', 'Notiz für ' || what])[1 + dice('note' || what, 5)] $$;
CREATE TABLE units AS SELECT n AS id, above AS parent_id, name, note_of(tree || n) AS note FROM grown WHERE tree = 'units';
CREATE TABLE sites AS SELECT key_of(tree, n)::uuid AS id, key_of(tree, above)::uuid AS above, name, note_of(tree || n) AS note FROM grown WHERE tree = 'sites';
CREATE TABLE branches AS SELECT key_of(tree, n)::varchar(40) AS code, key_of(tree, above) AS above, name, note_of(tree || n) AS note FROM grown WHERE tree = 'branches';
ALTER TABLE units ADD PRIMARY KEY (id);
ALTER TABLE sites ADD PRIMARY KEY (id);
ALTER TABLE branches ADD PRIMARY KEY (code);

-- The row that something is at: none for one in eight, low numbers more often.
CREATE FUNCTION somewhere(what text, size integer) RETURNS integer LANGUAGE sql STABLE AS
    $$ SELECT CASE WHEN dice(what || 1, 8) > 0 THEN 1 + least(dice(what || 2, size), dice(what || 3, size)) END $$;

CREATE TABLE departments AS SELECT d.n, key_of('departments', d.n) AS code, key_of('sites', site)::uuid AS site_id,
    word || CASE WHEN row_number() OVER (PARTITION BY site, word ORDER BY d.n) > 1 THEN ' ' || d.n ELSE '' END AS name
    FROM (SELECT n, somewhere('department' || n, 18) AS site, 3 * n % 20 AS called FROM generate_series(1, 45) n) d JOIN words w ON w.n = called;
INSERT INTO departments SELECT n, key_of('departments', n), key_of('sites', site)::uuid, name FROM (VALUES (901, 99999, 'Orphan'), (902, 902, 'In a circle'),
    (903, 911, 'Below an orphan'), (904, NULL, 'Same Name'), (905, NULL, 'SAME NAME'), (906, 4, 'twice'), (907, 4, ' Twice'), (908, 921, 'In the other'),
    (909, 2, NULL), (701, 703, 'Empty')) v (n, site, name);
ALTER TABLE departments ADD PRIMARY KEY (code);

-- Rows of users. Some are twice, at different places; some are below what is broken.
CREATE TABLE persons (n integer, uid text, gid integer, cn text, sn text, mail text, unit_n integer, department_n integer, branch_n integer);
INSERT INTO persons SELECT n, coalesce((array['jörg', 'ümlaut', 'a,b', 'a+b', '#a', 'a=b', 'a"b', 'a\b', 'a<b', 'a;b', 'one two', '日本', 'straße', '0', 'per%cent',
        'under_score', 'it''s', 'a(b)', 'a*b', 'dc=com'])[n - 20], 'u' || n), CASE WHEN n % 16 = 9 THEN 20000 + n ELSE 3022 + dice('gid' || n, 60) END,
    'User ' || n % 50, (SELECT word FROM words w WHERE w.n = p.n % 36), 'u' || n || '@Example.com',
    somewhere('user unit' || n, 60), somewhere('user department' || n, 45), somewhere('user branch' || n, 45) FROM generate_series(1, 200) p (n);
INSERT INTO persons SELECT 200 + n, uid, 3022 + n, 'Second ' || n, sn, 'second' || n || '@example.com',
    1 + (coalesce(unit_n, 0) + n % 3) % 60, 1 + (coalesce(department_n, 0) + n % 3) % 45, nullif((coalesce(branch_n, 0) + n) % 46, 0)
    FROM persons WHERE n <= 26 AND n % 2 = 0;
INSERT INTO persons SELECT 1000 + n, 'lost' || n, 3030, 'Lost ' || n, 'Lost', 'lost@x', n,
    coalesce((SELECT d.n FROM departments d WHERE d.n = 901 + g.n % 9), 901), n FROM grown g WHERE tree = 'units' AND n >= 900;
INSERT INTO persons VALUES (1990, 'stray', 3030, 'Stray', 'Stray', 'stray@x', 4242, 4242, 4242), (1991, 'stray two', 3030, 'Stray', 'Stray', 's2@x', 99999, 99999, 99999),
    (1992, NULL, 3030, 'Nameless', 'None', 'n@x', 702, 701, 702), (1993, '', 3030, 'Nameless', 'None', 'n@x', 702, 701, 702);
-- The empty text means what NULL does.
CREATE TABLE people AS SELECT uid, 10000 + n AS number, gid, cn, sn, mail, unit_n::bigint AS unit_id,
    coalesce(key_of('departments', department_n), CASE n % 2 WHEN 0 THEN '' END) AS department, key_of('branches', branch_n) AS branch,
    '2025-04-01 00:00:00Z'::timestamptz + n * interval '1 second' AS updated_at FROM persons;
CREATE TABLE phones AS SELECT DISTINCT uid, '+49 30 ' || dice('phone' || uid, 9) AS phone FROM people WHERE number % 5 = 0;

-- Groups. The first 20 have one name at different places, which the last of them has at the top.
CREATE TABLE teams AS SELECT 3000 + n AS gid, coalesce((array['All, of+them', 'Grüppe', '#sharp;', ' space  d ', 'MiXeD Team', 'team=', 'a"b'])[n - 29],
        CASE WHEN n <= 21 THEN 'Staff' ELSE 'team ' || n END) AS name,
    CASE WHEN n <= 20 THEN 2 * n WHEN n > 21 THEN somewhere('team unit' || n, 60) END AS unit_id,
    key_of('departments', CASE WHEN n <= 20 THEN n + 1 WHEN n > 21 THEN somewhere('team department' || n, 45) END) AS department FROM generate_series(1, 82) n;
INSERT INTO teams SELECT 5000 + n, 'Lost team ' || n, n, coalesce((SELECT code FROM departments d WHERE d.n = 901 + g.n % 9), 'nowhere')
    FROM grown g WHERE tree = 'units' AND n >= 900;
-- Members have entries or not, at one place or two.
CREATE TABLE seats AS SELECT gid, uid FROM teams, (SELECT DISTINCT uid FROM people WHERE uid <> '' AND uid NOT LIKE 'lost%') p
    WHERE dice(gid || uid, 45) = 0 OR gid = 3030 AND dice(uid, 10) > 0 OR gid = 3001 AND uid LIKE 'u1_';
INSERT INTO seats VALUES (3001, 'nobody at all'), (3003, 'lost901'), (3025, 'lost920'), (3040, 'stray'), (3030, 'lost910'), (5910, 'u3'), (5920, 'u4'), (5901, 'lost901');

CREATE TABLE devices AS SELECT 'device ' || n AS name, 'S' || n AS serial, key_of('sites', somewhere('device' || n, 18))::uuid AS site FROM generate_series(1, 30) n;
INSERT INTO devices VALUES ('lost device', 'L1', key_of('sites', 99999)::uuid), ('lost too', 'L2', key_of('sites', 905)::uuid);
CREATE TABLE roles AS SELECT n AS id, (array['Lead', 'Deputy', 'Buyer'])[1 + n % 3] AS name, key_of('branches', 1 + n * 2) AS branch FROM generate_series(1, 21) n;
INSERT INTO roles VALUES (901, 'Lost role', key_of('branches', 920)), (902, 'Stray role', 'nowhere');
CREATE INDEX ON people (lower(uid COLLATE "C"));
CREATE INDEX ON seats (uid);
GRANT SELECT ON units, sites, branches, departments, people, phones, teams, seats, devices, roles TO ldap;
ANALYZE;
