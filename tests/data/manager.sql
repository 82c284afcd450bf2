-- manager.sql: turns an empty database into the cluster manager's: its tables as its migrations make them, with samples.
--
-- The password of a user x is "x-secret"; every hash scheme the manager or a migration to it can have left behind occurs once.

CREATE TABLE "Users" (
    "uidNumber"     integer PRIMARY KEY,
    "uid"           varchar(255) NOT NULL UNIQUE,
    "gidNumber"     integer NOT NULL DEFAULT 2001,
    "homeDirectory" varchar(255) NOT NULL,
    "loginShell"    varchar(255) NOT NULL DEFAULT '/bin/bash',
    "cn"            varchar(255) NOT NULL,
    "sn"            varchar(255) NOT NULL,
    "givenName"     varchar(255) NOT NULL,
    "mail"          varchar(255) NOT NULL UNIQUE,
    "sshPublicKey"  text,
    "userPassword"  varchar(255) NOT NULL,
    "status"        varchar(50) NOT NULL DEFAULT 'pending',
    "oidcSubject"   varchar(255),
    "oidcIssuer"    varchar(255),
    "createdAt"     timestamp with time zone NOT NULL,
    "updatedAt"     timestamp with time zone NOT NULL,
    UNIQUE ("oidcIssuer", "oidcSubject")
);

CREATE TABLE "Groups" (
    "gidNumber" integer PRIMARY KEY,
    "cn"        varchar(255) NOT NULL UNIQUE,
    "isAdmin"   boolean NOT NULL DEFAULT false,
    "createdAt" timestamp with time zone NOT NULL,
    "updatedAt" timestamp with time zone NOT NULL
);

CREATE TABLE "UserGroups" (
    "uidNumber" integer NOT NULL REFERENCES "Users" ("uidNumber") ON UPDATE CASCADE ON DELETE CASCADE,
    "gidNumber" integer NOT NULL REFERENCES "Groups" ("gidNumber") ON UPDATE CASCADE ON DELETE CASCADE,
    "createdAt" timestamp with time zone NOT NULL,
    "updatedAt" timestamp with time zone NOT NULL,
    PRIMARY KEY ("uidNumber", "gidNumber")
);

INSERT INTO "Groups" VALUES
    (2000, 'sysadmins', true,  '2025-01-01 00:00:00Z', '2025-01-01 00:00:00Z'),
    (2001, 'ldapusers', false, '2025-01-01 00:00:00Z', '2025-01-01 00:00:00Z'),
    (2002, 'devs',      false, '2025-02-03 04:05:06Z', '2025-02-03 04:05:06Z'),
    (2003, 'empty',     false, '2025-02-03 04:05:06Z', '2025-02-03 04:05:06Z');

-- fay's group 2005 is in no row of "Groups": it is her private group.
INSERT INTO "Users" ("uidNumber", "uid", "gidNumber", "homeDirectory", "cn", "sn", "givenName", "mail", "status",
                     "userPassword", "createdAt", "updatedAt")
SELECT number, name, gid, '/home/' || name, given || ' ' || family, family, given, name || '@example.com', status,
       password, '2025-03-01 08:00:00Z', '2025-03-02 09:30:00Z'
FROM (VALUES
    (2000, 'ann',  2001, 'Ann',  'Archer', 'active',
     '$argon2id$v=19$m=65536,t=3,p=4$elhOTHVqNzFreU5zR3pHWg$Tufi6hMYg2QAwJDrqiOsG+LXPgpax7b8VtQkEgI7Ftw'),
    (2001, 'bob',  2001, 'Bob',  'Baker', 'active',
     '$6$myLTEeiEv4v2tPZ2$k878GFI3HxRQhvAEG4S9ioKSZW8yclvDkr3UqZExEJ0fl0JMju1Nx.8aDXhJDw7I8PJvyILeVzOfLTvK9lFs5/'),
    (2002, 'carl', 2001, 'Carl', 'Cooper', 'active',
     '$2b$10$bueX/q/amWjB6xwZp3Jmwej4L7KmPlsq/cK7x3Mo2MighpgRF7XGS'),
    (2003, 'dora', 2001, 'Dora', 'Draper', 'suspended',
     '$6$RMJ5oaB57xV5oDCP$3mEo/2WVHh.XVswWBFSS7GbG3a2gySJcCYOhC8dVYOv/.JdK2euQv2u7LiE7c2XQ17qKrxCabkl2pWnZz9t/9.'),
    (2004, 'eve',  2001, 'Eve',  'Elder', 'pending',
     '$5$kcQxsIuD0Qv2ysip$doxqzPtTPIVG.kq7Dili/9W67HCZuQwNrj5T7Vcy7qA'),
    (2005, 'fay',  2005, 'Fay',  'Fisher', 'active',
     '$y$j9T$feno/N2auWtvg/S6bJcfk0$RGUPDIUhjjAxP9MkqlLwxzhdUk3qf..Wdyni8rDEyl4'),
    (2006, 'gus',  2002, 'Gus',  'Glover', 'active',
     '{SSHA}D44ivx2nve0G5BZ/RyKIOp5l/nIZ9SWS'),
    (2007, 'hal',  2001, 'Hal',  'Hooper', 'active',
     '$1$KFJpFba.$Ig/ZP2eD9U/7Vpuv9GDH6.'),
    (2008, 'ivy',  2001, 'Ivy',  'Ironside', 'active',
     '$2a$10$7GyHf8rAZ8TF.EqdXzYZ0.za9r64BOgcL49bbSJegQAtdpO.XJ2oy'),
    (2009, 'jan',  2001, 'Jan',  'Jäger', 'active',
     '$2y$10$OF/JdlCyNj4b/aP2Z76vXeWvdBumXTwvQGYd8oQTagfEs.GZ4xSaa')
) AS sample (number, name, gid, given, family, status, password);

UPDATE "Users" SET "sshPublicKey" =
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM7BDKhhpy/hlKOLf+1xlGmQq+PjkJUwWWpnQDoXAMPQ ann@example.com'
WHERE "uid" = 'ann';

INSERT INTO "UserGroups"
SELECT u."uidNumber", g."gidNumber", '2025-03-01 08:00:00Z', '2025-03-01 08:00:00Z'
FROM "Users" u, "Groups" g
WHERE g."cn" = 'ldapusers' AND u."uid" NOT IN ('gus', 'fay')
   OR g."cn" = 'sysadmins' AND u."uid" IN ('ann', 'bob')
   OR g."cn" = 'devs' AND u."uid" IN ('ann', 'carl', 'gus');

-- What the directory may do: read. (The demo and the tests run in clusters of their own, so the role is new there.)
CREATE ROLE ldap LOGIN PASSWORD 'ldap';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO ldap;
ANALYZE;
