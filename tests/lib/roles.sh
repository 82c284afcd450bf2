# roles.sh: the tree of tree.sh with actors who have roles at places, by rows of their own and of their groups.

roles_tables() {
    tree_tables
    q "CREATE SEQUENCE ids START 100; GRANT USAGE ON ids TO ldap;
       ALTER TABLE units ALTER id SET DEFAULT nextval('ids'); ALTER TABLE people ALTER id SET DEFAULT nextval('ids'); ALTER TABLE teams ALTER id SET DEFAULT nextval('ids');
       ALTER TABLE people ADD rank text, ADD mail text, ADD hidden boolean;
       CREATE TABLE roles (login text, role text, position text);
       CREATE TABLE team_roles (team int, role text, position text);
       GRANT SELECT ON roles, team_roles TO ldap; GRANT SELECT, INSERT, UPDATE, DELETE ON people TO ldap;
       INSERT INTO people (id, unit, login, number) VALUES (20, NULL, 'brad', 1020), (21, NULL, 'hugo', 1021), (22, 1, 'hank', 1022), (23, 1, 'self', 1023), (24, NULL, 'nobody', 1024);
       UPDATE people SET pass = '$(slappasswd -h '{SSHA}' -s secret)', mail = login || '@example.com', rank = 'clerk';
       INSERT INTO roles VALUES ('brad', 'unit-admin', 'ou=bremen'), ('hugo', 'helpdesk', '1'), ('hank', 'unit-admin', 'ou=BERLIN, dc=Example,dc=com'),
         ('self', 'domain-user', NULL), ('self', 'self-service', ''), ('nobody', 'unit-admin', 'ou=nowhere'), ('nobody', 'no-such-role', NULL);
       INSERT INTO team_roles VALUES (1, 'domain-admin', NULL); DELETE FROM members WHERE team = 1; INSERT INTO members VALUES (1, 1)"
}

roles_conf() { # a slapd.conf
    tree_conf | sed '/^pgsql-list users/s/pass FROM/pass, rank AS title, mail FROM/'
    cat <<'END'
pgsql-write units operations=add,modify,rename,delete
pgsql-write users operations=add,modify,rename,delete
pgsql-write groups operations=add,modify,rename,delete
pgsql-add-values groups memberUid INSERT INTO members SELECT :key, id FROM people WHERE login = ANY(:values)
pgsql-delete-values groups memberUid DELETE FROM members WHERE team = :key AND person IN (SELECT id FROM people WHERE login = ANY(:values))
pgsql-password-hash m=64 t=1 p=1
pgsql-roles users SELECT role, position FROM roles WHERE login = $1
  UNION ALL SELECT r.role, r.position FROM team_roles r JOIN members m USING (team) JOIN people p ON p.id = m.person WHERE p.login = $1
pgsql-roles groups SELECT r.role, r.position FROM team_roles r JOIN teams t ON t.id = r.team WHERE t.name = $1
pgsql-role domain-admin * search,read,add,modify,rename,move,delete,password
pgsql-role unit-admin users search,read,add,modify,rename,move,delete,password except=title
pgsql-role unit-admin groups search,read,add,modify,rename,move,delete
pgsql-role helpdesk users search,password
pgsql-role helpdesk groups search
pgsql-role domain-user users search,read self
pgsql-role self-service users modify self attrs=mail
access to attrs=userPassword by anonymous auth by dynacl/pgsql-roles write by * none
access to * by dynacl/pgsql-roles write by * none
END
}

as() { # ACTOR COMMAND OPTION…
    local dn=uid=$1,$base
    case $1 in
        hank | self | ann) dn=uid=$1,ou=Bremen,$base ;;
        bea) dn=uid=$1,ou=berlin,$base ;;
    esac
    "$2" -x -H "$URI" -D "$dn" -w secret "${@:3}"
}
