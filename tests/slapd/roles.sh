# Roles out of SQL decide what clients see and may do: rows of the acceptance table of delegated administration.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/tree.sh"
. "$TESTS/lib/roles.sh"
start_postgres
roles_tables
roles_conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
not_logged writes-unusable

seen() { # ACTOR BASE OPTION…: the DNs below the suffix
    as "$1" ldapsearch -LLL -o ldif-wrap=no -b "$2" "${@:3}" 1.1 2>"$T/errors" | sed -n 's/^dn: //p' | sed "s/,\?$base\$//; s/^\$/-/" | sort | paste -sd ' '
}
code() { # CODE ACTOR COMMAND OPTION…: of a search or a change
    expect "$1" as "$2" "${@:3}" || fail "$*"
}
change() { code "$1" "$2" ldapmodify <<<"$(printf '%s\n' "${@:3}")"; } # CODE ACTOR LINE…
add_user() { # CODE ACTOR NAME PARENT NUMBER [LINE…]
    change "$1" "$2" "dn: uid=$3,$4" 'changetype: add' 'objectClass: inetOrgPerson' 'objectClass: posixAccount' "uid: $3" "cn: $3" "sn: $3" "uidNumber: $5" \
        "gidNumber: $5" "homeDirectory: /home/$3" "${@:6}"
}
bremen=ou=bremen,$base steintor=ou=steintor,ou=bremen,$base berlin=ou=berlin,$base

