# slapo-dynlist generates member and memberOf values as it does over back-mdb.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/mdb.sh"
start_postgres
base=dc=example,dc=com
q "DELETE FROM \"Groups\" WHERE cn = 'empty';
   CREATE TABLE lists (cn text PRIMARY KEY, \"memberURL\" text);
   INSERT INTO lists VALUES ('staff', 'ldap:///$base??sub?(&(objectClass=posixAccount)(gidNumber=2001)(uidNumber>=2003))'),
       ('a or b', 'ldap:///$base??one?(|(uid=a*)(uid=bob))'), ('nobody', 'ldap:///$base??sub?(uid=nosuch)'),
       ('mail', 'ldap:///$base?mail?sub?(uid=c*)'), ('nested', 'ldap:///$base??sub?(cn=devs)');
   GRANT SELECT ON lists TO ldap"
{
    manager_conf | sed -e 's/^moduleload back_pgsql/&\nmoduleload back_mdb\nmoduleload dynlist/' \
        -e 's|^include .*/inetorgperson.schema|&\ninclude /etc/ldap/schema/dyngroup.schema|' \
        -e "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|" \
        -e '/^pgsql-lookup groups memberUid/,/WHERE/d'
    cat <<END
pgsql-values groups memberUid
  SELECT g."cn" AS name, u."uid" AS member
  FROM "Groups" g JOIN "UserGroups" ug USING ("gidNumber") JOIN "Users" u USING ("uidNumber")
pgsql-kind lists rdn=cn class=top,groupOfURLs
pgsql-list lists SELECT cn, "memberURL" FROM lists
END
    dynlist() { printf '%s\n' 'overlay dynlist' 'dynlist-attrset groupOfURLs memberURL member+memberOf@groupOfNames*'; }
    dynlist
    twin_conf
    dynlist
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
fill_twin
SHAPE=entries
members() { search -b $base "$1" "${2:-member}" | sed -n "s/^${2:-member}: [a-z]*=\([^,]*\),.*/\1/p" | sort | xargs; }

same "dora eve hal ivy jan" "$(members '(cn=staff)')" "the members of staff"
same "ann bob" "$(members '(cn=a or b)')" "the members of a or b"
same "" "$(members '(cn=nobody)')" "the members of nobody"
q "INSERT INTO \"Users\" VALUES (2050, 'abe', 2001, '/h', '/bin/sh', 'Abe A', 'A', 'Abe', 'abe@x', NULL, 'x', 'active', NULL, NULL, now(), now())"
same "abe ann bob" "$(members '(cn=a or b)')" "the members of a or b a moment after there is one more"
q "DELETE FROM \"Users\" WHERE \"uid\" = 'abe'"

# As groups are looked for, and users by their groups.
for filter in '(objectClass=groupOfURLs)' '(cn=staff)' "(member=uid=ann,$base)" "(&(objectClass=groupOfURLs)(member=uid=jan,$base))" \
    "(memberOf=cn=staff,$base)" "(memberOf=cn=a or b,$base)" "(memberOf=cn=devs,$base)" "(memberOf=cn=nosuch,$base)" '(uid=ann)' '(uid=gus)' \
    "(&(uid=b*)(memberOf=cn=a or b,$base))" "(!(memberOf=cn=ldapusers,$base))" "(memberOf=cn=nested,$base)"; do
    alike "$filter" '*' memberOf entryDN structuralObjectClass hasSubordinates
    alike "$filter" cn member
    alike "$filter" memberOf
    alike -s one "$filter" 1.1
done
same "a or b devs ldapusers nested sysadmins" "$(members '(uid=ann)' memberOf)" "ann's groups"
same "uid=ann,$base uid=bob,$base" "$(dns -b $base "(memberOf=cn=a or b,$base)" | xargs)" "who is in a or b"
alike -M '(cn=staff)' # manageDSAit: the searches themselves
contains "$OUT" "memberURL: ldap:///$base"

compare() { # CODE DN ASSERTION, by both
    expect "$1" ldapcompare -x -H "$URI" "$2" "$3"
    expect "$1" ldapcompare -x -H "$URI" "$(as_twin <<<"$2")" "$(as_twin <<<"$3")"
}
compare 6 "cn=staff,$base" "member:uid=jan,$base"
compare 5 "cn=staff,$base" "member:uid=ann,$base"
compare 5 "cn=nobody,$base" "member:uid=ann,$base"
