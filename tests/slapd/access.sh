# Attributes hidden by access rules cannot be read, searched, compared or inferred.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
{
    manager_conf
    cat <<END
access to dn.exact="uid=eve,$base" by users read by * none
access to dn.exact="uid=dora,$base" by users read by * search
access to attrs=mail by users read by * none
access to attrs=gecos by users read by * search
access to * by * read
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
user=(-D "uid=gus,$base" -w gus-secret)

# Attributes: not shown, not in filters, neither as true nor as false.
lacks "$(search -b $base '(uid=ann)' '*')" "mail:"
lacks "$(search -b $base '(uid=ann)' mail gecos)" "ann@"
contains "$(search "${user[@]}" -b $base '(uid=ann)' mail)" "mail: ann@example.com"
for filter in '(mail=ann@example.com)' '(mail=*)' '(mail=a*)' '(!(mail=ann@example.com))' '(!(mail=*))' '(&(uid=ann)(!(mail=x@example.com)))'; do
    same "" "$(dns -b $base "(&(objectClass=posixAccount)$filter)")" "$filter for anybody"
done
same "uid=ann,$base" "$(dns -b $base '(|(uid=ann)(mail=bob@example.com))')" "half a filter"
same "uid=ann,$base" "$(dns "${user[@]}" -b $base '(mail=ann@example.com)')" "mail for who has logged in"
# Search without read: found by it, not shown.
same "uid=ann,$base" "$(dns -b $base '(gecos=ann archer)')" "by gecos"
lacks "$(search -b $base '(gecos=ann archer)' '*')" "gecos"

# Entries: eve is not there at all; dora may be searched for but not read.
for filter in '(uid=eve)' '(uidNumber=2004)' '(uid=dora)'; do same "" "$(dns -b $base "$filter")" "$filter for anybody"; done
same 8 "$(dns -b $base '(objectClass=posixAccount)' | wc -l)" "accounts for anybody"
same 10 "$(dns "${user[@]}" -b $base '(objectClass=posixAccount)' | wc -l)" "accounts for who has logged in"
expect 0 search -b $base -z 8 '(objectClass=posixAccount)' # what is hidden counts for no limit
expect 32 search -b uid=eve,$base -s base
lacks "$ERR" "uid=eve"
expect 32 ldapcompare -x -H "$URI" uid=eve,$base uid:eve
expect 32 search -b cn=x,uid=eve,$base
lacks "$ERR" "uid=eve"
expect 6 ldapcompare -x -H "$URI" uid=dora,$base uid:dora # who may search may compare
expect 6 ldapcompare -x -H "$URI" "${user[@]}" uid=eve,$base uid:eve

# Who has logged in is known by the DN that the directory shows, in any spelling.
expect 0 ldapwhoami -x -H "$URI" -D "UID=Gus, DC=example,dc=com" -w gus-secret
same "dn:uid=gus,$base" "${OUT,,}" "who I am"
