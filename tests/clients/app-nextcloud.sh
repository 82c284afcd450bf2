#!/bin/bash
# With the settings of doc/clients/nextcloud.md, Nextcloud's requests find users, groups and identities.
. "$(dirname "$0")/../lib/requests.sh"
start_directory
config() { setting "ldap:set-config s01 $1 '?(.*?)'?\$"; }
users=$(config ldapUserFilter) groups=$(config ldapGroupFilter) uuid=$(config ldapExpertUUIDUserAttr)
shown=$(config ldapUserDisplayName) member=$(config ldapGroupMemberAssocAttr)
pages=(-E "pr=$(config ldapPagingSize)/noprompt")
attributes=("$uuid" nsuniqueid objectguid guid ipauniqueid dn uid samaccountname memberof "$(config ldapEmailAttribute)" "$shown" jpegphoto thumbnailphoto)
same "$reader" "$(config ldapAgentName)" "the DN for searches"

# A login: the search in pages, the bind, and that the entry exists still.
for name in ann ann@example.com; do
    finds ann -b $base "${pages[@]}" "$(PLACEHOLDER=%uid setting "ldapLoginFilter '(.*)'" $name $name)" "${attributes[@]}"
done
identity=$(sed -n 's/^entryUUID: //p' <<<"$OUT")
for value in 'mail: ann@example.com' 'cn: Ann Archer' "memberOf: cn=devs,$base"; do contains "$OUT" "$value"; done
expect 0 login "uid=ann,$base" ann-secret
finds ann -b "uid=ann,$base" -s base "$users" ''
finds '' -b "cn=devs,$base" -s base "$users" ''
expect 32 as_reader -b "uid=left,$base" -s base "$users" ''
finds ann -b $base "${pages[@]}" "(&$users($uuid=$identity))" dn

# The list of users, by the text that is typed, and groups with their members.
typed() { # WORD: its attributes for user search
    local attribute parts=
    for attribute in $(config ldapAttributesForUserSearch | tr ';' ' '); do parts+="($attribute=$1)"; done
    echo "(&$users($shown=*)(|$parts))"
}
finds ann -b $base "${pages[@]}" "$(typed 'ann*')" "${attributes[@]}"
finds jan -b $base "${pages[@]}" "$(typed 'Jan J*')" "${attributes[@]}"
finds 'ann bob carl dora eve fay gus hal ivy jan reader' -b $base -E pr=2/noprompt "$(typed '*')" "${attributes[@]}"
finds 'devs empty fay ldapusers sysadmins' -b $base "${pages[@]}" "(&$groups(cn=*))" cn dn
finds devs -b "cn=devs,$base" -s base "$groups" "$member"
contains "$OUT" "member: uid=ann,$base"
finds 'devs ldapusers sysadmins' -b $base "${pages[@]}" "(&($member=uid=ann,$base)$groups)" "$member" cn dn
finds ann -b "uid=ann,$base" -s base '(objectClass=*)' memberOf
contains "$OUT" "memberOf: cn=sysadmins,$base"

outage -b "uid=ann,$base" -s base "$users" ''
