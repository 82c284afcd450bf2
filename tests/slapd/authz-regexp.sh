# authz-regexp maps SASL identities to database users, who may proxy if permitted.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "INSERT INTO \"Users\" VALUES ($(id -u), 'me', 2001, '/h', '/bin/sh', 'It Is Me', 'Me', 'It', 'me@example.com', NULL, 'x', 'active', NULL, NULL, now(), now())"
{
    cat <<END
authz-policy to
authz-regexp "^gidNumber=[0-9]*\\\\+uidNumber=([0-9]+),cn=peercred,cn=external,cn=auth\$" "ldap:///$base??sub?(&(objectClass=posixAccount)(uidNumber=\$1))"
authz-regexp "^uid=([^,]+),cn=external,cn=auth\$" "uid=\$1,$base"
END
    manager_conf | sed "s|\"userPassword\" AS password|&, CASE WHEN \"uid\" = 'me' THEN 'ldap:///$base??one?(gidNumber=2002)' END AS \"authzTo\"|"
    cat <<END
access to attrs=userPassword by * auth
access to attrs=mail by self read by * none
access to * by * read
END
} >"$T/slapd.conf"
URI=ldapi://${T//\//%2F}%2Fldapi
start_slapd "$T/slapd.conf"
external() { "$1" -Q -Y EXTERNAL -H "$URI" "${@:2}"; }

expect 0 external ldapwhoami
same "dn:uid=me,$base" "$OUT" "who I am"
expect 0 external ldapsearch -LLL -b "$base" '(mail=*)' mail # what access rules say of that user
same "dn: uid=me,$base
mail: me@example.com" "$(sed '/^$/d' <<<"$OUT")" "the mail I see"

# For others: whom the user's own entry allows, by a search among the users too, found by their names.
expect 0 external ldapwhoami -X u:gus
same "dn:uid=gus,$base" "$OUT" "whom I act for"
expect 0 external ldapwhoami -X "dn:uid=gus,$base"
expect 0 external ldapsearch -LLL -e "!authzid=dn:uid=gus,$base" -b "$base" '(mail=*)' mail
same "dn: uid=gus,$base
mail: gus@example.com" "$(sed '/^$/d' <<<"$OUT")" "the mail gus sees"
expect 50 external ldapwhoami -X u:ann
expect 50 external ldapwhoami -X "dn:uid=nosuch,$base"
expect 123 external ldapsearch -LLL -e "!authzid=dn:uid=ann,$base" -b "$base" '(mail=*)' mail

# Nobody: the name stays what SASL made of it. So it does without the database, which makes nobody another.
mine="dn:gidNumber=$(id -g)+uidNumber=$(id -u),cn=peercred,cn=external,cn=auth"
q "UPDATE \"Users\" SET \"uidNumber\" = 77777 WHERE uid = 'me'"
expect 0 external ldapwhoami
same "$mine" "$OUT" "who I am without an entry"
q "UPDATE \"Users\" SET \"uidNumber\" = $(id -u) WHERE uid = 'me'"
expect 0 external ldapwhoami
same "dn:uid=me,$base" "$OUT" "who I am again"
stop_postgres
expect 0 external ldapwhoami
same "$mine" "$OUT" "who I am without the database"
expect 52 external ldapsearch -b "$base"
