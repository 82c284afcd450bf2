#!/bin/bash
# With the settings of doc/clients/keycloak.md, Keycloak's requests find users, identities and groups.
. "$(dirname "$0")/../lib/requests.sh"
start_directory
config() { setting "config\\.\"?$1\"?=\\[\"(.*?)\"\\]"; }
uuid=$(config uuidLDAPAttribute) member=$(config membership.ldap.attribute)
classes=$(config userObjectClasses | sed -E 's/([^, ]+),? ?/(objectclass=\1)/g')
same '(objectclass=inetOrgPerson)(objectclass=organizationalPerson)' "$classes" "the classes"
attributes=("$uuid" uid cn sn givenName mail createTimestamp modifyTimestamp objectclass)
same "$reader" "$(config bindDn)" "the DN for searches"
# JNDI sends the control ManageDsaIT with each search, and pages as critical.
jndi=(-M -b "$(config usersDn)")
pages=(-E "!pr=$(config batchSizeForSync)/noprompt")

# A login: by name or mail address, then by the identity, then the bind.
finds ann "${jndi[@]}" "(&(uid=ann)$classes)" "${attributes[@]}"
identity=$(sed -n "s/^$uuid: //p" <<<"$OUT")
for value in 'sn: Archer' 'givenName: Ann' 'mail: ann@example.com'; do contains "$OUT" "$value"; done
finds ann "${jndi[@]}" "(&(mail=ann@example.com)$classes)" "${attributes[@]}"
finds ann "${jndi[@]}" "(&($uuid=$identity)$classes)" "${attributes[@]}"
finds '' "${jndi[@]}" "(&($uuid=${identity//[0-9]/0})$classes)" "${attributes[@]}"
expect 0 login "uid=ann,$base" ann-secret
expect 49 login "uid=ann,$base" wrong

# The search of an administrator, the full synchronization and that of changes.
finds ann "${jndi[@]}" "${pages[@]}" "(&(|(uid=*ann*)(mail=*ann*)(givenName=*ann*)(sn=*ann*))$classes)" "${attributes[@]}"
for size in "$(config batchSizeForSync)" 3; do
    finds 'ann bob carl dora eve fay gus hal ivy jan reader' "${jndi[@]}" -E "!pr=$size/noprompt" "(&$classes)" "${attributes[@]}"
done
finds '' "${jndi[@]}" "(&(|(createTimestamp>=20250101000000.0Z)(modifyTimestamp>=20250101000000.0Z))$classes)" "${attributes[@]}"

# Groups: all of them with their members, and those of a user.
group="(objectclass=$(config group.object.classes))"
finds 'devs empty fay ldapusers sysadmins' "${jndi[@]}" "${pages[@]}" "(&$group)" cn "$member"
finds 'devs ldapusers sysadmins' "${jndi[@]}" "(&($member=uid=ann,$base)$group)" cn "$member"
finds devs "${jndi[@]}" "(&(cn=devs)$group)" cn "$member"
contains "$OUT" "member: uid=ann,$base"

outage "${jndi[@]}" "${pages[@]}" "(&($uuid=$identity)$classes)" "${attributes[@]}"
