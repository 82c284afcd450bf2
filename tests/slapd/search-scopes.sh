# A search reaches exactly the entries of its base and scope.
. "$(dirname "$0")/../lib.sh"
start_postgres
manager_conf | sed "/^pgsql-list users/i pgsql-kind users container=ou=people\npgsql-kind groups container=ou=groups" >"$T/ou.conf"
manager_conf >"$T/flat.conf"

base=dc=example,dc=com
users=$(printf "uid=%s,$base\n" ann bob carl dora eve fay gus hal ivy jan)
groups=$(printf "cn=%s,$base\n" devs empty fay ldapusers sysadmins)

start_slapd "$T/flat.conf"
same "$base" "$(dns -b $base -s base)" "base scope"
same "$(sort <<<"$users"$'\n'"$groups")" "$(dns -b $base -s one)" "one level"
same "$(sort <<<"$base"$'\n'"$users"$'\n'"$groups")" "$(dns -b $base -s sub)" "subtree"
same "$(sort <<<"$users"$'\n'"$groups")" "$(dns -b $base -s children)" "children"

for leaf in uid=ann,$base cn=devs,$base cn=fay,$base; do
    same "$leaf" "$(dns -b "$leaf" -s base)" "base scope at $leaf"
    same "$leaf" "$(dns -b "$leaf" -s sub)" "subtree at $leaf"
    for scope in one children; do
        expect 0 search -b "$leaf" -s $scope
        same "" "$OUT" "$scope at $leaf"
    done
done

# A filter narrows the scope, it does not widen it.
same "" "$(dns -b uid=ann,$base -s sub '(uid=bob)')" "bob below ann"
same "" "$(dns -b $base -s base '(uid=ann)')" "ann in the base entry"
same "" "$(dns -b cn=devs,$base -s base '(memberUid=bob)')" "a group that bob is not in"
same "cn=devs,$base" "$(dns -b cn=devs,$base -s base '(memberUid=carl)')" "a group that carl is in"
stop_slapd

start_slapd "$T/ou.conf"
people=$(sed "s/,$base/,ou=people,$base/" <<<"$users")
teams=$(sed "s/,$base/,ou=groups,$base/" <<<"$groups")
same "$(printf '%s\n' ou=groups,$base ou=people,$base)" "$(dns -b $base -s one)" "one level of the base"
same "$(sort <<<"$base"$'\n'"ou=people,$base"$'\n'"ou=groups,$base"$'\n'"$people"$'\n'"$teams")" "$(dns -b $base -s sub)" "subtree of the base"
same "ou=people,$base" "$(dns -b ou=people,$base -s base)" "base scope at ou=people"
same "$people" "$(dns -b ou=people,$base -s one)" "one level of ou=people"
same "$(sort <<<"ou=people,$base"$'\n'"$people")" "$(dns -b ou=people,$base -s sub)" "subtree of ou=people"
same "$people" "$(dns -b ou=people,$base -s children)" "children of ou=people"
same "" "$(dns -b ou=people,$base -s sub '(objectClass=posixGroup)')" "groups below ou=people"
same "" "$(dns -b ou=groups,$base -s sub '(uid=ann)')" "ann below ou=groups"
same "uid=ann,ou=people,$base" "$(dns -b $base '(uid=ann)')" "ann from the base"
