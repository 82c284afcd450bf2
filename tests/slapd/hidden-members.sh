# No group and no DN names a hidden row, whatever query returns the members.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com people=ou=people,dc=example,dc=com groups=ou=groups,dc=example,dc=com
bis() { sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"; }
q "CREATE TABLE typed (team text, who text); GRANT SELECT ON typed TO ldap
   ; INSERT INTO typed VALUES ('devs', 'dora'), ('devs', ' DORA'), ('devs', 'root'), ('devs', 'ann'), ('empty', 'Dora')"
head_of_conf() {
    manager_conf | bis | sed '/^pgsql-list groups/,$d'
    printf '%s\n' 'pgsql-kind users container=ou=people' 'pgsql-kind groups container=ou=groups'
}
lookup='pgsql-lookup groups memberUid SELECT g."cn" AS name, g."gidNumber" AS gid_number FROM "Groups" g JOIN "UserGroups" USING ("gidNumber") JOIN "Users" u USING ("uidNumber") WHERE u."uid" = ?'
list='pgsql-list groups SELECT g."cn" AS name, g."gidNumber" AS gid_number'
hide="pgsql-login-filter users username IN (SELECT \"uid\" FROM \"Users\" WHERE \"status\" = 'active')
pgsql-hide-denied on"
of() { search -b "$1" -s base "$2" | sed -n "s/^$2: //p" | sort | xargs; }
unseen() { # NAME: no filter, value or compare tells of it, but of others
    local spelled
    for spelled in "$1" "${1^^}"; do
        same "" "$(dns -b $base "(memberUid=$spelled)")" "groups of $spelled"
        same "" "$(dns -b $base "(member=uid=$spelled,$people)")" "groups with the DN of $spelled"
    done
    contains "$(dns -b $base "(!(memberUid=$1))")" "cn=ldapusers,$groups"
    contains "$(dns -b $base "(&(objectClass=posixGroup)(!(member=uid=$1,$people)))")" "cn=ldapusers,$groups"
    expect 5 ldapcompare -x -H "$URI" "cn=ldapusers,$groups" "memberUid:$1"
    expect 5 ldapcompare -x -H "$URI" "cn=ldapusers,$groups" "member:uid=$1,$people"
    lacks "$(search -b $base '*' + | tr '[:upper:]' '[:lower:]')" "$1"
    contains "$(dns -b $base '(memberUid=ann)')" "cn=ldapusers,$groups"
    contains "$(dns -b $base "(member=uid=ann,$people)")" "cn=ldapusers,$groups"
    ! grep -q "^pgsql-lookup groups" "$T/slapd.conf" || contains "$(of "uid=ann,$people" memberOf)" "cn=ldapusers,$groups"
    expect 6 ldapcompare -x -H "$URI" "cn=ldapusers,$groups" "member:uid=ann,$people"
    lacks "$("${PRELOAD[@]}" slapcat -f "$T/slapd.conf" 2>/dev/null | tr '[:upper:]' '[:lower:]')" "$1"
}
try() { # LINE…: what gives groups and members
    { head_of_conf; printf '%s\n' "$@" "$hide"; } >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    unseen dora
    unseen eve
}

# The four queries, a query of values with or without the lookup, an array, JSON, a table of names.
try "$list FROM \"Groups\" g" "$lookup"
stop_slapd
members='SELECT g."cn" AS name, u."uid" FROM "Groups" g JOIN "UserGroups" USING ("gidNumber") JOIN "Users" u USING ("uidNumber")'
for more in '' "$lookup"; do
    try "$list FROM \"Groups\" g" "pgsql-values groups memberUid $members" "$more"
    stop_slapd
done
array="(SELECT u.\"uid\"::text FROM \"UserGroups\" ug JOIN \"Users\" u USING (\"uidNumber\") WHERE ug.\"gidNumber\" = g.\"gidNumber\")"
for column in "array$array" "to_json(array$array)" "to_jsonb(array$array)"; do
    try "$list, $column AS member_uids FROM \"Groups\" g" "$lookup"
    stop_slapd
done

# Names that people typed: hers in any spelling is hidden, one that no row has is shown.
try "$list FROM \"Groups\" g" "pgsql-values groups memberUid $members UNION SELECT team, who FROM typed"
same "ann carl gus root" "$(of "cn=devs,$groups" memberUid)" "members of devs"
same "uid=ann,$people uid=carl,$people uid=gus,$people uid=root,$people" "$(of "cn=devs,$groups" member)" "their DNs"
same "cn=devs,$groups" "$(dns -b $base '(memberUid=root)')" "groups of a name without a row"
same "" "$(dns -b $base '(&(cn=empty)(memberUid=*))')" "a group of hidden members only"
q "UPDATE \"Users\" SET \"status\" = 'active' WHERE \"uid\" = 'dora'"
contains "$(of "cn=devs,$groups" memberUid)" dora
expect 6 ldapcompare -x -H "$URI" "cn=devs,$groups" "member:uid=dora,$people"
