-- mail.sql: the user look-up of the workload mail, for pgbench -M prepared.
\set i random(1, :users)
SELECT "uid", "uidNumber", "gidNumber", "cn", "sn", "givenName", "mail", "homeDirectory"
FROM "Users" WHERE "mail" = 'user' || lpad((:i)::text, greatest(5, length((:i)::text)), '0') || '@example.com';
