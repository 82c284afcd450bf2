#!/bin/bash
# SSSD finds every user and group by name and number, and all memberships.
. "$(dirname "$0")/clients.sh"

start_postgres
start_ldap ldap1
start_sssd ldap1

getent_sss() { in_sssd getent -s sss "$@"; }
name_and_number() { getent_sss group "$1" | cut -d : -f 1,3; }
groups_of() { in_sssd id -Gn "$1" | tr ' ' '\n' | sort | paste -s -d ' '; }

same 'ann:*:2000:2001:Ann Archer:/home/ann:/bin/bash' "$(getent_sss passwd ann)" 'ann by name'
same 'carl:*:2002:2001:Carl Cooper:/home/carl:/bin/bash' "$(getent_sss passwd 2002)" 'carl by number'
same 'jan:*:2009:2001:Jan Jäger:/home/jan:/bin/bash' "$(getent_sss passwd jan)" 'jan, who has an umlaut'

same 'sysadmins:2000' "$(name_and_number sysadmins)" 'a group by name'
same 'devs:2002' "$(name_and_number 2002)" 'a group by number'
same 'empty:2003' "$(name_and_number empty)" 'a group without members'

same 'devs ldapusers sysadmins' "$(groups_of ann)" 'all groups of ann'
same 'devs' "$(groups_of gus)" 'gus, whose only group is the one of his row'
same '2001' "$(in_sssd id -g ann)" "ann's own group"

# No row of "Groups" has the number 2005: it is fay's private group.
same 'fay' "$(groups_of fay)" 'all groups of fay'
same 'fay:*:2005:fay' "$(getent_sss group 2005)" 'the private group by number'

for nobody in 'passwd zoe' 'passwd 99999' 'passwd a*' 'group nogroup-here' 'group 99999'; do
    # shellcheck disable=SC2086  # two words: the table and the key
    expect 2 getent_sss $nobody
done

# What the manager changed a second ago is there once SSSD asks again.
q "INSERT INTO \"UserGroups\" VALUES (2009, 2002, now(), now()); UPDATE \"Users\" SET \"cn\" = 'Jan Hunter' WHERE \"uid\" = 'jan'" >/dev/null
in_sssd sss_cache -E
same 'devs ldapusers' "$(groups_of jan)" 'jan, after he joined devs'
same 'jan:*:2009:2001:Jan Hunter:/home/jan:/bin/bash' "$(getent_sss passwd jan)" 'jan, renamed'
