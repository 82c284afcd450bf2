#!/bin/bash
# One number for all names: for nslcd each name is the user "virtual".
. "$(dirname "$0")/own-system.sh"
need nslcd
page=doc/virtual-users.md
base=dc=example,dc=com
{ manager_conf; block $page '# Every name is'; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
logged number-shared 'different names get the number 10000'
block $page 'uid nslcd' | sed "s|^uri .*|uri $URI|; /^tls/d" >/etc/nslcd.conf
block $page 'passwd: files ldap' >/etc/nsswitch.conf
mkdir -p /run/nslcd
chown nslcd:nslcd /run/nslcd
setpriv --pdeathsig KILL -- nslcd -n -d >"$T/nslcd.log" 2>&1 &
eventually 20 getent -s ldap passwd ann

# Any name is the same user, with a home directory of its own.
tables() { q 'TABLE "Users"; TABLE "Groups"; TABLE "UserGroups"' | sort | cksum; }
before=$(tables)
for name in alice1 bert2; do
    same "$name:*:10000:10000:virtual user:/home/$name:/bin/bash" "$(getent passwd $name)" "the account"
    same 'uid=10000(virtual) gid=10000(virtual) groups=10000(virtual)' "$(id $name)" "the numbers of $name"
done
same 'virtual:*:10000:10000:virtual user:/nowhere:/bin/bash' "$(getent passwd 10000)" "the user by number"
for key in virtual 10000; do same 'virtual:*:10000:' "$(getent group $key)" "the group"; done
touch "$T/file"
chown alice1:virtual "$T/file"
same 'virtual virtual' "$(stat -c '%U %G' "$T/file")" "the owner of a file"
same "dn: uid=virtual,$base" "$(search -b "$base" '(uidNumber=10000)' 1.1 | grep .)" "entries with the number"
same "dn: cn=virtual,$base" "$(search -b "$base" '(&(objectClass=posixGroup)(gidNumber=10000))' 1.1 | grep .)" "groups with the number"

# Names of other forms are unknown, lists have rows only, and packages create their users.
for name in alice root0x foosvc Alice1 alice1@x 'host$' '*' '' systemd-x 4711 pam_unix_non_existent: 'a b1'; do expect 2 getent -s ldap passwd "$name"; done
same "$(q 'SELECT "uid" FROM "Users" ORDER BY 1')" "$(getent -s ldap passwd | cut -d : -f 1 | sort)" "the list of users"
for name in alice1 virtual; do expect 2 getent shadow $name; done
expect 0 adduser --system --no-create-home foosvc
expect 0 systemd-sysusers --inline 'u bazsvc - "x"'
grep -q '^bazsvc:' /etc/passwd || fail "systemd-sysusers has created no user"

# The names of a pattern belong to the directory: no package can create one.
expect 1 adduser --system --no-create-home svc1
contains "$OUT$ERR" 'already exists, but is not a system user'

# A row wins at once; no password opens anything.
q "UPDATE \"Users\" SET \"uid\" = 'alice1' WHERE \"uid\" = 'jan'"
same 2009 "$(id -u alice1)" "a name that a row has"
q "UPDATE \"Users\" SET \"uid\" = 'jan' WHERE \"uid\" = 'alice1'"
same 10000 "$(id -u alice1)" "the name without that row"
expect 49 ldapwhoami -x -H "$URI" -D "uid=alice1,$base" -w alice1
same "$before" "$(tables)" "the tables"
