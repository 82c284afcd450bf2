-- miss.sql: the look-up of the workload miss, which finds nobody, for pgbench -M prepared.
\set i random(1, :users)
SELECT "uid", "uidNumber", "gidNumber", "cn", "sn", "givenName", "mail", "homeDirectory"
FROM "Users" WHERE "uid" = 'nosuch' || (:i)::text;
