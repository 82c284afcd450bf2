-- large.sql: adds a group with 50,000 members, and smaller ones that share some, to a table of members by name.

CREATE TABLE members (team text, who text);
INSERT INTO members SELECT 'ldapusers', 'member' || i FROM generate_series(1, 50000) i;
INSERT INTO members SELECT 'devs', 'member' || i FROM generate_series(1, 50000, 1000) i;
INSERT INTO members SELECT 'devs', "uid" FROM "Users";
INSERT INTO members VALUES ('sysadmins', 'MEMBER7'), ('sysadmins', 'ann');
CREATE INDEX ON members (who);
CREATE INDEX ON members (team);
GRANT SELECT ON members TO ldap;
ANALYZE;
