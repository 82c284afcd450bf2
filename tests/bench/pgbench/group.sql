-- group.sql: a group with its members, as the workload group asks for it, for pgbench -M prepared.
\set g random(1, :groups)
SELECT g."cn", g."gidNumber", array_agg(u."uid")
FROM "Groups" g JOIN "UserGroups" ug USING ("gidNumber") JOIN "Users" u USING ("uidNumber")
WHERE g."gidNumber" = 2000000 + :g GROUP BY g."gidNumber";
