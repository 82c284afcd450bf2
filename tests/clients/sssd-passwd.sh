#!/bin/bash
# passwd changes the password in the database, but not for suspended users.
. "$(dirname "$0")/clients.sh"

start_postgres
q 'GRANT UPDATE ("userPassword", "updatedAt") ON "Users" TO ldap' >/dev/null
change=(SQL_PASSWORD_CHANGE='UPDATE "Users" SET "userPassword" = ?, "updatedAt" = now() WHERE "uid" = ? AND "userPassword" = ?'
    SQL_LOGIN_FILTER="username IN (SELECT \"uid\" FROM \"Users\" WHERE \"status\" = 'active')")
start_ldap ldap1 "${change[@]}"
start_ldap ldap2 "${change[@]}"
start_sssd ldap1 ldap2

# As the user does it: PAM asks for the old password, and twice for the new one. (root would not be asked.)
passwd() { # USER ID OLD NEW
    printf '%s\n' "$3" "$4" "$4" | in_sssd setpriv --reuid="$2" --regid=2001 --clear-groups -- pamtester login-test "$1" chauthtok 2>&1
}
expect 0 in_sssd getent -s sss passwd ann
expect 0 passwd ann 2000 ann-secret 'Neu! 4 ann'
expect 0 login ann 'Neu! 4 ann'
contains "$OUT" 'successfully authenticated'
expect 1 login ann ann-secret
hash=$(q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = 'ann'")
[[ $hash == '$argon2id$v=19$m=65536,t=3,p=4$'* ]] || fail "not a hash as the manager makes them: $hash"

# The old one must be right.
expect 1 passwd bob 2001 bob-wrong bob-new
expect 0 login bob bob-secret
expect 0 passwd bob 2001 bob-secret bob-new
expect 0 login bob bob-new

# dora is suspended, though her password is right: found, but not let in, and no password of hers is changed.
expect 0 in_sssd getent -s sss passwd dora
expect 1 login dora dora-secret
contains "$OUT" 'Authentication failure'
expect 1 passwd dora 2003 dora-secret dora-new
contains "$(q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = 'dora'")" '$6$RMJ5'
