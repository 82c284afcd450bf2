#!/bin/bash
# A group lookup in SSSD does not remove members from the group.
. "$(dirname "$0")/clients.sh"

start_postgres
start_ldap ldap1
start_sssd ldap1

groups_of() { in_sssd id -Gn "$1" | tr ' ' '\n' | sort | paste -s -d ' '; }
same 'devs ldapusers sysadmins' "$(groups_of ann)" 'all groups of ann'
# `id` has asked for each group by number by now. Without the memory cache (it lasts 5 minutes) SSSD's own answer shows.
in_sssd bash -c 'rm -f /var/lib/sss/mc/*'
same 'devs ldapusers sysadmins' "$(groups_of ann)" 'all groups of ann, asked again'
