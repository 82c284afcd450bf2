# Access rules by group follow membership changes in static and dynamic groups immediately.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "CREATE TABLE lists (cn text PRIMARY KEY, \"memberURL\" text);
   INSERT INTO lists VALUES ('high', 'ldap:///$base??sub?(uidNumber>=2005)');
   GRANT SELECT ON lists TO ldap"
mkdir "$T/mdb"
{
    manager_conf | sed -e 's/^moduleload back_pgsql/&\nmoduleload back_mdb/' \
        -e 's|^include .*/inetorgperson.schema|&\ninclude /etc/ldap/schema/dyngroup.schema|' \
        -e "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
    cat <<END
pgsql-kind lists rdn=cn class=top,groupOfURLs
pgsql-list lists SELECT cn, "memberURL" FROM lists
access to attrs=userPassword by * auth
access to attrs=mail by group/groupOfNames/member.exact="cn=sysadmins,$base" read by * none
access to attrs=gecos by group/groupOfURLs/memberURL.exact="cn=high,$base" read by * none
access to attrs=givenName by group/groupOfNames/member.exact="cn=nosuch,$base" read by group/groupOfNames/member.exact="uid=ann,$base" read by * none
access to attrs=member,memberUid by dnattr=member read by * none
access to attrs=loginShell by self read by * none
access to dn.regex="^uid=([^,]+),$base\$" attrs=homeDirectory by group/groupOfNames/member.expand="cn=\$1,$base" read by * none
access to * by * read
database mdb
suffix "dc=local"
rootdn "cn=admin,dc=local"
rootpw admin
directory $T/mdb
access to dn.exact="cn=secret,dc=local" by group/groupOfNames/member.exact="cn=sysadmins,$base" write by * none
access to * by * read
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
as() { local who=$1; shift; search -D "uid=$who,$base" -w "$who-secret" "$@"; }
sees() { # USER ATTRIBUTE: of which entries USER sees it
    as "$1" -b "$base" "($2=*)" "$2" | awk -v RS= -v attribute="$2" 'index($0, "\n" attribute ":") { split($2, rdn, /[=,]/); print rdn[2] }' | sort | xargs
}
everybody='ann bob carl dora eve fay gus hal ivy jan'

same "$everybody" "$(sees ann mail)" "whose mail ann sees"
same "" "$(sees gus mail)" "whose mail gus sees"
same "" "$(search -b $base '(mail=*)' mail)" "what nobody in particular sees"
same "" "$(dns -D "uid=gus,$base" -w gus-secret -b $base '(mail=ann@example.com)')" "what gus finds by mail"
same "uid=ann,$base" "$(dns -D "uid=bob,$base" -w bob-secret -b $base '(mail=ann@example.com)')" "what bob finds by mail"
expect 50 ldapcompare -x -H "$URI" -D "uid=gus,$base" -w gus-secret "uid=ann,$base" mail:ann@example.com
expect 6 ldapcompare -x -H "$URI" -D "uid=ann,$base" -w ann-secret "uid=gus,$base" mail:gus@example.com

same "ann bob carl dora eve fay gus hal ivy" "$(sees gus gecos)" "whose gecos gus sees (jan's is not ASCII, and no gecos)"
same "" "$(sees ann gecos)" "whose gecos ann sees"
same "" "$(sees ann givenName)" "what members of no group see"
same "devs ldapusers sysadmins" "$(sees ann member)" "the groups whose members ann sees"
same "devs" "$(sees gus memberUid)" "the groups whose members gus sees"
same "bob" "$(sees bob loginShell)" "whose shell bob sees"
same "fay" "$(sees fay homeDirectory)" "whose home fay sees, who has a group of her own"

# Who joins and who leaves.
q "INSERT INTO \"UserGroups\" SELECT \"uidNumber\", 2000, now(), now() FROM \"Users\" WHERE uid = 'gus'" 
same "$everybody" "$(sees gus mail)" "whose mail gus sees as one of them"
q "DELETE FROM \"UserGroups\" WHERE \"gidNumber\" = 2000 AND \"uidNumber\" = 2006; UPDATE lists SET \"memberURL\" = 'ldap:///$base??sub?(uid=a*)'"
same "" "$(sees gus mail)" "whose mail gus sees when he has left"
same "" "$(sees gus gecos)" "whose gecos gus sees now"
same "ann bob carl dora eve fay gus hal ivy" "$(sees ann gecos)" "whose gecos ann sees now"

# Rules of another database, and for changes there.
expect 0 ldapadd -x -H "$URI" -D cn=admin,dc=local -w admin <<END
dn: dc=local
objectClass: domain
dc: local

dn: cn=secret,dc=local
objectClass: organizationalRole
cn: secret
END
expect 0 as ann -b cn=secret,dc=local -s base
expect 32 as gus -b cn=secret,dc=local -s base
change() { printf '%s\n' 'dn: cn=secret,dc=local' 'changetype: modify' 'replace: description' "description: $1" | ldapmodify -x -H "$URI" -D "uid=$1,$base" -w "$1-secret"; }
expect 0 change bob
expect 50 change gus
contains "$(as ann -b dc=local '(description=bob)')" "description: bob"
