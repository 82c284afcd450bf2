# The tree in slapd-pgsql-guide(7) has the entries on the page, and clients write them.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/manual.sh"
start_postgres
example='An example with units'

q "$(block "$example" 1)"
serve < <(block "$example" 2)
shown=$(block "$example" 3 | sed -n 's/^dn: //p')
same 5 "$(wc -l <<<"$shown")" "the number of entries that the page shows"
expect 0 bash -c "$(block "$example" 3 | head -n 1)"
same "$(sort <<<"$shown")" "$(sed -n 's/^dn: //p' <<<"$OUT" | sort)" "the entries below Bremen"
same "uid=boss,$base" "$(dns -b $base '(uid=boss)')" "the boss"
same "cn=crane,ou=Harbor,ou=Bremen,$base cn=staff,$base" "$(dns -b $base '(memberUid=sven)' | xargs)" "the groups of sven"
same "memberOf: cn=crane,ou=Harbor,ou=Bremen,$base" "$(search -b $base '(uid=sven)' memberOf | grep crane)" "a group that sven shows"
stop_slapd

# The index of the UNIQUE constraint serves a search below a unit.
users=$(block "$example" 2 | sed -n '/^pgsql-list users/,/FROM employee/p' | sed '1d')
contains "$(q "SET enable_seqscan = off; EXPLAIN SELECT * FROM ($users) AS e WHERE e.unit_id = ANY ('{1,3}')")" employee_unit_id_login_key

# Writes, with the parameter :parent and derived from the tables.
q 'GRANT INSERT, UPDATE, DELETE ON unit, project TO ldap; GRANT INSERT, UPDATE ON employee TO ldap'
serve < <(block "$example" 2; block 'Writes in a tree' 1)
person() { printf '%s\n' "dn: uid=$1,${3:-}$base" 'objectClass: inetOrgPerson' 'objectClass: posixAccount' "uid: $1" "cn: $1" "sn: $1" "uidNumber: $2" 'gidNumber: 20001' "homeDirectory: /home/$1" ''; }
expect 0 as_admin ldapadd <<END
dn: ou=Docks,ou=Harbor,ou=Bremen,$base
objectClass: organizationalUnit
ou: Docks

$(person dora 10005 ou=Docks,ou=Harbor,ou=Bremen,; echo; person eve 10006)
END
same 'Docks|dora' "$(q "SELECT u.name, login FROM employee e JOIN unit u ON u.id = unit_id WHERE u.parent_id = 3")" "the new unit and its user"
same eve "$(q 'SELECT login FROM employee WHERE unit_id IS NULL AND number = 10006')" "the new user without a unit"
expect 66 as_admin ldapdelete "ou=Docks,ou=Harbor,ou=Bremen,$base"
uuid=$(search -b $base '(uid=ann)' entryUUID | grep ^entryUUID)
run 'Writes in a tree' 2
same "uid=ann,ou=Berlin,$base" "$(dns -b $base '(uid=ann)')" "the moved user"
same "$uuid" "$(search -b $base '(uid=ann)' entryUUID | grep ^entryUUID)" "the entryUUID of the moved user"
expect 0 as_admin ldapmodrdn -r -s "ou=Berlin,$base" "ou=Harbor,ou=Bremen,$base" ou=Port
same "uid=dora,ou=Docks,ou=Port,ou=Berlin,$base" "$(dns -b $base '(uid=dora)')" "a user below a unit that was moved"
expect 53 as_admin ldapmodrdn -s "ou=Docks,ou=Port,ou=Berlin,$base" "ou=Port,ou=Berlin,$base" ou=Port
expect 0 as_admin ldapdelete "cn=crane,ou=Port,ou=Berlin,$base"
