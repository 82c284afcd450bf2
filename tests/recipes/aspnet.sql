-- aspnet.sql: the tables of ASP.NET Core Identity, as IdentityDbContext of dotnet/aspnetcore creates them in PostgreSQL, with users.
-- The hashes are those of its own PasswordHasherTest.cs, and one with the rounds of .NET 8 by Python's hashlib: "my password".
-- Login: ann my password
CREATE TABLE "AspNetUsers" (
    "Id" text NOT NULL CONSTRAINT "PK_AspNetUsers" PRIMARY KEY,
    "UserName" character varying(256),
    "NormalizedUserName" character varying(256),
    "Email" character varying(256),
    "NormalizedEmail" character varying(256),
    "EmailConfirmed" boolean NOT NULL DEFAULT true,
    "PasswordHash" text,
    "SecurityStamp" text,
    "ConcurrencyStamp" text,
    "PhoneNumber" text,
    "PhoneNumberConfirmed" boolean NOT NULL DEFAULT false,
    "TwoFactorEnabled" boolean NOT NULL DEFAULT false,
    "LockoutEnd" timestamp with time zone,
    "LockoutEnabled" boolean NOT NULL DEFAULT true,
    "AccessFailedCount" integer NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX "UserNameIndex" ON "AspNetUsers" ("NormalizedUserName");
CREATE INDEX "EmailIndex" ON "AspNetUsers" ("NormalizedEmail");
CREATE TABLE "AspNetRoles" (
    "Id" text NOT NULL CONSTRAINT "PK_AspNetRoles" PRIMARY KEY,
    "Name" character varying(256),
    "NormalizedName" character varying(256),
    "ConcurrencyStamp" text
);
CREATE UNIQUE INDEX "RoleNameIndex" ON "AspNetRoles" ("NormalizedName");
CREATE TABLE "AspNetUserRoles" (
    "UserId" text NOT NULL REFERENCES "AspNetUsers" ON DELETE CASCADE,
    "RoleId" text NOT NULL REFERENCES "AspNetRoles" ON DELETE CASCADE,
    CONSTRAINT "PK_AspNetUserRoles" PRIMARY KEY ("UserId", "RoleId")
);
INSERT INTO "AspNetUsers" ("Id", "UserName", "NormalizedUserName", "Email", "PhoneNumber", "PasswordHash", "LockoutEnd", "LockoutEnabled") VALUES
    ('3f0b7c1e-6d0f-4b52-9a5e-0d8c1f7a0001', 'Ann', 'ANN', 'Ann@example.org', '+1 555 0100',
     'AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg/Q8A0WMKbtHQJQ2DHCdoEeeFBrgNlldq6vH4qX/CGqGQ==', NULL, true),
    ('3f0b7c1e-6d0f-4b52-9a5e-0d8c1f7a0002', 'ben', 'BEN', 'ben@example.org', NULL,
     'AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==', '2020-01-01', true),
    ('3f0b7c1e-6d0f-4b52-9a5e-0d8c1f7a0003', 'cid.smith@example.org', 'CID.SMITH@EXAMPLE.ORG', 'cid.smith@example.org', NULL,
     'AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg==', NULL, true),
    ('3f0b7c1e-6d0f-4b52-9a5e-0d8c1f7a0004', 'dot', 'DOT', 'dot@example.org', NULL,
     'AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw==',
     '2999-01-01', false),
    ('3f0b7c1e-6d0f-4b52-9a5e-0d8c1f7a0005', 'locked', 'LOCKED', 'locked@example.org', NULL,
     'AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg==', '2999-01-01', true),
    ('3f0b7c1e-6d0f-4b52-9a5e-0d8c1f7a0006', 'nopassword', 'NOPASSWORD', 'nopassword@example.org', NULL, NULL, NULL, true);
INSERT INTO "AspNetRoles" ("Id", "Name", "NormalizedName") VALUES ('r1', 'Help Desk', 'HELP DESK'), ('r2', 'Empty', 'EMPTY');
INSERT INTO "AspNetUserRoles" SELECT "Id", 'r1' FROM "AspNetUsers" WHERE "UserName" IN ('Ann', 'ben', 'locked');
