#!/bin/bash
# The commands for users of libnss_map in doc/migration.md work, and keep their files.
set -e # what follows writes to /etc, and may do so only in a system of its own
. "$(dirname "$0")/own-system.sh"
page=doc/migration.md

q "ALTER ROLE ldap PASSWORD 'password'"
mkdir -p /etc/ldap/tls /usr/share/slapd-pgsql /run/slapd /home/virtual/alice1
cp "$MODULE" /usr/lib/ldap
cp "$PROJECT"/schema/*.sql /usr/share/slapd-pgsql
ln -s "$PROJECT"/packaging/slapd-pgsql-{check,migrate} "$T/bin"
commands doc/own-tables.md | grep '^openssl req ' | bash 2>/dev/null
{ block doc/own-tables.md 'include /etc/ldap/schema' | sed '/^database/,$d'; block $page 'database pgsql'; } >/etc/ldap/slapd.conf
printf '%s\n' SLAPD_CONF=/etc/ldap/slapd.conf 'SLAPD_SERVICES="ldaps:/// ldapi:///"' >/etc/default/slapd
block $page 'CREATE VIEW' >"$checkout/taken.sql"
block $page 'virtual:x:' >"$checkout/nssmap.conf"
ip address add 192.0.2.1/24 dev lo
LDAP1=192.0.2.1
date >/home/virtual/alice1/file
ln -s /etc/passwd /home/virtual/alice1/link
chown -hR 15000:15000 /home/virtual/alice1
touch /home/virtual/alice1/.nssmaprc # root's

before_page() {
    [ "$1" = 'getent passwd alice1' ] || return 0
    sssd_conf() { block doc/virtual-users.md '[sssd]'; }
    start_sssd
}
after_page() {
    case $1 in
        slaptest*) contains "$OUT$ERR" 'config file testing succeeded' ;;
        'getent passwd alice1')
            number=$(q "SELECT number FROM virtual_users WHERE name = 'alice1'")
            same "alice1:*:$number:$number:virtual user for nss_map:/home/virtual/alice1:/bin/bash" "$OUT" "the account"
            ;;
        'id alice1') same "uid=$number(alice1) gid=$number(alice1) groups=$number(alice1)" "$OUT" "the numbers" ;;
    esac
}
run_document $page page
same "alice1:alice1 root:root alice1:alice1" "$(cd /home/virtual/alice1 && in_sssd stat -c %U:%G "$PWD"/{file,.nssmaprc,link} | xargs)" "the owners of files"
same root "$(stat -c %U /etc/passwd)" "the owner of what a link names"
same alice1 "$(in_sssd getent passwd "$number" | cut -d : -f 1)" "the name of the number"
same virtual "$(in_sssd getent group 15000 | cut -d : -f 1)" "the group of existing files"
same alice1 "$(in_sssd su alice1 -c whoami)" "the user of a session"
expect 2 in_sssd getent passwd 15000

# Names of packages and other names are free; a machine of another network registers nothing.
for name in root0x foosvc 'host$' systemd-x 4711; do expect 2 in_sssd getent -s sss passwd "$name"; done
same "" "$(ldapsearch -x -LLL -H ldaps://127.0.0.1 -o TLS_REQCERT=allow -b dc=example,dc=com '(uid=bob2)' 1.1)" "what another network finds"
same alice1 "$(q "SELECT string_agg(name, ' ') FROM virtual_users")" "the registered names"
say "$count commands"
[ "$count" -ge 9 ] || fail "where have the document's commands gone?"
/etc/init.d/slapd stop >/dev/null
