#!/bin/bash
# Administrators with roles manage their unit with LDAP Account Manager, in a browser, and see nothing else.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/tree.sh"
. "$TESTS/lib/roles.sh"
. "$TESTS/clients/lam/servers.sh"
can_run_lam
start_postgres
roles_tables
# LAM requires more attributes of a user than other tests do. The numbers of users are unique, and LAM shows an administrator only some of them.
q "ALTER TABLE people ADD shown text, ADD surname text, ADD given text, ADD home text, ADD shell text, ADD gid int,
     ALTER rank SET DEFAULT 'clerk', ADD UNIQUE (login), ADD UNIQUE (number);
   CREATE SEQUENCE numbers START 20000; GRANT USAGE ON numbers TO ldap;
   UPDATE people SET shown = login, surname = initcap(login), given = '', home = '/home/' || login, shell = '/bin/bash', gid = 2004;
   INSERT INTO people (id, login, number, gid, pass) SELECT 30, 'lam', 1030, 2004, pass FROM people WHERE login = 'boss';
   INSERT INTO teams VALUES (4, 1, 'local', 2004);
   INSERT INTO roles VALUES ('lam', 'login-search', NULL), ('ann', 'domain-user', NULL), ('ann', 'self-service', NULL)"
columns='shown AS cn, surname AS sn, given AS "givenName", home AS home_directory, shell AS "loginShell"'
{
    roles_conf | sed '/^pgsql-list users/s/number AS gid_number,/gid AS gid_number, '"$columns"',/
        /^pgsql-write users/s/$/ accept=account,shadowAccount magic-number=99999/'
    cat <<'END'
pgsql-column-value users number nextval('numbers')
pgsql-column-value users given ''
pgsql-role login-search users search
pgsql-role account-reader users read attrs=cn,sn,givenName,uidNumber,gidNumber,homeDirectory,loginShell
pgsql-role account-reader groups read attrs=gidNumber
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
not_logged writes-unusable

# A delegate's own entry may be hidden from the delegate. LAM finds it for the login with an account that may search for users, and needs
# no list of the administrators. With a list (the profile `list`), LAM binds with the DN, and no account has to see it.
ADMINS='uid=brad,dc=example,dc=com;uid=boss,dc=example,dc=com'
start_lam
hash='modules: posixAccount_pwdHash: LDAP_EXOP'
lam_profile range "$base" "$base" "$hash" # LAM chooses the number, from those that it sees
lam_profile list "$base" "$base" "$hash" 'modules: posixAccount_user_magicNumberUser: 99999'
sed -i 's/uidGeneratorUsers: range/uidGeneratorUsers: magicNumber/' "$T/lam/config/list.conf"
{
    cat "$T/lam/config/list.conf"
    printf '%s\n' 'loginMethod: search' "loginSearchSuffix: $base" 'loginSearchFilter: (&(objectClass=posixAccount)(uid=%USER%))' \
        "loginSearchDN: uid=lam,$base" 'loginSearchPassword: secret'
} >"$T/lam/config/lam.conf"
start_browser
in_browser "$TESTS/clients/lam/delegates.py"
lacks "$(<"$T/slapd.log")" 'permission denied'
lacks "$(cat "$T/php.log" 2>/dev/null)" 'PHP Fatal'