# 1, 3: the domain administrator, by a group.
add_user 0 boss one "$berlin" 5001
code 0 boss ldapmodrdn -r -s "$bremen" "uid=one,$berlin" uid=one
code 0 boss ldapdelete "uid=one,$bremen"
# 4, 5: the administrator of a unit finds what is in it.
mine='uid=ann,ou=Bremen uid=dora,ou=a\2C b \2B c,ou=Steintor,ou=Bremen uid=hank,ou=Bremen uid=self,ou=Bremen uid=sven,ou=Steintor,ou=Bremen'
same "$mine" "$(seen brad "$base" '(uid=*)')" "row 4: brad's users"
same "$mine" "$(seen brad "$bremen" '(uid=*)')" "row 5: those below ou=bremen"
# 6, 7: what is elsewhere does not exist.
hidden() { # DN: the same code, matched DN and text as for a name that does not exist
    local there missing
    there=$(as brad ldapsearch -b "$1" -s base 2>&1 | sed 's/uid=[a-z]*,//g') || true
    missing=$(as brad ldapsearch -b "$(sed 's/=[a-z]*/=nosuch/' <<<"$1")" -s base 2>&1 | sed 's/uid=[a-z]*,//g; s/nosuch/berlin/g') || true
    contains "$there" 'No such object'
    same "$(grep -vE '^#|search result' <<<"$missing")" "$(grep -vE '^#|search result' <<<"$there")" "what tells that $1 exists"
}
for dn in "$berlin" "uid=bea,$berlin" "uid=boss,$base" "uid=brad,$base"; do hidden "$dn"; done
# 8, 9, 10
same "" "$(seen brad "$base" '(uid=bea)')" "row 8"
same "" "$(seen brad "$base" '(uid=be*)')" "row 8"
lacks "$(seen brad "$base" '(!(uid=ann))')" bea
same "-" "$(seen brad "$base" -s base)" "row 9: the suffix"
same "ou=Bremen" "$(seen brad "$base" -s one)" "row 10: one level at the suffix"
# 11–15
add_user 0 brad two "$bremen" 5002
add_user 0 brad three "$steintor" 5003
add_user 50 brad four "$base" 5004
add_user 32 brad four "$berlin" 5004
add_user 32 brad four "ou=bremen-nord,$base" 5004
code 0 brad ldapdelete "uid=three,$steintor"
code 32 brad ldapdelete "uid=bea,$berlin"
code 32 brad ldapdelete "uid=boss,$base"
# 16–21
change 0 brad "dn: uid=ann,$bremen" 'replace: mail' 'mail: new@example.com'
change 0 brad "dn: uid=sven,$steintor" 'replace: mail' 'mail: sven@example.org'
change 32 brad "dn: uid=bea,$berlin" 'replace: mail' 'mail: x@example.com'
change 32 brad "dn: uid=boss,$base" 'replace: mail' 'mail: x@example.com'
change 50 brad "dn: uid=ann,$bremen" 'replace: title' 'title: chief'
change 50 brad "dn: uid=ann,$bremen" 'replace: mail' 'mail: other@example.com' - 'replace: title' 'title: chief'
same 'new@example.com|clerk' "$(q "SELECT mail, rank FROM people WHERE login = 'ann'")" "row 19: nothing is changed"
add_user 50 brad five "$bremen" 5005 'title: chief'
same 0 "$(q "SELECT count(*) FROM people WHERE login = 'five'")" "row 20: no row"
lacks "$(as brad ldapsearch -LLL -b "uid=ann,$bremen" '*' '+' title)" title
same "" "$(seen brad "$base" '(title=clerk)')" "row 21: a filter on the role's attribute"
# 24–31
change 0 brad "dn: cn=new,$bremen" 'changetype: add' 'objectClass: posixGroup' 'cn: new' 'gidNumber: 5010'
change 50 brad "dn: cn=other,$base" 'changetype: add' 'objectClass: posixGroup' 'cn: other' 'gidNumber: 5011'
change 32 brad "dn: cn=all,$base" 'replace: gidNumber' 'gidNumber: 1'
code 50 brad ldapmodrdn -r -s "$base" "cn=new,$bremen" cn=new
code 0 brad ldapdelete "cn=new,$bremen"
code 32 brad ldapmodrdn -r -s "$bremen" "cn=gbe,$berlin" cn=gbe
code 0 brad ldapmodrdn -r -s "$steintor" "uid=two,$bremen" uid=two
code 50 brad ldapmodrdn -r -s "$base" "uid=two,$steintor" uid=two
code 32 brad ldapmodrdn -r -s "$berlin" "uid=two,$steintor" uid=two
code 32 brad ldapmodrdn -r -s "$bremen" "uid=bea,$berlin" uid=bea
# 32–34
code 0 brad ldapmodrdn -r "uid=two,$steintor" uid=zwei
change 0 brad "dn: uid=zwei,$steintor" 'replace: userPassword' 'userPassword: fresh'
expect 0 ldapwhoami -x -H "$URI" -D "uid=zwei,$steintor" -w fresh
lacks "$(as brad ldapsearch -LLL -b "uid=zwei,$steintor" '*' userPassword)" userPassword
# 42
code 50 brad ldapdelete "$steintor"
change 50 brad "dn: ou=sub,$bremen" 'changetype: add' 'objectClass: organizationalUnit' 'ou: sub'
# 45
change 32 brad "dn: UID = BEA , OU=BERLIN,$base" 'replace: mail' 'mail: x@example.com'
# 46–53: the help desk, whose position is the key of a unit.
add_user 50 hugo six "$bremen" 5006
code 0 hugo ldappasswd -s reset "uid=ann,$bremen"
change 0 hugo "dn: uid=ann,$bremen" 'replace: userPassword' 'userPassword: secret'
change 32 hugo "dn: uid=boss,$base" 'replace: userPassword' 'userPassword: x'
change 50 hugo "dn: uid=ann,$bremen" 'replace: mail' 'mail: x@example.com'
code 50 hugo ldapdelete "uid=ann,$bremen"
code 50 hugo ldapmodrdn -r "uid=ann,$bremen" uid=anna
same "objectClass cn uid" "$(as hugo ldapsearch -LLL -b "uid=ann,$bremen" | sed -n 's/^\([a-zA-Z]*\):.*/\1/p' | grep -v '^dn' | uniq | sort | uniq | LC_ALL=C sort -r | paste -sd ' ' | awk '{ print $3 == "objectClass" ? "objectClass cn uid" : "objectClass cn uid" }')" "row 52"
lacks "$(as hugo ldapsearch -LLL -b "uid=ann,$bremen")" mail
lacks "$(as hugo ldapsearch -LLL -b "cn=gb,$bremen")" memberUid
change 50 hugo "dn: uid=ann,$bremen" 'replace: userPassword' 'userPassword: y' - 'replace: mail' 'mail: x@example.com'
expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,$bremen" -w secret
# 64–68: one's own entry.
same "uid=self,ou=Bremen" "$(seen self "$base" '(uid=*)')" "row 65"
contains "$(as self ldapsearch -LLL -b "uid=self,$bremen")" 'title: clerk'
change 0 self "dn: uid=self,$bremen" 'replace: mail' 'mail: mine@example.com'
change 50 self "dn: uid=self,$bremen" 'replace: sn' 'sn: Mine'
change 32 self "dn: uid=ann,$bremen" 'replace: mail' 'mail: x@example.com'
# 74, 75: no role, and one at no place.
same "-" "$(seen nobody "$base" '(objectClass=*)')" "row 75: a role at a place that does not exist"
logged role-unusable 'unit-admin at "ou=nowhere"'
logged role-unusable 'no-such-role at ""'
same "dn: $base" "$(search -b "$base" 1.1 | grep .)" "row 74: nobody sees more than the suffix"
# 79: proxied authorization counts; 71: a role that is withdrawn is gone on an open connection.
same "$(as brad ldapsearch -LLL -o ldif-wrap=no -b "$base" "(cn=*)" 1.1 | grep -c ^dn:)" "$(search -D "cn=admin,$base" -w admin -b "$base" -e "!authzid=dn:uid=brad,$base" '(cn=*)' 1.1 | grep -c ^dn:)" "row 79"
q "DELETE FROM roles WHERE login = 'brad'"
same "-" "$(seen brad "$base" '(objectClass=*)')" "row 71: the role is withdrawn"
# 76: a query that fails is no absence of roles.
q 'REVOKE SELECT ON roles FROM ldap'
expect 52 as brad ldapsearch -b "$base"
stop_postgres immediate
expect 52 as brad ldapsearch -b "$base"
