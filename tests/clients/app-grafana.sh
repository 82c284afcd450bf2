#!/bin/bash
# With the settings of doc/clients/grafana.md, Grafana's requests find users and their groups.
. "$(dirname "$0")/../lib/requests.sh"
start_directory
attributes=(uid sn mail givenName memberOf)
users() { setting '^search_filter = "(.*)"' "$1" "$1"; }
same "$reader" "$(setting '^bind_dn = "(.*)"')" "the DN for searches"
same "${attributes[*]}" "$(for what in username surname email name member_of; do setting "^$what = \"(.*)\""; done | xargs)" "the attributes"

# A login: bind, the search in a list of one, the bind of the user. The groups are those of the page, as strings.
for name in ann ann@example.com; do finds ann -b $base "(|$(users $name))" "${attributes[@]}"; done
for value in 'uid: ann' 'givenName: Ann' 'sn: Archer' 'mail: ann@example.com'; do contains "$OUT" "$value"; done
groups=$(sed -n 's/^group_dn = "\(.*\)"/\1/p' "$page")
same 2 "$(wc -l <<<"$groups")" "the groups with a role"
while read -r group; do contains "$OUT"$'\n' $'\nmemberOf: '"$group"$'\n'; done <<<"$groups"
finds gus -b $base "(|$(users gus))" "${attributes[@]}"
while read -r group; do lacks "$OUT"$'\n' $'\nmemberOf: '"$group"$'\n'; done <<<"$groups"
finds '' -b $base "(|$(users nosuch))" "${attributes[@]}"
finds '' -b $base "(|$(users '\2a'))" "${attributes[@]}"
expect 0 login "uid=ann,$base" ann-secret
expect 49 login "uid=ann,$base" wrong
finds 'devs ldapusers sysadmins' -b $base "$(setting '^group_search_filter = "(.*)"' ann)" dn
finds 'ann bob' -b $base "(|$(users ann)$(users bob))" "${attributes[@]}" # the task of paid editions

# A DN without a password.
expect 53 ldapsearch -x -H "$URI" -D "$reader" -w '' -b $base "$(users ann)"

outage -b $base "(|$(users ann))" "${attributes[@]}"
