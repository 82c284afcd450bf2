# A values query gives an attribute all its values, and filters find each one.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q 'CREATE TABLE words (who text, word text); GRANT SELECT ON words TO ldap'
q "INSERT INTO words VALUES ('ann', 'Big  Text'), ('ann', 'small'), ('bob', 'SMALL'), ('bob', NULL), ('bob', ''), ('carl', 'Käse'), ('nobody', 'x')"
q 'ALTER TABLE "Users" ALTER "cn" TYPE varchar(255) COLLATE "tr-x-icu"'
{
    manager_conf
    echo 'pgsql-values users description SELECT who AS username, word FROM words'
    echo 'pgsql-lookup users uidNumber SELECT "uid" AS username, "uidNumber" AS uid_number, "gidNumber" AS gid_number FROM "Users" WHERE "uidNumber" = ?'
    echo 'pgsql-attribute users uidNumber compare=exact'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
who() { dns -b $base "$1" | sed -E 's/^uid=([^,]*),.*/\1/' | xargs; }

same "Big  Text small" "$(search -b $base '(uid=ann)' description | sed -n 's/^description: //p' | sort | xargs -d '\n')" "ann's words"
same "SMALL" "$(search -b $base '(uid=bob)' description | sed -n 's/^description: //p')" "bob's words"
for filter in '(description=big text)' '(description=Big Text)' '(description=BIG  TEXT)'; do same ann "$(who "$filter")" "$filter"; done
same "ann bob" "$(who '(description=Small)')" "small"
same carl "$(who '(description=kÄse)')" "käse"
same "" "$(who '(description=x)')" "a value of nobody"
same "ann bob carl" "$(who '(description=*)')" "who has words"
same 7 "$(who '(&(uid=*)(!(description=*)))' | wc -w)" "who has none"
same "bob" "$(who '(&(description=small)(!(description=big text)))')" "small, not big"
expect 6 ldapcompare -x -H "$URI" "uid=ann,$base" "description:BIG text"
expect 5 ldapcompare -x -H "$URI" "uid=ann,$base" "description:other"

# Case is ASCII's, whatever the collation thinks of I; numbers beyond the column belong to no entry.
same ivy "$(who '(cn=Ivy Ironside)')" "ivy, in a Turkish collation"
same bob "$(who '(uidNumber=2001)')" "bob by a lookup"
same "" "$(who '(uidNumber=99999999999999999999)')" "a number that no column holds"
