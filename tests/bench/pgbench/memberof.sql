-- memberof.sql: the groups of a member, as the workload memberof asks for them, for pgbench -M prepared.
\set i random(1, :users)
SELECT g."cn", g."gidNumber"
FROM "Groups" g JOIN "UserGroups" ug USING ("gidNumber") JOIN "Users" u USING ("uidNumber")
WHERE u."uid" = 'user' || lpad((:i)::text, greatest(5, length((:i)::text)), '0');
