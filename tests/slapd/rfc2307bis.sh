# With rfc2307bis groups show member DNs, and users show their groups.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "UPDATE \"Users\" SET \"uid\" = 'carl, the + \"odd\"' WHERE \"uid\" = 'carl'"
{ manager_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"; echo "pgsql-kind users container=ou=people"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
people=ou=people,$base
found() { dns -b $base "$1" | sed -E 's/^[a-z]+=([^,\\]*).*/\1/' | xargs; }

# As a Proxmox sync asks: every member is the DN of an entry, as a string.
search -b $base '(|(objectclass=groupOfNames)(objectclass=group)(objectclass=univentionGroup))' member uniqueMember >"$T/groups"
sed -n 's/^member: //p' "$T/groups" | sort -u >"$T/members"
search -b $base '(objectClass=posixAccount)' 1.1 | sed -n 's/^dn: //p' | sort >"$T/users"
same "" "$(comm -23 "$T/members" "$T/users")" "members that are no user's DN"
same "$(grep -c . "$T/users")" "$(grep -c . "$T/members")" "users that are in some group"
same 3 "$(sed -n '/^dn: cn=devs/,/^$/p' "$T/groups" | grep -c ^member:)" "members of devs"
contains "$(search -b $base '(cn=devs)')" "memberUid: ann"

same "devs ldapusers sysadmins" "$(found "(member=uid=ann,$people)")" "ann's groups"
same "devs ldapusers sysadmins" "$(found "(&(member=UID=Ann, $people)(objectClass=posixGroup)(cn=*))")" "ann's groups, as SSSD asks"
same "devs ldapusers" "$(found '(member=uid=carl\5c2c the \5c2b \5c22odd\5c22,'"$people)")" "an odd name's groups"
same "fay" "$(found "(member=uid=fay,$people)")" "fay's group"
same "devs ldapusers sysadmins" "$(found "(|(memberUid=ann)(member=uid=ann,$people))")" "as nslcd asks"
same "empty fay" "$(found "(&(objectClass=posixGroup)(!(memberUid=ann))(!(member=uid=ann,$people)))")" "groups without ann"
for nobody in "cn=ann,$people" "uid=ann,$base" "uid=nosuch,$people" "uid=ann+cn=x,$people"; do
    same "" "$(found "(member=$nobody)")" "groups of $nobody"
done
expect 6 ldapcompare -x -H "$URI" "cn=devs,$base" "member:uid=ann,$people"
expect 5 ldapcompare -x -H "$URI" "cn=devs,$base" "member:uid=bob,$people"

# memberOf is operational: for who asks.
lacks "$(search -b $base '(uid=ann)')" memberOf
same "cn=devs,$base cn=ldapusers,$base cn=sysadmins,$base" "$(search -b $base '(uid=ann)' memberOf | sed -n 's/^memberOf: //p' | sort | xargs)" "ann's memberOf"
contains "$(search -b $base '(uid=bob)' +)" "memberOf: cn=sysadmins,$base"
same "ann bob" "$(found "(memberOf=cn=sysadmins,$base)")" "who is in sysadmins"
same "carl gus" "$(found "(&(objectClass=posixAccount)(memberOf=CN=Devs,$base)(!(memberOf=cn=sysadmins,$base)))")" "who is in devs only"
same "gus" "$(found '(&(uid=g*)(memberOf=*))')" "who is in any group"
same "" "$(found "(memberOf=uid=ann,$people)")" "who is in what is no group"

# The private group of a name with a space: memberUid compares spellings, the DN does not.
q "INSERT INTO \"Users\" (\"uidNumber\", \"gidNumber\", uid, cn, sn, \"givenName\", \"homeDirectory\", mail, \"userPassword\", \"createdAt\", \"updatedAt\")
   VALUES (2777, 2777, 'one two', 'One Two', 'Two', 'One', '/home/12', '12@example.com', '*', now(), now())"
