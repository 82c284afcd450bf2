#!/bin/bash
# With the settings of doc/clients/jenkins.md, the requests of Jenkins find users and their groups.
. "$(dirname "$0")/../lib/requests.sh"
start_directory
config() { PLACEHOLDER={0} setting "^ *(?:- )?$1: \"(.*)\"" "${@:2}"; } # SETTING NAME
same "$reader" "$(config managerDN)" "the DN for searches"
below=(-b "$(config rootDN)")

# A login: the search for all attributes, the bind, and the search for groups by DN and name.
finds ann "${below[@]}" "$(config userSearch ann)" '*' +
for what in displayNameAttributeName mailAddressAttributeName; do contains "$OUT" $'\n'"$(config $what): "; done
finds '' "${below[@]}" "$(config userSearch nosuch)" '*' +
finds '' "${below[@]}" "$(config userSearch '\2a')" '*' +
expect 0 login "uid=ann,$base" ann-secret
expect 49 login "uid=ann,$base" wrong
groups() { PLACEHOLDER={1} setting '^ *filter: "(.*)"' "$1" | sed "s/{0}/uid=$1,$base/"; }
finds 'devs ldapusers sysadmins' "${below[@]}" "$(groups ann)" cn
finds devs "${below[@]}" "$(groups gus)" cn
finds '' "${below[@]}" "$(groups nosuch)" cn

# A name in the matrix of permissions: a user, a group, or neither.
finds devs "${below[@]}" "$(config groupSearchFilter devs)"
finds '' "${below[@]}" "$(config groupSearchFilter ann)"
finds devs "${below[@]}" '(&(cn=devs)(|(objectclass=groupOfNames)(objectclass=groupOfUniqueNames)(objectclass=posixGroup)))' # the default
contains "$(as_reader -b "cn=devs,$base" -s base '(objectClass=*)' member uniqueMember memberUid)" "member: uid=ann,$base"

outage "${below[@]}" "$(config userSearch ann)" '*' +
