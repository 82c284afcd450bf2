-- odd.sql: adds to the manager's tables the people and groups that searches are most likely to get wrong.
--
-- uid is in lower case and without superfluous blanks, as the backend takes it to be; nothing else is.

CREATE TEMP TABLE odd (number serial, uid text, cn text, sn text, mail text, home text DEFAULT '/home/x');
INSERT INTO odd (uid, cn, sn, mail) VALUES
    ('mixed', 'MiXeD CaSe', 'CaSe', 'Mixed@Example.COM'), ('blanks', 'two  blanks   three', ' lead', 'b@x'), ('trail', ' both ends ', 'trail ', ' t@x '),
    ('jörg', 'Jörg Ümläut', 'Ümläut', 'j@x'), ('apart', U&'Jo\0308rg U\0308mla\0308ut', U&'U\0308mla\0308ut', 'a@x'), ('sharp', 'Straße ß', 'ẞ', 's@x'),
    ('kelvin', U&'\212A sign', U&'\212A', 'k@x'), ('dotless', 'Iı İi', 'İ', 'd@x'), ('greek', 'ΌΣΟΣ όσος', 'Σ', 'g@x'), ('ligature', 'ﬁnal ﬂoor', 'ﬁ', 'l@x'),
    ('wide', 'ＷＩＤＥ', 'Ｗ', 'w@x'), ('beyond', U&'\+01F600 smile \+01D538', U&'\+010400', 'y@x'), ('日本', '日本 語', '語', 'n@x'),
    ('soft', U&'so\00ADft', U&'\200Bzero', 'z@x'), ('nbsp', U&'no\00A0break', U&'\2003em', 'q@x'), ('combine', U&'\0301', U&'a\0301\0323', 'c@x'),
    ('a,b', 'comma, in, it', ',', 'comma@x'), ('a+b', 'plus+plus', '+', 'plus@x'), ('a"b', 'quo"te', '"', 'quote@x'), ('a\b', 'back\slash\\', '\', 'back@x'),
    ('#a', '#hash', '#', 'hash@x'), ('a=b', 'equal=s', '=', 'equal@x'), ('a<b', 'less<', '<', 'less@x'), ('a>b', 'more>', '>', 'more@x'), ('a;b', 'semi;', ';', 'semi@x'),
    ('a*b', 'st*r', '*', 'star@x'), ('a(b)', '(paren)', '(', 'paren@x'), ('per%cent', '100%', '%', 'percent%@x'), ('under_score', 'a_b', '_', 'under_@x'),
    ('it''s', 'o''hara', '''', 'it''s@x'), ('empty', '', '', 'e@x'), ('only blank', ' ', '  ', 'o@x'), ('tab', E'tab\there', E'\t', E'tab\t@x'),
    ('newline', E'new\nline', E'\n', 'nl@x'), ('0', '0', '007', '0@x'), ('007', '7', '-1', '7@x'), ('true', 'TRUE', 'false', 'true@x'),
    ('long', repeat('long ', 50), repeat('x', 250), repeat('l', 60) || '@x'), ('x', 'x', 'x', 'x'), ('nobody', 'in no group', 'group', 'nobody@x'),
    ('one two', 'words', 'one', 'words@x'), ('dn', 'uid=ann,ou=people,dc=example,dc=com', 'dc=com', 'dn@x'), ('ümlaut', 'jurgen', 'Jürgen', 'jürgen@x');
UPDATE odd SET home = ' /Home/ ' || uid || '  x ' WHERE number % 3 = 0;
UPDATE odd SET home = '/home/ü' WHERE number % 7 = 0;

INSERT INTO "Users" ("uid", "uidNumber", "gidNumber", "homeDirectory", "cn", "sn", "givenName", "mail", "userPassword", "createdAt", "updatedAt")
SELECT uid, 4000 + number, CASE number % 4 WHEN 0 THEN 2001 WHEN 1 THEN 4000 + number WHEN 2 THEN 5000 ELSE 70000 END, home, cn, sn,
       CASE number % 5 WHEN 0 THEN '' WHEN 1 THEN sn ELSE cn END, mail, 'x', '2025-04-01 00:00:00Z', '2025-04-01 00:00:01Z'
FROM odd;
INSERT INTO "Users" ("uid", "uidNumber", "gidNumber", "homeDirectory", "cn", "sn", "givenName", "mail", "userPassword", "createdAt", "updatedAt")
SELECT 'edge' || n, number, number, '/', 'edge', n, n, 'edge' || n, 'x', '1969-12-31 23:59:59.999Z', '2038-01-19 03:14:08.5Z'
FROM (VALUES (1, 0), (2, -1), (3, 2147483647), (4, -2147483648), (5, 65536), (6, 32768)) v (n, number);

INSERT INTO "Groups" VALUES (5000, 'Mixed Group', false, now(), now()), (5001, 'all, of+them', false, now(), now()), (5002, ' blank  ed ', false, now(), now()),
    (5003, U&'Gru\0308ppe', false, now(), now()), (5004, '#sharp;', false, now(), now()), (5005, 'DEVS2', false, now(), now()),
    (2147483646, 'last', false, now(), now()), (-5, 'minus', false, now(), now());
INSERT INTO "UserGroups" SELECT "uidNumber", 5001, now(), now() FROM "Users" WHERE "uid" <> 'nobody';
INSERT INTO "UserGroups" SELECT "uidNumber", 5003, now(), now() FROM "Users" WHERE "uidNumber" % 2 = 0 AND "uid" <> 'nobody';
INSERT INTO "UserGroups" SELECT 4004, g, now(), now() FROM unnest(array[5000, 5002, 5004]) g;
ANALYZE;
