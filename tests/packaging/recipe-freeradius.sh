#!/bin/bash
# The recipe for FreeRADIUS serves users of attribute rows, with each hash that it reads.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application radius <"$TESTS/recipes/freeradius.sql"
new_directory --for machines
contains "$OUT" 'recipe freeradius (FreeRADIUS)'
contains "$OUT" 'users     public.radcheck: 14 users, 10 may log in'
contains "$OUT" 'groups    public.radusergroup: 3 groups'
contains "$(<"$T/new.radius/README")" $'nor NT-Password. Crypt-Password,\n  Password-With-Header'
for user in ann 'Ben Example' cid dot eve guest; do
    logs_in "$user" secret
    refuses "$user" wrong
done
# Of several passwords the first one counts.
for user in clear both 00:11:22:33:44:55 locked left expired strange damaged; do refuses "$user" secret; done
same "ann ben example" "$(members staff)" "the members"
same "staff vpn" "$(groups_of 'ben example' | tr ' ' '\n' | grep -iE 'staff|vpn' | sort | xargs | tr A-Z a-z)" "the groups of a user"
number=$(entry '(&(uid=cid)(objectClass=posixAccount))' uidNumber)
contains "$number" 'uidNumber: 20000'

# The number belongs to the name: it stays when the rows are new ones. A new user has a number at once.
database -c "DELETE FROM radcheck WHERE username = 'cid'" -c "INSERT INTO radcheck (username, attribute, op, value) SELECT n, 'MD5-Password', ':=', md5('new') FROM unnest('{zoe,cid}'::text[]) n"
logs_in cid new
same "$number" "$(entry '(&(uid=cid)(objectClass=posixAccount))' uidNumber)" "the number"
contains "$(entry '(&(uid=zoe)(objectClass=posixAccount))' uidNumber)" 'uidNumber: 20000'

# FreeRADIUS writes logins into a table of their own. No query reads it, nor the operators.
reports_nothing "INSERT INTO radpostauth (username, reply) VALUES ('ann', 'Access-Accept'); UPDATE radcheck SET op = '=='"
reports "UPDATE radcheck SET value = 'Reject' WHERE username = '00:11:22:33:44:55'"
