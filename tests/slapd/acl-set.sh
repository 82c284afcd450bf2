# Access rules by set follow names, DNs, groups and searches in the database.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
{
    manager_conf | sed -e "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
    cat <<END
access to attrs=userPassword by * auth
access to attrs=mail by set="[cn=sysadmins,$base]/memberUid & user/uid" read by * none
access to attrs=gecos by set="this/gidNumber & user/gidNumber" read by * none
access to attrs=givenName by set="user/memberOf & [cn=devs,$base]" read by * none
access to attrs=loginShell by set="this/memberOf & user/memberOf & ([cn=devs,$base] | [cn=sysadmins,$base])" read by * none
access to attrs=memberUid by set="this/member & user" read by * none
access to attrs=sn by set="[ldap:///$base??sub?(&(objectClass=posixGroup)(memberUid=bob)(!(cn=ldapusers)))]/member* & user" read by * none
access to attrs=homeDirectory by set="user & this" read by set="[nosuch] & user" read by * none
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
same "ann bob carl dora eve hal ivy" "$(sees bob gecos)" "whose gecos bob sees, who has their gidNumber"
same "gus" "$(sees gus gecos)" "whose gecos gus sees"
same "$everybody" "$(sees gus givenName)" "whose given name gus sees, of devs"
same "" "$(sees bob givenName)" "whose given name bob sees, not of devs"
same "ann bob carl gus" "$(sees ann loginShell)" "whose shell ann sees, of devs and sysadmins"
same "ann carl gus" "$(sees gus loginShell)" "whose shell gus sees, of devs"
same "" "$(sees hal loginShell)" "whose shell hal sees, of neither"
same "devs ldapusers sysadmins" "$(sees ann memberUid)" "the groups whose members ann sees"
same "fay" "$(sees fay memberUid)" "the groups whose members fay sees"
same "$everybody" "$(sees ann sn)" "whose surname ann sees, who is in a group of bob's"
same "" "$(sees carl sn)" "whose surname carl sees"
same "ivy" "$(sees ivy homeDirectory)" "whose home ivy sees"

q "DELETE FROM \"UserGroups\" WHERE \"uidNumber\" = 2000 AND \"gidNumber\" = 2000; UPDATE \"Users\" SET \"gidNumber\" = 2002 WHERE uid = 'bob'"
same "" "$(sees ann mail)" "whose mail ann sees when she has left"
same "bob gus" "$(sees bob gecos)" "whose gecos bob sees now"
same "" "$(sees ann sn)" "whose surname ann sees now"
