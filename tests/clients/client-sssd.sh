#!/bin/bash
# SSSD searches as an account, and lets in the members of a group, by doc/clients/sssd.md.
page=doc/clients/sssd.md
. "$(dirname "$0")/../lib/applications.sh"
sssd_conf() {
    block $page '[sssd]' | sed '/^ldap_access_filter/d'
    block $page ldap_default_bind_dn
    block $page ldap_access_filter
    echo "$ASK_AGAIN_SOON"
}
start_sssd
tells() { # STATUS TEXT NAME PASSWORD
    expect "$1" login "$3" "$4"
    contains "$OUT" "$2"
}

same 'uid=10001(ann) gid=10001(ann) groups=10001(ann),50001(developers),50002(support)' "$(in_sssd id ann)" "the groups"
expect 2 in_sssd getent passwd example # an application is no user
tells 0 'account management done' ann ann-secret
tells 1 'Authentication failure' ann wrong
tells 1 'Permission denied' ben ben-secret # not in the group
tells 1 'Authentication failure' eve eve-secret # not active
tells 1 'User not known' zoe zoe-secret

outage
in_sssd sss_cache -E
expect 0 in_sssd getent passwd ann
tells 1 'cannot retrieve authentication info' ann ann-secret
end_outage
eventually 20 login ann ann-secret
distrust
stop_sssd
start_sssd
expect 2 in_sssd getent passwd ann
