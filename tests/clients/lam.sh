#!/bin/bash
# LDAP Account Manager, in a browser, manages users and groups in the manager's tables.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/clients/lam/servers.sh"
can_run_lam
start_postgres
q 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ldap;
   ALTER TABLE "Users" ALTER mail DROP NOT NULL, ADD identity uuid NOT NULL UNIQUE DEFAULT gen_random_uuid()'
{
    manager_conf | sed 's/"homeDirectory" AS home_directory,/& "loginShell" AS login_shell, identity AS "entryUUID",/'
    grep -v '^access' "$TESTS/data/writes.conf" |
        sed '/^pgsql-write users/s/ignore=/&shadowLastChange,shadowMin,shadowMax,shadowWarning,shadowInactive,/'
    cat <<'END'
pgsql-attribute users uid compare=any
pgsql-bind-cache-ttl 300
access to attrs=userPassword by dn.exact="uid=ann,ou=people,dc=example,dc=com" write by self =xw by * auth
access to * by dn.exact="uid=ann,ou=people,dc=example,dc=com" write by users read
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
not_logged writes-unusable

ADMINS='cn=admin,dc=example,dc=com;uid=ann,ou=people,dc=example,dc=com'
start_lam
for profile in 'lam LDAP_EXOP' 'plain PLAIN' 'hash SSHA'; do # how LAM sets passwords
    read -r name hash <<<"$profile"
    lam_profile "$name" ou=people,dc=example,dc=com ou=groups,dc=example,dc=com "modules: posixAccount_pwdHash: $hash"
done
sed -i 's/uidGeneratorUsers: range/uidGeneratorUsers: magicNumber\nmodules: posixAccount_user_magicNumberUser: 99999/' "$T/lam/config/hash.conf"
start_browser
in_browser "$TESTS/clients/lam/accounts.py"
lacks "$(<"$T/slapd.log")" 'permission denied'
lacks "$(cat "$T/php.log" 2>/dev/null)" 'PHP Fatal'
