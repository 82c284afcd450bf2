#!/bin/bash
# PAM accepts the right password and nothing else.
. "$(dirname "$0")/clients.sh"

start_postgres
manager_hash
start_ldap ldap1
start_sssd ldap1

let_in() { # USER PASSWORD
    expect 0 login "$1" "$2"
    contains "$OUT" 'successfully authenticated'
    contains "$OUT" 'account management done'
}
kept_out() { # USER PASSWORD
    expect 1 login "$1" "$2"
    contains "$OUT" "$3"
    lacks "$OUT" 'successfully authenticated'
}

# One user for each shape of hash that the table can hold: argon2, $6$, bcrypt, $y$, {SSHA}.
for user in ann bob carl fay gus; do
    let_in "$user" "$user-secret"
done
kept_out ann ann-wrong 'Authentication failure'
kept_out ann bob-secret 'Authentication failure'
kept_out ann '' 'Authentication failure'
kept_out zoe zoe-secret 'User not known'

# The stored hash opens nothing.
kept_out gus "$(q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = 'gus'")" 'Authentication failure'

# A password changed in the database counts at the next login.
q "UPDATE \"Users\" SET \"userPassword\" = (SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = 'bob') WHERE \"uid\" = 'ann'" >/dev/null
let_in ann bob-secret
kept_out ann ann-secret 'Authentication failure'
