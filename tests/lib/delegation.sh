# delegation.sh: the cast of the acceptance table of delegated administration, on the tree of tree.sh, and the driver that runs the table.
. "$TESTS/lib/tree.sh"

DELEGATION_TABLES='units people teams devices members team_members roles team_roles'
# Users: ann, hank, self below ou=bremen; sven in ou=steintor below it; bea in ou=berlin; nils in ou=bremen-nord; all others at the suffix.
# Groups: all and deputies (suffix), gb and priv (ou=bremen), gbe (ou=berlin). Computers: pc0 (suffix), pc1 (ou=bremen), pc2 (ou=steintor),
# pc3 (ou=berlin), pc4 (ou=bremen-nord).
delegation_tables() {
    tree_tables
    q "CREATE SEQUENCE ids START 100; GRANT USAGE ON ids TO ldap;
       ALTER TABLE units ALTER id SET DEFAULT nextval('ids'); ALTER TABLE people ALTER id SET DEFAULT nextval('ids');
       ALTER TABLE teams ALTER id SET DEFAULT nextval('ids');
       CREATE UNIQUE INDEX people_login ON people (login);
       ALTER TABLE teams ADD note text;
       ALTER TABLE people ADD note text, ADD family text, ADD shell text, ADD home text, ADD photo bytea, ADD mail text,
         ADD phone text, ADD room text, ADD department text,
         ADD state text, ADD country text, ADD home_phone text, ADD mobile text, ADD address text;
       CREATE TABLE devices (id int PRIMARY KEY DEFAULT nextval('ids'), unit int, name text NOT NULL, note text, pass text);
       CREATE TABLE team_members (team int, kind text, member int, PRIMARY KEY (team, kind, member));
       CREATE TABLE roles (person int, role text, position text);
       CREATE TABLE team_roles (team int, role text, position text);
       INSERT INTO people (id, unit, login, number) VALUES (20, NULL, 'brad', 1020), (21, NULL, 'hugo', 1021),
         (22, 1, 'hank', 1022), (23, 1, 'self', 1023), (24, NULL, 'lin', 1024),
         (25, NULL, 'gina', 1025), (26, NULL, 'nest', 1026), (27, NULL, 'duo', 1027),
         (28, NULL, 'both', 1028), (29, NULL, 'nobody', 1029), (30, NULL, 'lost', 1030);
       UPDATE people SET pass = '$(slappasswd -h '{SSHA}' -s secret)', mail = login || '@example.com',
         family = login, shell = '/bin/sh', home = '/home/' || login;
       INSERT INTO teams VALUES (4, 1, 'priv', 2004), (5, NULL, 'deputies', 2005), (6, NULL, 'inner', 2006);
       DELETE FROM members; INSERT INTO members VALUES (1, 1), (2, 5), (2, 4), (3, 4), (3, 2), (5, 25), (6, 26);
       INSERT INTO devices (id, unit, name) VALUES (40, NULL, 'pc0'), (41, 1, 'pc1'), (42, 2, 'pc2'), (43, 3, 'pc3'), (44, 4, 'pc4');
       INSERT INTO team_members VALUES (5, 'groups', 6), (2, 'computers', 42), (2, 'computers', 43);
       INSERT INTO roles VALUES (20, 'organizational-unit-admin', 'ou=bremen'), (21, 'helpdesk-operator', '1'),
         (22, 'organizational-unit-admin', 'ou=BERLIN, dc=Example,dc=com'),
         (23, 'domain-user', NULL), (23, 'self-service-profile', ''), (24, 'linux-ou-client-manager', 'ou=bremen'), (2, 'domain-user', NULL),
         (27, 'organizational-unit-admin', 'ou=bremen'), (27, 'organizational-unit-admin', 'ou=berlin'),
         (28, 'helpdesk-operator', 'ou=bremen'), (28, 'domain-user', NULL),
         (30, 'organizational-unit-admin', 'ou=nowhere');
       INSERT INTO team_roles VALUES (1, 'domain-administrator', NULL), (4, 'domain-administrator', NULL), (5, 'organizational-unit-admin', 'ou=bremen');
       CREATE VIEW names AS WITH RECURSIVE places(id, dn) AS (SELECT NULL::int, '$base' UNION ALL SELECT u.id, 'ou=' || u.name || ',' || p.dn
           FROM units u JOIN places p ON u.parent IS NOT DISTINCT FROM p.id AND u.name NOT LIKE '%,%')
         SELECT 'groups' AS kind, t.id, 'cn=' || t.name || ',' || p.dn AS dn FROM teams t JOIN places p ON p.id IS NOT DISTINCT FROM t.unit
         UNION ALL SELECT 'computers', d.id, 'cn=' || d.name || ',' || p.dn FROM devices d JOIN places p ON p.id IS NOT DISTINCT FROM d.unit;
       CREATE VIEW assignments AS SELECT person, role, position FROM roles;
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ldap"
    # What every row of the table begins with.
    q "CREATE SCHEMA original; CREATE FUNCTION everything() RETURNS SETOF text LANGUAGE plpgsql AS \$\$ DECLARE t text; BEGIN
         FOREACH t IN ARRAY '{units,people,teams,devices,members,team_members,roles,team_roles}'::text[] LOOP
           RETURN QUERY EXECUTE format('SELECT %L || x::text FROM %I x ORDER BY 1', t, t); END LOOP; END \$\$;
       CREATE FUNCTION reset() RETURNS void LANGUAGE plpgsql AS \$\$ DECLARE t text; BEGIN
         FOREACH t IN ARRAY '{units,people,teams,devices,members,team_members,roles,team_roles}'::text[] LOOP
           EXECUTE format('DELETE FROM public.%I; INSERT INTO public.%I SELECT * FROM original.%I', t, t, t); END LOOP; END \$\$;
       $(for table in $DELEGATION_TABLES; do echo "CREATE TABLE original.$table AS TABLE $table;"; done)"
}
# The rules of the six roles: those that are delivered.
delegation_rules() { echo "include $PROJECT/schema/default-roles.conf"; }
delegation_assignments() { # who has roles; nested groups inherit
    cat <<'END'
pgsql-roles users WITH RECURSIVE t(team) AS (SELECT team FROM members WHERE person = :key
    UNION SELECT n.team FROM team_members n JOIN t ON n.kind = 'groups' AND n.member = t.team)
  SELECT role, position FROM assignments WHERE person = :key UNION ALL SELECT role, position FROM team_roles JOIN t USING (team)
pgsql-roles groups WITH RECURSIVE t(team) AS (SELECT id AS team FROM teams WHERE id = :key
    UNION SELECT n.team FROM team_members n JOIN t ON n.kind = 'groups' AND n.member = t.team)
  SELECT role, position FROM team_roles JOIN t USING (team)
END
}
delegation_access() {
    echo 'access to attrs=userPassword by anonymous auth by dynacl/pgsql-roles write by * none
access to * by dynacl/pgsql-roles write by * none'
}

