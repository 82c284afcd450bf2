#!/bin/bash
# sshd gets the users' keys from SSSD if the queries select sshPublicKey.
. "$(dirname "$0")/clients.sh"

start_postgres
# Any schema that has the attribute serves; this is the definition that OpenSSH's users know (openssh-lpk).
{
    echo "attributetype ( 1.3.6.1.4.1.24552.500.1.1.1.13 NAME 'sshPublicKey'"
    echo "    EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )"
    manager_conf | sed 's/"userPassword" AS password/&, "sshPublicKey"/'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
start_sssd "$URI"

key=$(q "SELECT \"sshPublicKey\" FROM \"Users\" WHERE \"uid\" = 'ann'")
contains "$key" ssh-ed25519
# sshd compares type and key; SSSD writes the user in place of the comment.
same "${key% *}" "$(in_sssd sss_ssh_authorizedkeys ann | cut -d ' ' -f 1,2)" "ann's key"

# bob's column is NULL: no key, and no error either.
same '' "$(in_sssd sss_ssh_authorizedkeys bob)" "bob's keys"
in_sssd getent -s sss passwd bob >/dev/null
