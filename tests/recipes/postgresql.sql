-- postgresql.sql: roles of a PostgreSQL server, which makes the verifiers itself.
-- Login: ann secret
CREATE ROLE "Ann" LOGIN PASSWORD 'secret';
CREATE ROLE "ben smith" LOGIN PASSWORD 'secret' VALID UNTIL '2999-01-01';
CREATE ROLE old LOGIN PASSWORD 'secret' VALID UNTIL '2020-01-01';
CREATE ROLE root LOGIN PASSWORD 'secret' SUPERUSER;
CREATE ROLE nopassword LOGIN;
CREATE ROLE "Support Team" ROLE "Ann", "ben smith", old;
SET password_encryption = md5;
CREATE ROLE early LOGIN PASSWORD 'secret';
