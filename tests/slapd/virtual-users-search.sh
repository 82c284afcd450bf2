# Virtual users and their groups are entries like others, and follow the table at once.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"
. "$TESTS/lib/virtual-users.sh"
start_postgres -c log_statement=all
virtual_users_table
q 'GRANT virtual_users_read TO ldap; CREATE ROLE authority LOGIN; GRANT virtual_users_admit TO authority'
tell_of_changes '"Users"' '"Groups"' '"UserGroups"' virtual_users
base=dc=example,dc=com
{
    base_conf
    sed -n '/^database pgsql$/,/^```/p' "$PROJECT/doc/virtual-users.md" | sed "/^\`\`\`/d; s|postgres://[^ ]*|postgres://ldap:ldap@127.0.0.1:$PGPORT/manager|"
    echo 'pgsql-cache 16'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
eventually 20 cache_used 1
admit() { as_role authority -c "SELECT virtual_user('$1')"; }
found() { dns -b "$base" "$1" | sed "s/,$base\$//" | xargs; }
is_found() { [ "$(found "$1")" = "$2" ]; } # FILTER DNS

# A name is in the cache as unknown, then admitted.
is_found '(uid=alice)' '' || fail "a name that nobody has admitted"
number=$(admit alice)
other=$(admit zoe)
eventually 1 is_found '(uid=alice)' uid=alice
user='(objectClass=posixAccount)' group='(objectClass=posixGroup)'
for filter in "(&(uid=alice)$user(&(uidNumber=*)(!(uidNumber=0))))" "(&(uidNumber=$number)$user(uid=*))" "(&$user(uid=ali*))" "(&$user(cn=virtual user)(gidNumber=$number))" \
    "(&(|(uid=alice)(uid=nosuch))$user)" "(&$user(uidNumber>=$number)(uidNumber<=$number))"; do
    same uid=alice "$(found "$filter")" "what $filter finds"
done
for filter in "(&(cn=alice)$group)" "(&(gidNumber=$number)$group)" "(&(memberUid=alice)$group)" "(&$group(cn=ali*))"; do same cn=alice "$(found "$filter")" "what $filter finds"; done
same "dn: uid=alice,$base
uid: alice
uidNumber: $number
gidNumber: $number
cn: virtual user
homeDirectory: /home/alice
loginShell: /bin/bash" "$(search -b "uid=alice,$base" -s base uid uidNumber gidNumber cn homeDirectory loginShell mail userPassword | grep .)" "the entry"
contains "$(found '(uid=*)') " 'uid=zoe '
same "$(q 'SELECT uid FROM "Users" UNION SELECT name FROM virtual_users ORDER BY 1' | sed 's/^/uid=/' | xargs)" "$(found "$user")" "all users"
same "$(found "$user")" "$(dns -b "$base" -E pr=3/noprompt "$user" | sed "s/,$base\$//" | xargs)" "all users, in pages"
expect 49 ldapwhoami -x -H "$URI" -D "uid=alice,$base" -w alice-secret
costs_nothing -b "$base" '(uid=alice)'

# Its end, its return, and a row with the name or the number are visible at once.
uuid() { search -b "$base" '(uid=alice)' entryUUID | grep ^entryUUID; }
before=$(uuid)
q "UPDATE virtual_users SET until = now() WHERE name = 'alice'"
eventually 1 is_found "(|(uid=alice)(uidNumber=$number)(cn=alice)(gidNumber=$number)(memberUid=alice))" ''
q "UPDATE virtual_users SET until = NULL WHERE name = 'alice'"
eventually 1 is_found '(uid=alice)' uid=alice
same "$before" "$(uuid)" "its entryUUID"
q "UPDATE \"Users\" SET \"uidNumber\" = $other WHERE \"uid\" = 'jan'"
eventually 1 is_found "(uidNumber=$other)" uid=jan
same '' "$(found '(uid=zoe)')" "a virtual user whose number a row has"
q "UPDATE \"Users\" SET \"uid\" = 'alice' WHERE \"uid\" = 'jan'"
eventually 1 is_found '(uid=alice)' uid=alice
same "uidNumber: $other" "$(search -b "$base" '(uid=alice)' uidNumber | grep ^uidNumber)" "the number of a row with the name"
