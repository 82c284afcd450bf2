-- laravel.sql: the tables of a new Laravel application with the roles of spatie/laravel-permission, and some users.
-- The schema builder and the hashers (bcrypt, argon2id) of Debian's php-laravel-framework 8.83 made them; the password is "secret".
-- Login: ann@example.org secret
CREATE TABLE model_has_roles (
    role_id bigint NOT NULL,
    model_type character varying(255) NOT NULL,
    model_id bigint NOT NULL
);
CREATE TABLE roles (
    id bigint NOT NULL,
    name character varying(255) NOT NULL,
    guard_name character varying(255) NOT NULL,
    created_at timestamp(0) without time zone,
    updated_at timestamp(0) without time zone
);
CREATE TABLE users (
    id bigint NOT NULL,
    name character varying(255) NOT NULL,
    email character varying(255) NOT NULL,
    email_verified_at timestamp(0) without time zone,
    password character varying(255) NOT NULL,
    remember_token character varying(100),
    created_at timestamp(0) without time zone,
    updated_at timestamp(0) without time zone
);
ALTER TABLE ONLY model_has_roles
    ADD CONSTRAINT model_has_roles_pkey PRIMARY KEY (role_id, model_id, model_type);
ALTER TABLE ONLY roles
    ADD CONSTRAINT roles_name_guard_name_unique UNIQUE (name, guard_name);
ALTER TABLE ONLY roles
    ADD CONSTRAINT roles_pkey PRIMARY KEY (id);
ALTER TABLE ONLY users
    ADD CONSTRAINT users_email_unique UNIQUE (email);
ALTER TABLE ONLY users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE INDEX model_has_roles_model_id_model_type_index ON model_has_roles USING btree (model_id, model_type);
ALTER TABLE ONLY model_has_roles
    ADD CONSTRAINT model_has_roles_role_id_foreign FOREIGN KEY (role_id) REFERENCES roles(id) ON DELETE CASCADE;
INSERT INTO users (id, name, email, email_verified_at, password, created_at) VALUES
    (1, 'Ann Example', 'Ann@example.org', '2024-03-01 12:00:00', '$2y$10$pHo4dWwRAVhqRnbDi/ifEuJ41URCKLm35UJPk6GF.7YFaWUMH2uyi', '2024-03-01 12:00:00'),
    (2, 'Ben', 'ben@example.org', NULL, '$argon2id$v=19$m=1024,t=2,p=2$Vk54d012TUJSNGVlRkJ4NQ$JUl7kOu+1IQUNFyvxCvUoC+v37RrgIZ8ttrsFCK5pIQ', '2024-03-01 12:00:00'),
    (3, 'Off', 'off@example.org', NULL, '$2y$10$xSlT1hHQ0XQsuSRJ2.fGjOpMckaiZtPhB4brtHph8iWgnIbW2/F4q', '2024-03-01 12:00:00');
INSERT INTO users (id, name, email, password) VALUES (4, 'Invited', 'invited@example.org', '');
INSERT INTO roles (id, name, guard_name) VALUES (1, 'Editors', 'web'), (2, 'Editors', 'api');
INSERT INTO model_has_roles (role_id, model_type, model_id) VALUES
    (1, 'App\Models\User', 1), (1, 'App\User', 2), (2, 'user', 1), (1, 'App\Models\Robot', 3), (2, 'App\Models\SuperUser', 3);
