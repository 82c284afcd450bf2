# Access rules and assertions see all values of an attribute in compares and binds.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
{
    manager_conf
    cat <<END
access to dn.base="cn=sysadmins,$base" filter=(memberUid=ann) by * none
access to dn.base="cn=devs,$base" by set="this/memberUid & [ann]" none by * read
access to attrs=userPassword filter=(memberOf=cn=devs,$base) by * none
access to attrs=userPassword by * auth
access to * by * read
END
} >"$T/slapd.conf"
compare() { expect "$1" ldapcompare -x -H "$URI" "${@:4}" "$2" "$3"; }
login() { expect "$1" ldapwhoami -x -H "$URI" -D "uid=$2,$base" -w "$2-secret"; }

for members in derived listed; do
    start_slapd "$T/slapd.conf"
    # Hidden from everybody by members that the compare itself has no use for.
    for assertion in cn:sysadmins cn:x gidNumber:2000 memberUid:bob memberUid:ann; do compare 32 "cn=sysadmins,$base" "$assertion"; done
    for assertion in cn:devs cn:x memberUid:gus memberUid:ann; do compare 32 "cn=devs,$base" "$assertion"; done
    compare 6 "cn=ldapusers,$base" cn:ldapusers
    # Assertion control, RFC 4528.
    compare 6 "cn=ldapusers,$base" cn:ldapusers -e '!assert=(memberUid=ann)'
    compare 122 "cn=ldapusers,$base" cn:ldapusers -e '!assert=(!(memberUid=ann))'
    compare 122 "cn=ldapusers,$base" memberUid:ann -e '!assert=(memberUid=gus)'
    # gus is one of the devs, bob is not.
    login 49 gus
    login 0 bob
    stop_slapd
    sed -i '/^pgsql-uri/a pgsql-values groups memberUid SELECT g."cn" AS name, u."uid" AS member FROM "Groups" g JOIN "UserGroups" ug USING ("gidNumber") JOIN "Users" u USING ("uidNumber")' "$T/slapd.conf"
done
