#!/bin/bash
# A role with a password asks over TCP; numbers and homes of the application stay.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
start_postgres
DATABASE=manager
administrator() { echo "postgres://ldap:ldap@127.0.0.1:$PGPORT/manager?connect_timeout=5"; }
echo ann-secret >"$T/password"
new_directory --try ann --password-file "$T/password" --login-filter "u.status = 'active'" --role reader
contains "$OUT" 'ann can log in'
contains "$OUT" 'numbers   uidNumber of the application; gidNumber of the application'
logs_in ann ann-secret
refuses ann wrong
q "UPDATE \"Users\" SET status = 'suspended' WHERE uid = 'ann'"
refuses ann ann-secret
same "gidNumber: $(q "SELECT \"gidNumber\" FROM \"Users\" WHERE uid = 'ann'")
homeDirectory: $(q "SELECT \"homeDirectory\" FROM \"Users\" WHERE uid = 'ann'")
uidNumber: 2000" "$(entry '(&(uid=ann)(objectClass=posixAccount))' uidNumber gidNumber homeDirectory | sort)" "the numbers and the home"
contains "$(members sysadmins)" ann

# slapd's address is the administrator's with another role; the page has no password.
contains "$(<"$T/new.manager/slapd.conf")" "@127.0.0.1:$PGPORT/manager?connect_timeout=5"
contains "$(<"$T/new.manager/README")" "psql -X -q -d 'postgres://ldap@127.0.0.1:$PGPORT/manager?connect_timeout=5' <role.sql"
lacks "$(cat "$T/new.manager"/*)" 'ldap:ldap'
expect 0 wizard --out "$T/other" --slapd-uri 'service=directory'
contains "$(<"$T/other/slapd.conf")" 'pgsql-uri "service=directory"'

# What PostgreSQL refuses is told.
administrator() { echo "host=127.0.0.1 port=$PGPORT dbname=manager user=ldap password=wrong"; }
expect 2 wizard --out "$T/none"
contains "$ERR" 'password authentication failed for user "ldap"'
administrator() { echo "host=127.0.0.1 port=1 dbname=manager"; }
expect 2 wizard --out "$T/none"
contains "$ERR" 'Connection refused'
