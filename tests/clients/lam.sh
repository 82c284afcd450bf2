#!/bin/bash
# LDAP Account Manager, in a browser, manages users, groups and units in the manager's tables.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/clients/lam/servers.sh"
can_run_lam
start_postgres
q 'CREATE TABLE units (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent int REFERENCES units, name text NOT NULL, UNIQUE (parent, name));
   ALTER TABLE "Users" ALTER mail DROP NOT NULL, ADD unit int REFERENCES units;
   GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ldap'
{
    manager_conf | sed 's/"homeDirectory" AS home_directory,/& "loginShell" AS login_shell, unit,/'
    grep -v '^access' "$TESTS/data/writes.conf" |
        sed '/^pgsql-kind users/s/$/ key=uid_number parent=units:unit/
            /^pgsql-write users/s/ignore=/&shadowLastChange,shadowMin,shadowMax,shadowWarning,shadowInactive,/'
    cat <<'END'
pgsql-kind units container=ou=people rdn=ou class=top,organizationalUnit key=id parent=parent
pgsql-list units SELECT id, parent, name AS ou FROM units
pgsql-write units operations=add,modify,rename,delete
pgsql-attribute users uid compare=any
pgsql-bind-cache-ttl 300
access to attrs=userPassword by dn.exact="uid=ann,ou=people,dc=example,dc=com" write by self =xw by * auth
access to dn.subtree="ou=bremen,ou=people,dc=example,dc=com" by dn.exact="uid=bob,ou=people,dc=example,dc=com" write
  by dn.exact="uid=ann,ou=people,dc=example,dc=com" write by users read
access to * by dn.exact="uid=ann,ou=people,dc=example,dc=com" write by users read
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
not_logged writes-unusable

ADMINS='cn=admin,dc=example,dc=com;uid=ann,ou=people,dc=example,dc=com;uid=bob,ou=people,dc=example,dc=com'
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
