# A filter on a DN finds exactly the entries that show it, of any kind.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/shown.sh"
need perl
start_postgres
base=dc=example,dc=com
q "CREATE TABLE roles (name text, dns text[], boss text); CREATE TABLE nested (parent text, dn text); CREATE TABLE hosts (name text, roles jsonb, number integer);
   INSERT INTO roles VALUES ('admins', '{\"cn=devs,$base\",\"UID=Ann, ou=people,$base\"}', 'uid=bob,ou=people,$base'), ('idle', NULL, 'cn=boss,dc=elsewhere'),
       ('far', '{\"cn=x,dc=elsewhere\",\"cn=fay,$base\"}', NULL);
   INSERT INTO nested VALUES ('ldapusers', 'cn=devs,$base'), ('ldapusers', 'uid=gus,ou=people,$base'), ('empty', 'cn=fay,$base'), ('empty', 'cn=x,dc=elsewhere');
   INSERT INTO hosts VALUES ('web', '[\"cn=devs,$base\", \"cn=admins,ou=roles,$base\"]', 1), ('db', '\"cn=sysadmins,$base\"', 2);
   GRANT SELECT ON roles, nested, hosts TO ldap"
conf() { # further lines
    manager_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
    printf '%s\n' 'pgsql-kind users container=ou=people' 'pgsql-attribute groups seeAlso default="cn={name}"' \
        'pgsql-kind roles container=ou=roles rdn=cn class=top,groupOfNames,extensibleObject' \
        'pgsql-list roles SELECT name AS cn, dns AS member, boss AS "seeAlso", boss AS manager FROM roles' \
        'pgsql-kind hosts container=ou=hosts rdn=cn class=top,device,extensibleObject' \
        'pgsql-list hosts SELECT name AS cn, roles AS "memberOf" FROM hosts' "$@"
}
found() { dns -b $base "$1" | sed -E 's/^[a-z]+=([^,]*),.*/\1/' | sort | xargs; }
compared() { # DN ATTRIBUTE VALUE
    expect 6 ldapcompare -x -H "$URI" "$1" "$2:$3"
    expect 5 ldapcompare -x -H "$URI" "$1" "$2:cn=nobody,$base"
}

# Groups know names, roles know DNs.
conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
found_as_shown "groups by names" member memberOf seeAlso manager
same "admins" "$(found "(member=cn=devs,$base)")" "who has a group as a member"
same "admins devs ldapusers sysadmins" "$(found "(member=uid=ann,ou=people,$base)")" "ann's groups and roles"
same "far" "$(found "(member=cn=x,dc=elsewhere)")" "who has a foreign member"
same "ann carl gus web" "$(found "(memberOf=cn=devs,$base)")" "who is in devs"
same "web" "$(found "(memberOf=cn=admins,ou=roles,$base)")" "who is in a role"
same "idle" "$(found "(&(objectClass=groupOfNames)(manager=*)(!(member=*)))")" "roles without members"
same "ann carl gus web" "$(found "(|(memberOf=cn=devs,$base)(memberOf=cn=admins,ou=roles,$base))")" "who is in one of them"
compared "cn=admins,ou=roles,$base" member "cn=devs,$base"
compared "cn=devs,$base" member "uid=ann,ou=people,$base"
compared "uid=ann,ou=people,$base" memberOf "cn=devs,$base"
stop_slapd

# Groups know DNs themselves; their private groups know names.
conf 'pgsql-values groups member SELECT parent AS name, dn FROM nested' >"$T/values.conf"
start_slapd "$T/values.conf"
found_as_shown "groups by DNs" member memberOf memberUid
same "admins ldapusers" "$(found "(member=cn=devs,$base)")" "who has a group as a member"
same "empty far" "$(found "(member=cn=fay,$base)")" "who has a private group as a member"
same "ldapusers" "$(found "(&(member=uid=gus,ou=people,$base)(objectClass=posixGroup)(cn=*))")" "gus' groups"
same "fay" "$(found "(member=uid=fay,ou=people,$base)")" "fay's"
same "$(search -b "cn=fay,$base" -s base)" "$(search -b $base '(&(memberUid=fay)(objectClass=posixGroup))')" "fay's group, found by its member"
compared "cn=ldapusers,$base" member "cn=devs,$base"
compared "cn=fay,$base" member "uid=fay,ou=people,$base"
stop_slapd

# The same in a column.
conf | sed "s|^ SELECT g.\"cn\" AS name, g.\"gidNumber\" AS gid_number\$|&, ARRAY(SELECT dn FROM nested WHERE parent = g.\"cn\") AS member|" >"$T/column.conf"
start_slapd "$T/column.conf"
found_as_shown "groups with a column of DNs" member memberOf memberUid
same "admins ldapusers" "$(found "(member=cn=devs,$base)")" "who has a group as a member"
same "fay" "$(found "(member=uid=fay,ou=people,$base)")" "fay's"
same "$(search -b "cn=fay,$base" -s base)" "$(search -b $base '(&(memberUid=fay)(objectClass=posixGroup))')" "fay's group, found by its member"
