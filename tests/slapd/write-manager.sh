# The manager's tables are written as administrators' tools write them, by a role with just the rights.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/rights.sh"
start_postgres
base=dc=example,dc=com
{
    manager_conf
    cat "$TESTS/data/writes.conf"
    echo pgsql-cache 16
} >"$T/slapd.conf"
take_everybodys_rights public
make_directory_role "$T/slapd.conf"
each_grant_is_needed
start_slapd "$T/directory.conf"
settled
not_logged writes-unusable
as_admin() { "$1" -x -H "$URI" -D "cn=admin,$base" -w admin "${@:2}"; }
change() { expect "${CODE:-0}" as_admin ldapmodify <<<"$(printf '%s\n' "$@")"; } # LINE…
user() { q "SELECT \"uidNumber\", \"gidNumber\", cn, sn, mail, \"homeDirectory\", status FROM \"Users\" WHERE uid = '$1'"; }

# As ldapscripts adds a user: without a surname, an address and a password.
change "dn: uid=zed,ou=people,$base" 'changetype: add' 'objectClass: account' 'objectClass: posixAccount' 'cn: zed' 'uid: zed' \
    'uidNumber: 3000' 'gidNumber: 2001' 'homeDirectory: /home/zed' 'loginShell: /bin/bash' 'gecos: zed' 'description: User account'
same '3000|2001|zed|zed|zed@example.com|/home/zed|active' "$(user zed)" "the user of ldapscripts"
expect 49 ldapwhoami -x -H "$URI" -D "uid=zed,ou=people,$base" -w '!'
expect 0 as_admin ldappasswd -s zed-secret "uid=zed,ou=people,$base"
expect 0 ldapwhoami -x -H "$URI" -D "uid=zed,ou=people,$base" -w zed-secret
expect 0 ldappasswd -x -H "$URI" -D "uid=zed,ou=people,$base" -w zed-secret -a zed-secret -s zed-new
expect 1 ldappasswd -x -H "$URI" -D "uid=zed,ou=people,$base" -w zed-new -a wrong -s x
contains "$OUT" 'the old password is wrong'
# As LAM adds one, with the number that the database assigns.
change "dn: uid=lam,ou=people,$base" 'changetype: add' 'objectClass: posixAccount' 'objectClass: inetOrgPerson' 'uid: lam' 'sn: Lamb' \
    'givenName: Larry' 'cn: Larry Lamb' 'uidNumber: 99999' 'gidNumber: 2002' 'homeDirectory: /home/lam' 'userPassword: lam-secret'
same '3001|2002|Larry Lamb|Lamb|lam@example.com|/home/lam|active' "$(user lam)" "the user of LAM"
expect 0 ldapwhoami -x -H "$URI" -D "uid=lam,ou=people,$base" -w lam-secret
change "dn: uid=lam,ou=people,$base" 'replace: mail' 'mail: larry@example.com' - 'replace: homeDirectory' 'homeDirectory: /srv/lam'
same '3001|2002|Larry Lamb|Lamb|larry@example.com|/srv/lam|active' "$(user lam)" "the changed user"
CODE=19 change "dn: uid=lam,ou=people,$base" 'replace: mail' 'mail: ann@example.com'
CODE=65 change "dn: uid=lam,ou=people,$base" 'delete: homeDirectory'
# Groups and members.
change "dn: cn=crew,ou=groups,$base" 'changetype: add' 'objectClass: posixGroup' 'cn: crew' 'gidNumber: 4000' 'memberUid: lam' 'memberUid: ann'
same 'ann lam' "$(search -b "cn=crew,ou=groups,$base" memberUid | sed -n 's/^memberUid: //p' | sort | xargs)" "the members"
change "dn: uid=lam,ou=people,$base" 'changetype: modrdn' 'newrdn: uid=lamb' 'deleteoldrdn: 1'
change "dn: cn=crew,ou=groups,$base" 'delete: memberUid' 'memberUid: ann'
same 'lamb' "$(search -b "cn=crew,ou=groups,$base" memberUid | sed -n 's/^memberUid: //p' | sort | xargs)" "the members after a rename"
change "dn: uid=lamb,ou=people,$base" 'changetype: delete'
change "dn: cn=crew,ou=groups,$base" 'changetype: delete'
same '' "$(user lamb)$(q 'SELECT 1 FROM "UserGroups" WHERE "gidNumber" = 4000')" "what is left"
# Neither the sample users nor anybody without a right can be written.
expect 50 ldapmodify -x -H "$URI" -D "uid=zed,ou=people,$base" -w zed-new <<<"dn: uid=ann,ou=people,$base
replace: sn
sn: x"
lacks "$(<"$T/slapd.log")" "permission denied"
