# Users and groups without numbers serve clients that search and log in, and need no column for them.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
conf() {
    base_conf
    cat <<END
database pgsql
suffix $base
rootdn cn=admin,$base
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind users class=top,inetOrgPerson
pgsql-kind groups class=top,groupOfNames
pgsql-list users SELECT "uid" AS username, "cn" AS full_name, "mail", "userPassword" AS password FROM "Users"
pgsql-list groups SELECT "cn" AS name FROM "Groups"
pgsql-values groups member
  SELECT g."cn" AS name, 'uid=' || u."uid" || ',$base' AS member FROM "Groups" g JOIN "UserGroups" ug USING ("gidNumber") JOIN "Users" u USING ("uidNumber")
pgsql-values users memberOf
  SELECT u."uid" AS username, 'cn=' || g."cn" || ',$base' AS "memberOf" FROM "Groups" g JOIN "UserGroups" ug USING ("gidNumber") JOIN "Users" u USING ("uidNumber")
access to attrs=userPassword by * auth
access to * by * read
END
}
start_slapd - < <(conf)
expect 0 search -b "$base" '(uid=ann)' '*'
contains "$OUT" 'objectClass: inetOrgPerson'
for part in Number homeDirectory loginShell gecos posixAccount; do lacks "$OUT" $part; done
expect 0 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-secret
expect 49 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w wrong
expect 0 search -b "$base" '(cn=devs)' '*'
contains "$OUT" "member: uid=ann,$base"
for part in gidNumber memberUid posixGroup; do lacks "$OUT" $part; done
expect 0 search -b "$base" "(member=uid=ann,$base)" cn
contains "$OUT" 'cn: devs'
expect 0 search -b "$base" '(uid=ann)' memberOf
contains "$OUT" "memberOf: cn=devs,$base"
# No entry has a number, so that searches for one find nothing and ask nothing.
for filter in '(uidNumber=2001)' '(gidNumber=2001)' '(objectClass=posixAccount)' '(memberUid=ann)'; do
    expect 0 search -b "$base" "$filter" 1.1
    lacks "$OUT" dn:
done
stop_slapd

# A query that returns numbers all the same: they are not shown, and no user without one is left out.
conf | sed 's/"mail", "userPassword" AS password/&, CASE WHEN "uid" <> '"'ann'"' THEN "uidNumber" END AS uid_number/' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 0 search -b "$base" '(|(uid=ann)(uid=bob))' uid uidNumber
same "ann bob" "$(sed -n 's/^uid: //p' <<<"$OUT" | sort | xargs)" "the users"
lacks "$OUT" uidNumber
stop_slapd

# Accounts need their numbers.
conf | sed 's/class=top,inetOrgPerson/class=top,posixAccount,inetOrgPerson/' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 80 search -b "$base" '(uid=ann)' uid
eventually 5 grep -q 'returns no column "uid_number" for uidNumber' "$T/slapd.log"
