# A private group is one and the same entry, whichever search finds it.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
{
    manager_conf
    echo 'pgsql-attribute groups description default="the group {name}"'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"

fay() { search -b "$base" "(&(objectClass=posixGroup)$1)" '*' + | sed -n "/^dn: cn=fay,/,/^$/p"; }
expected=$(search -b "cn=fay,$base" -s base '*' +)
contains "$expected" "memberUid: fay"
contains "$expected" "description: the group fay"
contains "$expected" "entryUUID: "
uuid=$(sed -n 's/^entryUUID: //p' <<<"$expected")
for filter in '(cn=fay)' '(gidNumber=2005)' '(memberUid=fay)' '(objectClass=*)' '(description=the group fay)' "(entryUUID=$uuid)" \
    "(&(memberUid=fay)(entryUUID=$uuid))" '(|(memberUid=fay)(cn=devs))'; do
    same "$expected" "$(fay "$filter")" "what $filter finds"
done

# It stays that entry when it is stored, and others are other entries.
q "INSERT INTO \"Groups\" VALUES (2005, 'fay', false, now(), now())"
same "$uuid" "$(search -b "cn=fay,$base" -s base entryUUID | sed -n 's/^entryUUID: //p')" "the UUID of the stored group"
same 1 "$(search -b "$base" "(entryUUID=$uuid)" 1.1 | grep -c ^dn:)" "entries with it"
