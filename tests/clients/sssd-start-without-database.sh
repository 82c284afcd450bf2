#!/bin/bash
# SSSD shows all users once a database that was down at startup is up.
. "$(dirname "$0")/clients.sh"

start_postgres
stop_postgres
start_ldap ldap1
SSSD_EXTRA=$ASK_AGAIN_SOON
start_sssd ldap1 # it asks the rootDSE for the search base, once a connection

expect 2 in_sssd getent -s sss passwd ann
start_postgres
eventually 20 in_sssd getent -s sss passwd ann
expect 0 login ann ann-secret
