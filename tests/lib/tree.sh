# tree.sh: units below each other, with users and groups in them.

base=dc=example,dc=com
tree_tables() {
    q "CREATE TABLE units (id int PRIMARY KEY, parent int, name text, note text);
       CREATE TABLE people (id int PRIMARY KEY, unit int, login text NOT NULL, number int NOT NULL, pass text);
       CREATE TABLE teams (id int PRIMARY KEY, unit int, name text NOT NULL, number int NOT NULL);
       CREATE TABLE members (team int, person int, PRIMARY KEY (team, person));
       CREATE INDEX ON people (unit, login); CREATE INDEX ON people (login); CREATE INDEX ON people (number);
       CREATE INDEX ON teams (unit); CREATE INDEX ON units (parent);
       INSERT INTO units VALUES (1, NULL, 'Bremen', 'the city'), (2, 1, 'Steintor', NULL), (3, NULL, 'berlin', NULL), (4, NULL, 'bremen-nord', NULL),
         (5, 2, 'a, b + c', NULL), (6, 3, 'Steintor', 'empty');
       INSERT INTO people VALUES (1, NULL, 'boss', 1001), (2, 1, 'ann', 1002), (3, 2, 'sven', 1003), (4, 3, 'bea', 1004), (5, 5, 'dora', 1005), (6, 4, 'nils', 1006);
       INSERT INTO teams VALUES (1, NULL, 'all', 2001), (2, 1, 'gb', 2002), (3, 3, 'gbe', 2003);
       INSERT INTO members VALUES (1, 1), (1, 2), (1, 3), (2, 2), (2, 5), (3, 4), (3, 2);
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ldap"
}

tree_conf() { # the head of a slapd.conf; lines appended to it belong to the database
    base_conf
    cat <<END
database pgsql
suffix "$base"
rootdn "cn=admin,$base"
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind units rdn=ou class=top,organizationalUnit key=id parent=parent
pgsql-list units SELECT id, parent, name AS ou, note AS description FROM units
pgsql-kind users key=id parent=units:unit password=pass
pgsql-list users SELECT id, unit, login AS username, number AS uid_number, number AS gid_number, pass FROM people
pgsql-kind groups key=id parent=units:unit
pgsql-list groups SELECT id, unit, name, number AS gid_number FROM teams
pgsql-lookup groups memberUid SELECT t.id, t.unit, t.name, t.number AS gid_number FROM teams t JOIN members m ON m.team = t.id
  JOIN people p ON p.id = m.person WHERE p.login = ?
pgsql-values groups memberUid SELECT m.team AS id, p.login AS "memberUid" FROM members m JOIN people p ON p.id = m.person
pgsql-private-groups off
END
}
