-- uid.sql: the user look-up of the workload uid, for pgbench -M prepared: what PostgreSQL alone can do.
\set i random(1, :users)
SELECT "uid", "uidNumber", "gidNumber", "cn", "sn", "givenName", "mail", "homeDirectory"
FROM "Users" WHERE "uid" = 'user' || lpad((:i)::text, greatest(5, length((:i)::text)), '0');
