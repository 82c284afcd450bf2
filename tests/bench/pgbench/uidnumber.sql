-- uidnumber.sql: the user look-up of the workload uidnumber, for pgbench -M prepared.
\set i random(1, :users)
SELECT "uid", "uidNumber", "gidNumber", "cn", "sn", "givenName", "mail", "homeDirectory"
FROM "Users" WHERE "uidNumber" = 10000 + :i;