group() { search -b $base "$1" memberUid member | sed -n '/^dn: cn=one two,/,/^$/p' | sed 1d | sort | xargs; }
for filter in '(&(cn=one two)(objectClass=posixGroup))' '(memberUid=one two)' "(member=uid=one two,$people)" '(objectClass=posixGroup)'; do
    same "member: uid=one two,$people memberUid: one two" "$(group "$filter")" "the private group that $filter finds"
done
q "DELETE FROM \"Users\" WHERE uid = 'one two'"

# Groups in access rules.
stop_slapd
{ cat "$T/slapd.conf"; echo "access to attrs=mail by group/groupOfNames/member.exact=\"cn=sysadmins,$base\" read by * none"; echo "access to * by * read"; } >"$T/acl.conf"
start_slapd "$T/acl.conf"
contains "$(search -D "uid=bob,$people" -w bob-secret -b $base '(uid=gus)' mail)" "mail: gus@"
lacks "$(search -D "uid=gus,$people" -w gus-secret -b $base '(uid=gus)' mail)" "mail: gus@"

# Groups that may be empty, by another class.
stop_slapd
{ cat "$T/slapd.conf"; echo 'pgsql-kind groups class=top,groupOfMembers,posixGroup'; } >"$T/members.conf"
start_slapd "$T/members.conf"
same "devs empty fay ldapusers sysadmins" "$(found '(&(objectClass=groupOfMembers)(objectClass=posixGroup))')" "groups of members"
contains "$(search -b $base '(cn=devs)')" "member: uid=ann,$people"
"${PRELOAD[@]}" slapcat -f "$T/members.conf" -b $base -a '(cn=empty)' >"$T/empty.ldif" 2>"$T/slapcat.err"
contains "$(<"$T/empty.ldif")" "objectClass: groupOfMembers"

# Members in an array, whose names are stored in any case.
stop_slapd
q "UPDATE \"Users\" SET \"uid\" = 'Ann' WHERE \"uid\" = 'ann'"
{
    base_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
    cat <<END
database pgsql
suffix $base
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-attribute users uid compare=any
pgsql-list users SELECT "uid", "uidNumber", "gidNumber", "cn", "homeDirectory" FROM "Users"
pgsql-list groups
 SELECT g."cn" AS name, g."gidNumber" AS gid_number, ARRAY(SELECT u."uid"::text FROM "UserGroups" ug JOIN "Users" u USING ("uidNumber") WHERE ug."gidNumber" = g."gidNumber") AS member_uids
 FROM "Groups" g
END
} >"$T/arrays.conf"
start_slapd "$T/arrays.conf"
contains "$(search -b $base '(cn=devs)')" "member: uid=Ann,$base"
same "devs ldapusers sysadmins" "$(found "(member=uid=ann,$base)")" "groups of a name in capitals"
same "devs ldapusers sysadmins" "$(found "(|(member=uid=ANN,$base)(member=uid=nosuch,$base))")" "groups of one of two names"
same "" "$(found '(&(memberUid=ann)(cn=*))')" "groups of a name that is not spelled so"
stop_slapd
{
    sed 's/, ARRAY(.*) AS member_uids$//' "$T/arrays.conf"
    echo 'pgsql-values groups memberUid SELECT g."cn" AS name, u."uid" FROM "Groups" g JOIN "UserGroups" USING ("gidNumber") JOIN "Users" u USING ("uidNumber")'
    echo 'pgsql-lookup groups memberUid SELECT g."cn" AS name, g."gidNumber" AS gid_number FROM "Groups" g JOIN "UserGroups" USING ("gidNumber") JOIN "Users" u USING ("uidNumber") WHERE u."uid" = ?'
} >"$T/values.conf"
start_slapd "$T/values.conf"
contains "$(search -b $base '(cn=devs)')" "member: uid=Ann,$base"
same "devs ldapusers sysadmins" "$(found "(member=uid=ann,$base)")" "groups of a name in capitals, by a query of values"
same "devs ldapusers sysadmins" "$(found '(memberUid=Ann)')" "the same by the lookup"
