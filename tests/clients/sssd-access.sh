#!/bin/bash
# SSSD's access filter refuses users it does not match, even with the right password.
. "$(dirname "$0")/clients.sh"

start_postgres
start_ldap ldap1
ACCESS_FILTER='(&(gidNumber=2001)(!(mail=hal@*)))'
start_sssd ldap1

for user in ann bob; do
    expect 0 login "$user" "$user-secret"
    contains "$OUT" 'account management done'
done

# fay and gus are of other groups, hal is excluded by name: authenticated (PAM 0), then permission denied (PAM 6).
for user in fay gus hal; do
    expect 1 login "$user" "$user-secret"
    contains "$OUT" 'successfully authenticated'
    contains "$OUT" 'Permission denied'
    lacks "$OUT" 'account management done'
done

# The filter is asked at each login, not remembered: fay moves to the group that may.
q "UPDATE \"Users\" SET \"gidNumber\" = 2001 WHERE \"uid\" = 'fay'" >/dev/null
expect 0 login fay fay-secret