# All but roles.
delegation_database() {
    local users=(family AS sn, note AS description, shell AS '"loginShell"', home AS '"homeDirectory"', photo AS '"jpegPhoto"', mail,
        phone AS '"telephoneNumber"', room AS '"roomNumber"', department AS '"departmentNumber"', state AS st, country AS c,
        home_phone AS '"homePhone"', mobile, address AS '"homePostalAddress"')
    tree_conf | sed -E "s|^pidfile|include $T/delegation.schema\n&|; /^pgsql-lookup groups/,/WHERE/d
        s/^(pgsql-kind users) (.*)/\1 class=top,inetOrgPerson,posixAccount,localPerson \2/; s/^(pgsql-list users .* pass) FROM/\1, ${users[*]} FROM/
        s/^(pgsql-kind groups) (.*)/\1 class=top,posixGroup,localGroup \2/; s/^(pgsql-list groups .*) FROM/\1, note AS description FROM/"
    cat <<'END'
pgsql-kind computers rdn=cn class=top,device,localComputer key=id parent=units:unit password=pass
pgsql-list computers SELECT id, unit, name AS cn, note AS description, pass FROM devices
pgsql-values groups member SELECT m.team AS id, n.dn AS member FROM team_members m JOIN names n ON n.kind = m.kind AND n.id = m.member
pgsql-values groups employeeType SELECT team AS id, concat_ws(' ', role, position) AS "employeeType" FROM team_roles
pgsql-values users employeeType SELECT person AS id, concat_ws(' ', role, position) AS "employeeType" FROM roles
pgsql-values users memberOf SELECT m.person AS id, n.dn FROM members m JOIN names n ON n.kind = 'groups' AND n.id = m.team
pgsql-write units operations=add,modify,rename,delete
pgsql-write users operations=add,modify,rename,delete
pgsql-write groups operations=add,modify,rename,delete
pgsql-write computers operations=add,modify,rename,delete
pgsql-add-values groups memberUid INSERT INTO members SELECT :key, id FROM people WHERE login = ANY(:values)
pgsql-delete-values groups memberUid DELETE FROM members WHERE team = :key AND person IN (SELECT id FROM people WHERE login = ANY(:values))
pgsql-add-values groups member INSERT INTO team_members SELECT :key, kind, id FROM names
  WHERE lower(dn) IN (SELECT regexp_replace(lower(v), ' *, *', ',', 'g') FROM unnest(:values::text[]) v)
pgsql-delete-values groups member DELETE FROM team_members m USING names n WHERE m.team = :key AND n.kind = m.kind AND n.id = m.member
  AND lower(n.dn) IN (SELECT regexp_replace(lower(v), ' *, *', ',', 'g') FROM unnest(:values::text[]) v)
pgsql-add-values groups employeeType INSERT INTO team_roles SELECT :key, split_part(v, ' ', 1), nullif(split_part(v, ' ', 2), '') FROM unnest(:values::text[]) v
pgsql-delete-values groups employeeType DELETE FROM team_roles WHERE team = :key AND concat_ws(' ', role, position) = ANY(:values)
pgsql-add-values users employeeType INSERT INTO roles SELECT :key, split_part(v, ' ', 1), nullif(split_part(v, ' ', 2), '') FROM unnest(:values::text[]) v
pgsql-delete-values users employeeType DELETE FROM roles WHERE person = :key AND concat_ws(' ', role, position) = ANY(:values)
pgsql-password-hash m=64 t=1 p=1
END
    local schema=$T/schema.$BASHPID.$RANDOM
    cat >"$schema" <<'END' # slaptest may read the file meanwhile
objectclass ( 1.3.6.1.4.1.4203.666.11.921 NAME 'localGroup' SUP top AUXILIARY MAY ( member $ employeeType ) )
objectclass ( 1.3.6.1.4.1.4203.666.11.922 NAME 'localPerson' SUP top AUXILIARY MAY c )
objectclass ( 1.3.6.1.4.1.4203.666.11.923 NAME 'localComputer' SUP top AUXILIARY MAY userPassword )
END
    mv "$schema" "$T/delegation.schema"
}
delegation_conf() {
    delegation_database
    echo "pgsql-timeout 20" # also for a machine that is busy with other things
    delegation_assignments
    delegation_rules
    delegation_access
}

# Runs the table; the driver names the row that fails, and goes on with the next one.
run_delegation() { # [OPTION…]
    printf '%s\n' "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -A -t manager >"$T/psql"
    "$TESTS/lib/delegation" "$@" "$URI" "$base" "$T/psql" "$TESTS/data/delegation.txt" >"$T/delegation.out" 2>&1 || {
        cat "$T/delegation.out" >&2
        fail "rows of the table fail: $(sed -n 's/^FAILED row \([0-9]*\).*/\1/p' "$T/delegation.out" | uniq | paste -sd ' ')"
    }
    say "$(tail -n 1 "$T/delegation.out")"
}
# The DN of an actor; a command as that actor.
actor_dn() {
    case $1 in
        ann | hank | self) echo "uid=$1,ou=bremen,$base" ;;
        bea) echo "uid=$1,ou=berlin,$base" ;;
        *) echo "uid=$1,$base" ;;
    esac
}
as() { "$2" -x -H "$URI" -D "$(actor_dn "$1")" -w secret "${@:3}"; } # ACTOR COMMAND OPTION…
