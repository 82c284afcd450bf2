#!/bin/bash
# Dovecot logs in the members of a group, and knows all users, by the settings of doc/clients/dovecot.md.
page=doc/clients/dovecot.md
. "$(dirname "$0")/../lib/applications.sh"
need dovecot doveadm
[ -e /usr/lib/dovecot/modules/auth/libauthdb_ldap.so ] || skip "dovecot-ldap is missing; packaging/setup --tests installs it"
write_block /etc/dovecot/dovecot-ldap.conf.ext uris
start_dovecot
attempt() { dovecot_login "$@"; }

admits_members 'auth succeeded' 'auth failed'
expect 0 doveadm user ben
same "$(printf '%s\t%s\n' uid 10002 gid 10002 home /home/ben)" "$(grep -E '^(uid|gid|home)' <<<"$OUT")" "the data of ben"
same 'ann ben eve' "$(doveadm user '*' | xargs)" "the users"
expect 67 doveadm user zoe # EX_NOUSER
restart_slapd
result 'auth succeeded' ann ann-secret

outage
result 'auth failed temp_fail' ann ann-secret
expect 75 doveadm user zoe # EX_TEMPFAIL
end_outage
result 'auth succeeded' ann ann-secret
distrust
doveadm reload
expect 75 doveadm user ann
