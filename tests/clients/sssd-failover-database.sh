#!/bin/bash
# When one server loses its database, SSSD uses the other one immediately.
. "$(dirname "$0")/clients.sh"

start_postgres
start_ldap ldap1 SQL_URI="postgres://ldap:ldap@127.0.0.1:1/manager" # nobody listens there
start_ldap ldap2
expect 52 search_at "$LDAP1" -b dc=example,dc=com '(uid=ann)'
start_sssd ldap1 ldap2

within 5 in_sssd getent -s sss passwd ann >/dev/null || fail "ann is not found"
within 5 in_sssd getent -s sss passwd 2001 >/dev/null || fail "bob is not found by number"
expect 0 login ann ann-secret
expect 1 login bob bob-wrong
contains "$OUT" 'Authentication failure'
