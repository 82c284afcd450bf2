#!/bin/bash
# A query that also selects "sshPublicKey" gives sshd the user's keys, through SSSD.
. "$(dirname "$0")/clients.sh"

start_postgres
start_ldap ldap1 SQL_QUERY_ONE_USER="SELECT $USER_COLUMNS, \"sshPublicKey\" FROM \"Users\" WHERE \"uid\" = ?" \
    SQL_QUERY_ALL_USERS="SELECT $USER_COLUMNS, \"sshPublicKey\" FROM \"Users\""
start_sssd ldap1

key=$(q "SELECT \"sshPublicKey\" FROM \"Users\" WHERE \"uid\" = 'ann'")
contains "$key" ssh-ed25519
# sshd compares type and key; SSSD writes the user in place of the comment.
same "${key% *}" "$(in_sssd sss_ssh_authorizedkeys ann | cut -d ' ' -f 1,2)" "ann's key"

# bob's column is NULL: no key, and no error either.
same '' "$(in_sssd sss_ssh_authorizedkeys bob)" "bob's keys"
in_sssd getent -s sss passwd bob >/dev/null
