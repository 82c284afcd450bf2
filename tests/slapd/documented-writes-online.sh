# doc/cn-config.ldif serves clients that write, once its lines for writes are active.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/virtual-users.sh"
start_postgres
virtual_users_table
q 'GRANT INSERT, UPDATE, DELETE ON "Users", "Groups" TO ldap; GRANT INSERT, DELETE ON "UserGroups" TO ldap' # as the file says
q 'GRANT virtual_users_admit TO ldap'
base=dc=example,dc=com
base_conf | grep -v '^module' >"$T/empty.conf"
mkdir "$T/slapd.d"
expect 0 "${PRELOAD[@]}" slaptest -f "$T/empty.conf" -F "$T/slapd.d"
start_slapd "$T/slapd.d"
sed -e 's/^#\(olcPg\|  [A-Z]\)/\1/' -e "s|/usr/lib/ldap$|$BUILD:/usr/lib/ldap|" -e 's/^olcRootDN:.*/&\nolcRootPW: admin/' \
    -e "s|postgres://[^ ]*|postgres://ldap:ldap@127.0.0.1:$PGPORT/manager|" "$PROJECT/doc/cn-config.ldif" >"$T/cn-config.ldif"
same 9 "$(grep -cE '^olcPg(Write|ColumnValue|AddValues|DeleteValues):' "$T/cn-config.ldif")" "the number of values for writes"
expect 0 as_config ldapadd -f "$T/cn-config.ldif"
settled
not_logged writes-unusable
not_logged virtual-unusable
same 5 "$(grep -c '^olcPgVirtual' "$T/cn-config.ldif")" "the number of values for names that no row has"
as_admin() { "$1" -x -H "$URI" -D "cn=admin,$base" -w admin "${@:2}"; }
expect 0 as_admin ldapadd <<END
dn: uid=zed,$base
objectClass: inetOrgPerson
objectClass: posixAccount
objectClass: shadowAccount
uid: zed
cn: Zed Zeller
givenName: Zed
sn: Zeller
mail: zed@example.com
uidNumber: 10000
gidNumber: 2001
homeDirectory: /home/zed
userPassword: zed-secret

dn: cn=crew,$base
objectClass: posixGroup
cn: crew
gidNumber: 10001
memberUid: zed
memberUid: ann
END
same active "$(q "SELECT status FROM \"Users\" WHERE uid = 'zed'")" "the state of the new user"
expect 0 ldapwhoami -x -H "$URI" -D "uid=zed,$base" -w zed-secret
same "cn=crew,$base" "$(dns -b $base '(memberUid=zed)')" "the groups of the new user"
expect 0 as_admin ldapmodify <<END
dn: cn=crew,$base
changetype: modify
delete: memberUid
memberUid: ann
END
same zed "$(search -b $base '(cn=crew)' memberUid | sed -n 's/^memberUid: //p')" "the members that are left"
expect 0 as_admin ldapmodrdn -r "uid=zed,$base" uid=zoe
expect 0 as_admin ldapdelete "cn=crew,$base"
expect 50 ldapdelete -x -H "$URI" -D "uid=zoe,$base" -w zed-secret "uid=zoe,$base"
expect 0 as_admin ldapdelete "uid=zoe,$base"
