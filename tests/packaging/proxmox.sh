# A Proxmox VE realm with its defaults gets users with mail and groups with members, page by page, also of a second ago.
. "$(dirname "$0")/../lib.sh"
need perl
case $BUILD in */asan | */tsan) skip "slapd-from-env starts slapd without the sanitizer's libraries" ;; esac
start_postgres
free_port port
env -i PATH="$PATH" LDAP_COMMON_NAME=ldap1 LDAP_BASE_DN=dc=example,dc=com BIND_IP=127.0.0.1 PORT="$port" STATE_DIR="$T/state" \
    SLAPD_USER=root LDAP_UNENCRYPTED=true REQUIRE_AUTH_FOR_SEARCH=false AUTH_BACKENDS=sql DIRECTORY_BACKEND=sql \
    SQL_URI="postgres://ldap:ldap@127.0.0.1:$PGPORT/manager" BACK_PGSQL_MODULE="$MODULE" \
    SQL_QUERY_ALL_USERS="$(sed -n '/^pgsql-list users/,/^pgsql-lookup users/{/^pgsql/!p}' "$TESTS/data/queries.conf")" \
    SQL_QUERY_ONE_USER="$(sed -n '/^pgsql-lookup users/,/^pgsql-list groups/{/^pgsql/!p}' "$TESTS/data/queries.conf")" \
    SQL_QUERY_ALL_GROUPS="$(sed -n '/^pgsql-list groups/,/^pgsql-lookup groups/{/^pgsql/!p}' "$TESTS/data/queries.conf")" \
    SQL_QUERY_GROUPS_BY_MEMBER="$(sed -n '/^pgsql-lookup groups/,${/^pgsql/!p}' "$TESTS/data/queries.conf")" \
    setpriv --pdeathsig TERM -- "$PROJECT/packaging/slapd-from-env" >>"$T/slapd.log" 2>&1 &
SLAPD=$!
URI=ldap://127.0.0.1:$port
eventually 20 search -b '' -s base 1.1

base=$(search -b '' -s base defaultNamingContext | sed -n 's/^defaultNamingContext: //p')
same dc=example,dc=com "$base" "the base found in the rootDSE"
users='(&(|(uid=*)(enable=*)(expire=*)(firstname=*)(lastname=*)(email=*)(comment=*)(keys=*)(mail=*))(|(objectclass=inetorgperson)(objectclass=posixaccount)(objectclass=person)(objectclass=user)))'
groups='(|(objectclass=groupOfNames)(objectclass=group)(objectclass=univentionGroup)(objectclass=ipausergroup))'
sync_users() { search -E pr=4/noprompt -b "$base" "$users" uid enable expire firstname lastname email comment keys mail memberOf 2>/dev/null; }
same 10 "$(sync_users | grep -c '^dn: ')" "users"
same 10 "$(sync_users | grep -c '^mail: ')" "users with mail"
search -E pr=2/noprompt -b "$base" "$groups" member uniqueMember >"$T/groups" 2>/dev/null
same "devs empty fay ldapusers sysadmins" "$(sed -n 's/^dn: cn=\([^,]*\).*/\1/p' "$T/groups" | sort | xargs)" "groups"
# Proxmox compares members with users as strings.
same "" "$(comm -23 <(sed -n 's/^member: //p' "$T/groups" | sort -u) <(sync_users | sed -n 's/^dn: //p' | sort))" "members that are no user"
same "uid=ann,$base uid=carl,$base uid=gus,$base" "$(sed -n '/^dn: cn=devs/,/^$/s/^member: //p' "$T/groups" | sort | xargs)" "members of devs"

# The manager creates a user and has Proxmox sync at once.
q "INSERT INTO \"Users\" (\"uid\",\"uidNumber\",\"homeDirectory\",\"cn\",\"sn\",\"givenName\",\"mail\",\"userPassword\",\"createdAt\",\"updatedAt\")
   SELECT 'new', 3000, '/home/new', 'New User', 'User', 'New', 'new@example.com', \"userPassword\", now(), now() FROM \"Users\" WHERE \"uid\" = 'bob'"
contains "$(sync_users)" "dn: uid=new,$base"
dn=$(search -b "$base" '(uid=new)' dn | sed -n 's/^dn: //p')
expect 0 ldapwhoami -x -H "$URI" -D "$dn" -w bob-secret
expect 49 ldapwhoami -x -H "$URI" -D "$dn" -w wrong
