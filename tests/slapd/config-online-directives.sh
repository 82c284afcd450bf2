# Directives changed while slapd runs take effect with the next search.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
mkdir "$T/slapd.d"
manager_conf >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { printf '%s\n' "dn: $database" "changetype: modify" "$@" | as_config ldapmodify >/dev/null; }

# A switch: the other value, then the default again.
expect 0 change "add: olcPgPrivateGroups" "olcPgPrivateGroups: FALSE"
same "" "$(dns -b $base '(cn=fay)')" "fay's group, switched off"
expect 0 change "delete: olcPgPrivateGroups"
same "cn=fay,$base" "$(dns -b $base '(cn=fay)')" "fay's group by default"
expect 0 change "add: olcPgAnonymousSearch" "olcPgAnonymousSearch: FALSE"
expect 50 search -b $base '(uid=ann)'
same "uid=ann,$base" "$(dns -D cn=admin,$base -w admin -b $base '(uid=ann)')" "ann, for who has logged in"
expect 0 search -b '' -s base
expect 0 change "replace: olcPgAnonymousSearch" "olcPgAnonymousSearch: TRUE"
same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann, for anybody again"

# Where the entries are.
expect 0 change "add: olcPgKind" "olcPgKind: users container=ou=people"
same "uid=ann,ou=people,$base" "$(dns -b $base '(uid=ann)')" "ann below ou=people"
expect 0 change "replace: olcPgKind" "olcPgKind: users container=ou=staff"
same "uid=ann,ou=staff,$base" "$(dns -b $base '(uid=ann)')" "ann below ou=staff"
expect 32 search -b ou=people,$base
expect 0 change "delete: olcPgKind"
same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann below the base"

# Attributes.
expect 0 change "add: olcPgAttribute" "olcPgAttribute: users loginShell default=/bin/zsh" "olcPgAttribute: users description default=one"
expect 0 change "add: olcPgAttribute" "olcPgAttribute: users telephoneNumber default=112"
expect 0 change "delete: olcPgAttribute" "olcPgAttribute: users description default=one"
same "loginShell: /bin/zsh telephoneNumber: 112" "$(search -b $base '(uid=ann)' loginShell description telephoneNumber | grep ': ' | sed 1d | sort | xargs)" "attributes"
expect 0 change "delete: olcPgAttribute"
same "loginShell: /bin/bash" "$(search -b $base '(uid=ann)' loginShell telephoneNumber | grep ': ' | sed 1d)" "the default shell"

# Queries, also several in one modification, which is valid only as a whole.
columns='"uid" AS username, "uidNumber" AS uid_number, "gidNumber" AS gid_number FROM "Users"'
expect 0 change "add: olcPgLookup" "olcPgLookup: users mail SELECT 'found by mail' AS full_name, $columns WHERE \"mail\" = ?"
contains "$(search -b $base '(uid=ann)' cn)" "cn: Ann Archer"
list_of() { as_config ldapsearch -LLL -o ldif-wrap=no -s base -b "$database" olcPgList | grep "olcPgList.*$1"; }
expect 0 change "delete: olcPgLookup" "-" "add: olcPgList" "olcPgList: users SELECT $columns WHERE \"status\" = 'active'" "-" "delete: olcPgList" "$(list_of users)"
same 8 "$(dns -b $base '(uid=*)' | wc -l)" "active users"
same "" "$(dns -b $base '(uid=dora)')" "a user who is not active"
same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann without a lookup of her own"

# Numbers, and the URI, whose change reaches the sessions that are already open.
for value in "Timeout: 1.5" "ConnectTimeout: 0.5" "PoolSize: 1"; do
    expect 0 change "replace: olcPg${value%%:*}" "olcPg$value"
    same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann with $value"
done
freeze_postgres
within 2.5 expect 52 search -b $base '(uid=ann)'
thaw_postgres
eventually 5 search -b $base '(uid=ann)'
uri=$(as_config ldapsearch -LLL -o ldif-wrap=no -s base -b "$database" olcPgUri | grep ^olcPgUri)
expect 0 change "replace: olcPgUri" "olcPgUri: postgres://ldap:ldap@127.0.0.1:$PGPORT/postgres"
expect 80 search -b $base '(uid=ann)' # the database `postgres` has no such tables
expect 0 change "replace: olcPgUri" "$uri"
same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann at the old URI"
for name in Timeout ConnectTimeout PoolSize; do expect 0 change "delete: olcPg$name"; done
as_config ldapsearch -LLL -o ldif-wrap=no -s base -b "$database" | grep ^olc | sort >"$T/before"
stop_slapd
start_slapd "$T/slapd.d"
same "$(<"$T/before")" "$(as_config ldapsearch -LLL -o ldif-wrap=no -s base -b "$database" | grep ^olc | sort)" "cn=config after a restart"
