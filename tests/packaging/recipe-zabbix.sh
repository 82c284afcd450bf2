#!/bin/bash
# The recipe for Zabbix serves its users and user groups, and they log in.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application zabbix <"$TESTS/recipes/zabbix.sql"
new_directory
contains "$OUT" 'recipe zabbix (Zabbix)'
logs_in admin zabbix
logs_in eve zabbix
refuses eve wrong
refuses locked zabbix
refuses guest zabbix
same "cn: Zabbix Administrator
gidNumber: 2000001
uidNumber: 2000001" "$(entry '(&(uid=admin)(objectClass=posixAccount))' cn uidNumber gidNumber | sort)" "the administrator"
same "eve guest locked" "$(members guests)" "the members"
same "gidNumber: 3000008" "$(entry '(cn=guests)' gidNumber)" "the number of a group"
same "cn: eve" "$(entry '(&(gidNumber=2000010)(objectClass=posixGroup))' cn)" "a private group"
# A member of a disabled group cannot log in any more.
database -c "INSERT INTO users_groups VALUES (20, 9, 10)"
refuses eve zabbix

# So it is with groups that have no access to the frontend, or use an LDAP server.
for access in 3 2; do
    database -c "UPDATE users_groups SET usrgrpid = 12 WHERE id = 20; UPDATE usrgrp SET gui_access = 0 WHERE usrgrpid = 12"
    logs_in eve zabbix
    database -c "UPDATE usrgrp SET gui_access = $access WHERE usrgrpid = 12"
    refuses eve zabbix
done
