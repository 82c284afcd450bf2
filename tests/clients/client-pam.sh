#!/bin/bash
# PAM lets in the members of a group through nslcd, by the settings of doc/clients/pam.md.
page=doc/clients/pam.md
. "$(dirname "$0")/../lib/applications.sh"
need pamtester
begin() { start_nslcd "$(block $page pam_authz_search)"; }
begin
write_block /etc/pam.d/intranet 'auth '
tells() { # STATUS TEXT NAME PASSWORD
    expect "$1" pamtester intranet "$3" authenticate acct_mgmt <<<"$4"
    contains "$OUT$ERR" "$2"
}

same 'ann:*:10001:10001:Ann Archer:/home/ann:/bin/bash' "$(getent passwd ann)" "the account"
same 'uid=10001(ann) gid=10001(ann) groups=10001(ann),50001(developers),50002(support)' "$(id ann)" "the groups"
expect 2 getent passwd example # an application is no user
tells 0 'account management done' ann ann-secret
for password in wrong '' ben-secret; do tells 1 'Authentication failure' ann "$password"; done
tells 1 'Permission denied' ben ben-secret # not in the group
tells 1 'Authentication failure' eve eve-secret # not active
for name in zoe '*' 'ann)(uid=*'; do tells 1 'User not known' "$name" ann-secret; done
restart_slapd
tells 1 'Authentication failure' ann wrong

# The group is a matter of the account step alone.
expect 0 pamtester intranet ben authenticate <<<ben-secret

outage
expect 2 getent passwd ann # to nslcd's callers, an error is an unknown user
for password in ann-secret wrong; do tells 1 'cannot retrieve authentication info' ann "$password"; done
end_outage
eventually 20 getent passwd ann
tells 0 'account management done' ann ann-secret
distrust
kill $NSLCD
wait $NSLCD || true
rm -f /run/nslcd/socket
begin
tells 1 'cannot retrieve authentication info' ann ann-secret
