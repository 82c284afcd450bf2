-- columns.sql: turns lists of odd texts, numbers and times into a table with a column of every type, NULLs included.

CREATE EXTENSION citext;
CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TYPE colour AS ENUM ('Red', 'green', 'light blue');
CREATE DOMAIN label AS varchar(200);
CREATE TABLE things (
    id     integer PRIMARY KEY,
    name   text UNIQUE,
    word   varchar(300),
    exact  text,
    regular text,                       -- in lower case, with single blanks
    padded char(12),
    turkish text COLLATE "tr-x-icu",
    small  smallint,
    whole  bigint,
    flag   boolean,
    moment timestamptz,
    list   text[],
    numbers integer[],
    loosely json,
    binary_json jsonb,
    dn     text,
    phone  text,
    folded citext,
    loose  text COLLATE loose,
    amount numeric,
    uuid   uuid,
    uuid_text text,
    naive  timestamp,
    day    date,
    bytes  bytea,
    tint   colour,
    tag    label,
    ip     inet,
    uuids  uuid[],
    blobs  bytea[]
);
INSERT INTO things
SELECT n, name, CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN name || ' ' || n ELSE name END, CASE WHEN n % 4 > 0 THEN 'Path/' || name END,
       CASE WHEN n % 3 > 0 THEN 'word ' || n % 7 END, CASE n % 6 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE left(name, 12) END, CASE WHEN n % 4 > 1 THEN 'I ' || upper(name) END,
       (array[NULL, 0, -1, 1, 32767, -32768, 7, 700])[1 + n % 8],
       (array[NULL, 0, -1, 1, 9223372036854775807, -9223372036854775808, 2147483648, 4294967296, 7])[1 + n % 9],
       (array[NULL, true, false])[1 + n % 3],
       (array[NULL, '2025-03-02 09:30:00Z', '2025-03-02 09:30:00.5Z', '1969-12-31 23:59:59Z', '2038-01-19 03:14:08+05:30', '9999-12-31 23:59:59Z', '0099-01-01 00:00:00Z'])[1 + n % 7]::timestamptz,
       CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '{}' WHEN 2 THEN array[name, NULL, '', upper(name)] ELSE array[name, 'common', n::text] END,
       CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN array[n, NULL, 7] ELSE array[n, -n, 0] END,
       CASE n % 6 WHEN 0 THEN NULL WHEN 1 THEN 'null' WHEN 2 THEN '[]' WHEN 3 THEN to_json(name) WHEN 4 THEN json_build_array(name, NULL, n, true, 'Common') ELSE to_json(n) END,
       CASE n % 6 WHEN 0 THEN NULL WHEN 1 THEN 'null' WHEN 2 THEN '["a", "A", "a b"]' WHEN 3 THEN to_jsonb(name) WHEN 4 THEN jsonb_build_array(name, n) ELSE '{"a": 1}' END,
       CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN 'uid=ann,dc=example,dc=com' WHEN 2 THEN 'UID = Ann , DC=example,dc=com' WHEN 3 THEN 'not a dn' ELSE 'cn=a\, b,dc=example,dc=com' END,
       CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '+49 30 ' || n WHEN 2 THEN '+49-30-' || n ELSE '+4930' || n END,
       CASE n % 7 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE name END, CASE n % 6 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE name END,
       (array[NULL, 0.00, -1, 7.0, 7.5, 7.250, 123456789012345678901234567890, 'NaN', 'Infinity', 1000.10])[1 + n % 10],
       CASE n % 3 WHEN 0 THEN NULL ELSE md5(name)::uuid END, CASE n % 4 WHEN 0 THEN upper(md5(name)::uuid::text) WHEN 1 THEN md5(name) WHEN 2 THEN '' ELSE md5('x' || name)::uuid::text END,
       (array[NULL, '2025-03-02 09:30:00', '2025-03-02 09:30:00.999', 'infinity', '0044-03-15 00:00:00 BC', '10000-01-01 00:00:00'])[1 + n % 6]::timestamp,
       (array[NULL, '2025-03-02', '-infinity', '0001-01-01', '9999-12-31'])[1 + n % 5]::date,
       CASE n % 6 WHEN 0 THEN NULL WHEN 1 THEN ''::bytea WHEN 2 THEN '\x00ff0a' WHEN 3 THEN convert_to(name, 'UTF8') WHEN 4 THEN '\x6100' ELSE '\x61' END,
       (array[NULL, 'Red', 'green', 'light blue'])[1 + n % 4]::colour, name, (array[NULL, '10.0.0.1', '10.0.0.0/8', '::1'])[1 + n % 4]::inet,
       CASE n % 3 WHEN 0 THEN NULL ELSE array[md5(name)::uuid, NULL, md5('y')::uuid] END,
       CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '{}' ELSE array['\xff00'::bytea, ''::bytea, NULL, convert_to(name, 'UTF8')] END
FROM unnest(array['plain', 'Upper', 'two  blanks', ' lead', 'trail ', 'Jörg Ä', U&'O\0308l', 'Straße', U&'\212A elvin', 'Iı İi', 'ﬁ', 'a,b', 'a+b', 'a"b', 'a\b', '#hash', 'a=b',
    'a<b', 'a>b', 'a;b', 'st*r', '(p)', '100%', 'a_b', 'o''hara', E'tab\there', '0', '007', '-1', 'TRUE', 'x', 'yx', 'xy', repeat('long ', 30) || 'x',
    'ΌΣΟΣ', 'one two three', 'One Two', U&'\+01F600', 'common', 'null', '{}', '日本']) WITH ORDINALITY t (name, n);
INSERT INTO things (id, name) VALUES (100, NULL), (101, ''), (102, 'bare');
-- What the directory says it is asked for exactly has to be stored so.
UPDATE things SET exact = regexp_replace(trim(exact), '\s+', ' ', 'g') WHERE exact ~ '^[ -~\t]*$';
UPDATE things SET exact = NULL WHERE exact !~ '^[ -~]*$';

CREATE TABLE titles (thing text, title text COLLATE loose);
INSERT INTO titles SELECT name, unnest(array[name, upper(name), 'Shared  Title', 'shared title', NULL, '', 'Only ' || id]) FROM things WHERE id % 3 = 0;
INSERT INTO titles VALUES ('nosuch', 'of nobody'), (NULL, 'of NULL'), ('plain', 'Jörg'), ('plain', U&'Jo\0308rg'), ('plain', 'st*r'), ('x', ' blank '), ('UPPER', 'other case');
CREATE TABLE notes (thing text, number integer, pair text[]);
INSERT INTO notes SELECT name, unnest(array[id, 7, NULL, -id]), array[upper(name), NULL, 'shared'] FROM things WHERE id % 4 = 0;
GRANT SELECT ON things, titles, notes TO ldap;
ANALYZE;
