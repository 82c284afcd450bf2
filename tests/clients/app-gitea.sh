#!/bin/bash
# With the settings of doc/clients/gitea.md, Gitea's requests find users, administrators and groups.
. "$(dirname "$0")/../lib/requests.sh"
start_directory
all='ann bob carl dora eve fay gus hal ivy jan reader'
attributes=(uid givenName sn mail)
users() { PLACEHOLDER='%[1]s' setting "--user-filter '(.*)'" "$1" "$1"; }
admins=$(setting "--admin-filter '(.*)'")
group=$(setting 'Verify group membership in LDAP \| `(.*)`')
page_size=$(setting '--page-size (\d+)')
members=$(setting '^  `(.*memberOf=.*)`') # in place of the group
same "$reader" "$(setting "--bind-dn '(.*?)'")" "the DN for searches"

# A login: the search for the user, its bind, its own attributes, then the filters at its entry.
for name in ann ann@example.com; do finds ann -b $base "$(users $name)"; done
finds '' -b $base "$(users nosuch)"
expect 49 login "uid=ann,$base" wrong
expect 0 search -D "uid=ann,$base" -w ann-secret -b "uid=ann,$base" "$(users ann)" "${attributes[@]}"
for value in 'uid: ann' 'givenName: Ann' 'sn: Archer' 'mail: ann@example.com'; do contains "$OUT" "$value"; done
finds ann -b "uid=ann,$base" "$admins" givenName
finds '' -b "uid=carl,$base" "$admins" givenName
finds devs -b $base "(&($group)(member=uid=ann,$base))"
finds devs -b $base "(&($group)(memberUid=ann))"
finds '' -b $base "(&($group)(member=uid=bob,$base))"
finds carl -b $base "${members/\%s/carl}"
finds '' -b $base "${members/\%s/bob}"

# The task: all users, in pages.
for size in "$page_size" 2; do finds "$all" -b $base -E "pr=$size/noprompt" "$(users '*')" "${attributes[@]}"; done
outage -b $base -E "pr=$page_size/noprompt" "$(users '*')" "${attributes[@]}"
