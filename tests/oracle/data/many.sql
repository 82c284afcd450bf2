-- many.sql: adds 500 groups to the manager's tables, one user who is in all of them and one who is in none.

INSERT INTO "Users" ("uid", "uidNumber", "gidNumber", "homeDirectory", "cn", "sn", "givenName", "mail", "userPassword", "createdAt", "updatedAt")
SELECT u, 7000 + n, 2001, '/home/' || u, 'The ' || u, u, u, u || '@example.com', 'x', '2025-04-01 00:00:00Z', '2025-04-01 00:00:00Z'
FROM unnest(array['everywhere', 'nowhere', 'half']) WITH ORDINALITY t (u, n);
INSERT INTO "Groups" SELECT 10000 + i, 'team ' || i, false, now(), now() FROM generate_series(1, 500) i;
INSERT INTO "UserGroups" SELECT 7001, 10000 + i, now(), now() FROM generate_series(1, 500) i;
INSERT INTO "UserGroups" SELECT 7003, 10000 + i, now(), now() FROM generate_series(1, 500, 2) i;
ANALYZE;
