-- sql-meta.sql: turns the tables of gen.sql into what back-sql can serve, by back-sql's own tables beside them.
-- Names and column types are those of back-sql's rdbms_depend/pgsql/backsql_create.sql. ldap_entries is a table, filled
-- once: it holds the DN of every user and group, goes stale with every change, and makes back-sql's DN look-ups indexable.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP TABLE IF EXISTS ldap_entry_objclasses, ldap_entries, ldap_attr_mappings, ldap_oc_mappings, ldap_org, ldap_ou CASCADE;
CREATE TABLE ldap_org (id int PRIMARY KEY, dc varchar(255), o varchar(255));
CREATE TABLE ldap_ou (id int PRIMARY KEY, ou varchar(255));
INSERT INTO ldap_org VALUES (1, 'example', 'Example');
INSERT INTO ldap_ou VALUES (1, 'people'), (2, 'groups');

CREATE TABLE ldap_oc_mappings (
  id serial PRIMARY KEY, name varchar(64) NOT NULL, keytbl varchar(64) NOT NULL, keycol varchar(64) NOT NULL,
  create_proc varchar(255), delete_proc varchar(255), expect_return int NOT NULL);
CREATE TABLE ldap_attr_mappings (
  id serial PRIMARY KEY, oc_map_id integer NOT NULL REFERENCES ldap_oc_mappings(id), name varchar(255) NOT NULL,
  sel_expr varchar(255) NOT NULL, sel_expr_u varchar(255), from_tbls varchar(255) NOT NULL, join_where varchar(255),
  add_proc varchar(255), delete_proc varchar(255), param_order int NOT NULL, expect_return int NOT NULL);
CREATE TABLE ldap_entries (
  id serial PRIMARY KEY, dn varchar(255) NOT NULL, oc_map_id integer NOT NULL REFERENCES ldap_oc_mappings(id),
  parent int NOT NULL, keyval int NOT NULL, UNIQUE (oc_map_id, keyval), UNIQUE (dn));
CREATE TABLE ldap_entry_objclasses (entry_id integer NOT NULL REFERENCES ldap_entries(id), oc_name varchar(64));

INSERT INTO ldap_oc_mappings (id, name, keytbl, keycol, expect_return) VALUES
  (1, 'organization', 'ldap_org', 'id', 0),
  (2, 'organizationalUnit', 'ldap_ou', 'id', 0),
  (3, 'inetOrgPerson', '"Users"', '"uidNumber"', 0),
  (4, 'posixGroup', '"Groups"', '"gidNumber"', 0);

-- text(): with upper_func set, back-sql writes upper(column) for integers too, which PostgreSQL refuses; the client then gets
-- an empty success (uidNumber) or an error (gidNumber).
INSERT INTO ldap_attr_mappings (oc_map_id, name, sel_expr, from_tbls, join_where, param_order, expect_return) VALUES
  (1, 'o', 'ldap_org.o', 'ldap_org', NULL, 3, 0),
  (1, 'dc', 'ldap_org.dc', 'ldap_org', NULL, 3, 0),
  (2, 'ou', 'ldap_ou.ou', 'ldap_ou', NULL, 3, 0),
  (3, 'uid', '"Users"."uid"', '"Users"', NULL, 3, 0),
  (3, 'uidNumber', 'text("Users"."uidNumber")', '"Users"', NULL, 3, 0),
  (3, 'gidNumber', 'text("Users"."gidNumber")', '"Users"', NULL, 3, 0),
  (3, 'cn', '"Users"."cn"', '"Users"', NULL, 3, 0),
  (3, 'sn', '"Users"."sn"', '"Users"', NULL, 3, 0),
  (3, 'givenName', '"Users"."givenName"', '"Users"', NULL, 3, 0),
  (3, 'gecos', '"Users"."cn"', '"Users"', NULL, 3, 0),
  (3, 'mail', '"Users"."mail"', '"Users"', NULL, 3, 0),
  (3, 'homeDirectory', '"Users"."homeDirectory"', '"Users"', NULL, 3, 0),
  (3, 'loginShell', '"Users"."loginShell"', '"Users"', NULL, 3, 0),
  (3, 'userPassword', '''{CRYPT}''||"Users"."userPassword"', '"Users"', NULL, 3, 0),
  (4, 'cn', '"Groups"."cn"', '"Groups"', NULL, 3, 0),
  (4, 'gidNumber', 'text("Groups"."gidNumber")', '"Groups"', NULL, 3, 0),
  (4, 'memberUid', '"Users"."uid"', '"Users","UserGroups","Groups"',
      '"UserGroups"."uidNumber"="Users"."uidNumber" AND "UserGroups"."gidNumber"="Groups"."gidNumber"', 3, 0);

INSERT INTO ldap_entries (id, dn, oc_map_id, parent, keyval) VALUES
  (1, 'dc=example,dc=com', 1, 0, 1),
  (2, 'ou=people,dc=example,dc=com', 2, 1, 1),
  (3, 'ou=groups,dc=example,dc=com', 2, 1, 2);
INSERT INTO ldap_entries SELECT "uidNumber", 'uid=' || "uid" || ',ou=people,dc=example,dc=com', 3, 2, "uidNumber" FROM "Users";
INSERT INTO ldap_entries SELECT "gidNumber", 'cn=' || "cn" || ',ou=groups,dc=example,dc=com', 4, 3, "gidNumber" FROM "Groups";
INSERT INTO ldap_entry_objclasses VALUES (1, 'dcObject');
INSERT INTO ldap_entry_objclasses SELECT "uidNumber", 'posixAccount' FROM "Users";
-- None of the indexes below is in the shipped scripts; without them every look-up is a sequential scan.
CREATE INDEX ON ldap_entries (upper(dn));
CREATE INDEX ON ldap_entries (upper(dn) text_pattern_ops);
CREATE INDEX ON ldap_entry_objclasses (entry_id);
CREATE INDEX ON "Users" (upper("uid"));
CREATE INDEX ON "Users" (upper("mail"));
CREATE INDEX ON "Users" (upper(text("uidNumber")));
CREATE INDEX ON "Users" (upper(text("gidNumber")));
CREATE INDEX ON "Groups" (upper(text("gidNumber")));
CREATE INDEX ON "Groups" (upper("cn"));
CREATE INDEX ON "UserGroups" ("gidNumber");
VACUUM ANALYZE;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO ldap;
