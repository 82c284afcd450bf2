#!/bin/bash
# Debian's ldapscripts manage users, groups and members in the manager's tables.
. "$(dirname "$0")/writers.sh"
. "$TESTS/lib/ldapscripts.sh"
need ldapadduser

# From a new group and a new user to neither; memberUid or member, as the schema has it.
life_cycle() { # PLACEHOLDER: the member of a new group, which groupOfNames needs
    local ann=${1:+ ann}
    done_by ldapaddgroup crew
    same "10000|${ann# }" "$(group crew)" "the new group"
    done_by ldapadduser zed crew
    same '10000|10000|zed|zed@example.com|/home/zed|/bin/bash' "$(user zed)" "the new user"
    sees 'zed:*:10000:10000:zed:/home/zed:/bin/bash' in_sssd getent passwd zed
    expect 0 login zed zed-secret
    done_by ldapaddusertogroup zed devs
    same '2002|ann carl gus zed' "$(group devs)" "the members of devs"
    done_by ldapaddusertogroup 10000 10000
    same "10000|${ann:+ann }zed" "$(group crew)" "the members of crew"
    done_by ldapid zed
    contains "$OUT" 'uid=10000(zed) gid=10000(crew) groups=10000(crew)'
    contains "$OUT" '2002(devs)'
    sees 'crew devs' groups_of zed
    expect 1 ldapaddusertogroup zed devs
    contains "$ERR" 'already member of devs'

    done_by ldapsetpasswd zed < <(printf '%s\n' second second)
    expect 0 login zed second
    done_by ldapsetpasswd zed "$(slappasswd -s third)" # a hash
    expect 0 login zed third
    done_by ldapmodifyuser zed <<<$'replace: mail\nmail: zed@example.org\n-\nreplace: homeDirectory\nhomeDirectory: /srv/zed'
    same '10000|10000|zed|zed@example.org|/srv/zed|/bin/bash' "$(user zed)" "the changed user"
    done_by ldapsetprimarygroup zed sysadmins
    same '10000|2000|zed|zed@example.org|/srv/zed|/bin/bash' "$(user zed)" "the user with another group"
    done_by ldapmodifygroup crew <<<$'replace: gidNumber\ngidNumber: 10005'
    same "10005|${ann:+ann }zed" "$(group crew)" "the changed group"

    done_by ldaprenameuser zed zoe
    same '|10000|2000|zed|zed@example.org|/srv/zed|/bin/bash' "$(user zed)|$(user zoe)" "the renamed user"
    same '2002|ann carl gus zoe' "$(group devs)" "the members of devs after the rename"
    expect 1 ldaprenameuser zoe bob
    contains "$ERR" 'already exists'
    done_by ldaprenamegroup crew team
    same "|10005|${ann:+ann }zoe" "$(group crew)|$(group team)" "the renamed group"
    sees 'devs sysadmins team' groups_of zoe
    done_by lsldap -g
    contains "$OUT" "dn: cn=team,ou=groups,$base"

    done_by ldapdeleteuserfromgroup zoe devs
    same '2002|ann carl gus' "$(group devs)" "the members of devs at last"
    done_by ldapdeleteuser zoe
    same "|10005|${ann# }" "$(user zoe)|$(group team)" "the deleted user"
    done_by lsldap -u
    lacks "$OUT" zoe
    done_by ldapdeletegroup team
    same '|4|10' "$(group team)|$(q 'SELECT (SELECT count(*) FROM "Groups"), (SELECT count(*) FROM "Users")')" "the rows at the end"
}

serve ''
scripts_for posixGroup
life_cycle ''

end_serving
LDAP_SCHEMA=rfc2307bis
serve "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
scripts_for groupOfNames "uid=ann,ou=people,$base"
life_cycle ann
# The last member stays, because the class requires one.
done_by ldapaddgroup crew
expect 1 ldapdeleteuserfromgroup ann crew
contains "$(<"$T/ldapscripts.log")" 'Object class violation (65)'
same '10000|ann' "$(group crew)" "the members after the refusal"
