-- gen.sql: turns a number of users into the manager's tables filled with that many users, their groups and memberships.
--   psql -v users=10000 [-v groups=500] [-v memberships=5] [-v hash='$6$…'] -f gen.sql
-- :groups  default users/20; users must be a multiple of groups
-- :memberships  default 5 of each user
-- :hash    sha512crypt of the password `secret`, for user00001 to user00010 (openssl passwd -6 -salt benchsalt0000000 secret)
-- User i:   uid user%05d, uidNumber 10000+i, primary gidNumber that of group 1+(i mod groups)
-- Group g:  cn group%05d, gidNumber 2000000+g
-- Member:   distinct groups of a user; users*memberships/groups members of a group (100 by default)
\set ON_ERROR_STOP on
SET client_min_messages = warning;
\if :{?users}
\else
  \set users 10000
\endif
\if :{?groups}
\else
  SELECT greatest(5, :users/20) AS groups \gset
\endif
\if :{?memberships}
\else
  \set memberships 5
\endif
\if :{?hash}
\else
  \set hash '$6$benchsalt0000000$76sR1SbuUQyCNmLFAvinqSj6yTUxB48xAIXckE5wSne/d.WvpUhaguuiDZgWKjB1z/K8ccjCBmtrloDiFjD35/'
\endif

DROP TABLE IF EXISTS "UserGroups", "Users", "Groups" CASCADE;

CREATE TABLE "Users" (
  "uidNumber"     integer PRIMARY KEY,
  "uid"           varchar(255) NOT NULL UNIQUE,
  "gidNumber"     integer NOT NULL,
  "homeDirectory" varchar(255),
  "loginShell"    varchar(255),
  "cn"            varchar(255),
  "sn"            varchar(255),
  "givenName"     varchar(255),
  "mail"          varchar(255) UNIQUE,
  "sshPublicKey"  text NULL,
  "userPassword"  varchar(255) NOT NULL,
  "status"        varchar(50),
  "createdAt"     timestamptz NOT NULL,
  "updatedAt"     timestamptz NOT NULL
);
CREATE TABLE "Groups" (
  "gidNumber" integer PRIMARY KEY,
  "cn"        varchar(255) NOT NULL UNIQUE,
  "isAdmin"   boolean NOT NULL DEFAULT false,
  "createdAt" timestamptz NOT NULL,
  "updatedAt" timestamptz NOT NULL
);
CREATE TABLE "UserGroups" (
  "uidNumber" integer NOT NULL,
  "gidNumber" integer NOT NULL,
  "createdAt" timestamptz NOT NULL,
  "updatedAt" timestamptz NOT NULL
);

INSERT INTO "Groups"
SELECT 2000000 + g, 'group' || lpad(g::text, greatest(5, length(g::text)), '0'), g = 1, now(), now()
FROM generate_series(1, :groups) g;

INSERT INTO "Users"
SELECT 10000 + i, u, 2000001 + (i % :groups), '/home/' || u, '/bin/bash',
       'First' || i || ' Last' || i, 'Last' || i, 'First' || i, u || '@example.com',
       CASE WHEN i % 10 = 0 THEN 'ssh-ed25519 ' || rpad(md5(i::text) || md5((i + 1)::text), 68, 'A') || ' ' || u END,
       CASE WHEN i <= 10 THEN :'hash'
            ELSE '$6$benchsalt0000000$' || rpad(md5(i::text) || md5((-i)::text), 86, 'x') END,
       'active', now(), now()
FROM (SELECT i, 'user' || lpad(i::text, greatest(5, length(i::text)), '0') AS u
      FROM generate_series(1, :users) i) s;

INSERT INTO "UserGroups"
SELECT 10000 + i, 2000001 + ((i::bigint * 7919 + k * (:groups / 5)) % :groups)::int, now(), now()
FROM generate_series(1, :users) i, generate_series(0, :memberships - 1) k;

-- The manager's own constraints and indexes.
ALTER TABLE "UserGroups"
  ADD PRIMARY KEY ("uidNumber", "gidNumber"),
  ADD FOREIGN KEY ("uidNumber") REFERENCES "Users" ("uidNumber") ON DELETE CASCADE ON UPDATE CASCADE,
  ADD FOREIGN KEY ("gidNumber") REFERENCES "Groups" ("gidNumber") ON DELETE CASCADE ON UPDATE CASCADE;

-- And those that the module's log recommends at the start for tables of this size.
CREATE INDEX ON "Users" (lower("mail" COLLATE "C"));
CREATE INDEX ON "Users" ((true)) WHERE "mail" ~ '^ |  | $|[^ -~]';
CREATE INDEX ON "Groups" (lower("cn" COLLATE "C"));
CREATE INDEX ON "Groups" ((true)) WHERE "cn" ~ '^ |  | $|[^ -~]';
CREATE INDEX ON "UserGroups" ("gidNumber", "uidNumber");
CREATE INDEX ON "Users" ("gidNumber");

VACUUM ANALYZE "Users", "Groups", "UserGroups";
GRANT SELECT ON ALL TABLES IN SCHEMA public TO ldap;
