# Members without a row are shown as the query returns them.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/check.sh"
start_postgres
base=dc=example,dc=com people=ou=people,dc=example,dc=com
q "CREATE TABLE crew (team text, who text); GRANT SELECT ON crew TO ldap
   ; INSERT INTO crew VALUES ('devs', 'ann'), ('devs', 'root'), ('devs', 'www-data'), ('empty', 'root')"
{
    manager_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
    printf '%s\n' 'pgsql-kind users container=ou=people' 'pgsql-values groups memberUid SELECT team AS name, who FROM crew' \
        'pgsql-kind roles rdn=cn class=top,groupOfNames' "pgsql-list roles SELECT 'staff' AS cn, array['uid=bob,$people', 'cn=devs,$base', 'uid=gone,$people', 'uid=x,dc=org'] AS member"
} | sed '/^pgsql-lookup groups/,/WHERE u/d' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
of() { search -b "$1" -s base "$2" | sed -n "s/^$2: //p" | sort | xargs; }
groups() { dns -b $base "$1" | sed -E 's/^cn=([^,]*),.*/\1/' | xargs; }

# Both show the same members, and filters find what is shown.
same "ann root www-data" "$(of "cn=devs,$base" memberUid)" "names"
same "uid=ann,$people uid=root,$people uid=www-data,$people" "$(of "cn=devs,$base" member)" "DNs"
same "devs empty" "$(groups '(memberUid=root)')" "groups of root, by name"
same "devs empty" "$(groups "(member=uid=root,$people)")" "groups of root, by DN"
same "devs" "$(groups "(&(member=uid=www-data,$people)(!(memberUid=nosuch)))")" "groups of another one"
expect 6 ldapcompare -x -H "$URI" "cn=empty,$base" memberUid:root
expect 6 ldapcompare -x -H "$URI" "cn=empty,$base" "member:uid=root,$people"
expect 32 search -b "uid=root,$people" -s base
expect 49 ldapwhoami -x -H "$URI" -D "uid=root,$people" -w x
same "uid=bob,$people cn=devs,$base uid=gone,$people uid=x,dc=org" "$(search -b "cn=staff,$base" -s base member | sed -n 's/^member: //p' | xargs)" "DNs of a column"

# The check counts them, and knows members that have an entry.
checked 0 --brief "$T/slapd.conf"
contains "$OUT" 'members (memberUid): 2 members have no entry and are shown anyway'
contains "$OUT" "e.g. \"root\" of cn=devs,$base"
contains "$OUT" 'members (member): 1 member has no entry and is shown anyway'
contains "$OUT" "e.g. \"uid=gone,$people\" of cn=staff,$base"
