# A query that would show the password column is refused with a reason.
. "$(dirname "$0")/../lib.sh"
start_postgres
q "CREATE VIEW secrets AS SELECT \"uid\" AS who, \"userPassword\" AS what FROM \"Users\"; GRANT SELECT ON secrets TO ldap"
tested() { # STATUS TEXT: what slaptest makes of the configuration on standard input
    local status=0
    cat >"$T/slapd.conf"
    OUT=$(timeout 60 "${PRELOAD[@]}" slaptest -f "$T/slapd.conf" 2>&1) || status=$?
    same "$1" "$status" "the status of slaptest ($OUT)"
    contains "$OUT" "$2"
}
list() { manager_conf | sed "/^pgsql-list users/,/FROM/s|\"userPassword\" AS password|&, $1|"; } # one more column of the list
hash_column='shows the password hashes in "userPassword" of table "Users": password hashes serve logins only'

# The column under another name, as it is or as another type; also by way of a view, in any query, of any kind.
tested 1 "pgsql-list users: the column \"description\" $hash_column" < <(list '"userPassword" AS description')
tested 1 "pgsql-list users: the column \"description\" $hash_column" < <(list '"userPassword"::varchar(100)::text AS description')
tested 1 "pgsql-list users: the column \"note\" $hash_column" < <(list '"userPassword" AS note'
    echo 'pgsql-attribute users description default="note {note}"')
tested 1 "pgsql-list users: the column \"auth_backends\" $hash_column" < <(list '"userPassword" AS auth_backends' | sed '/^pgsql-lookup users/,/WHERE/d')
tested 1 "pgsql-lookup users uid: the column \"mail\" $hash_column" < <(manager_conf | sed '/^pgsql-lookup users/,/WHERE/s/"mail",/"userPassword" AS mail,/')
tested 1 "pgsql-values users description: the column \"x\" $hash_column" < <(manager_conf
    echo 'pgsql-values users description SELECT "uid" AS username, "userPassword" AS x FROM "Users"')
tested 1 "pgsql-values users description: the column \"what\" $hash_column" < <(manager_conf
    echo 'pgsql-values users description SELECT who AS username, what FROM secrets')
tested 1 "pgsql-values groups memberUid: the column \"member\" $hash_column" < <(manager_conf
    echo 'pgsql-values groups memberUid SELECT g."cn" AS name, u."userPassword" AS member FROM "Groups" g JOIN "Users" u USING ("gidNumber")')
tested 1 "pgsql-list hosts: the column \"cn\" $hash_column" < <(manager_conf
    printf '%s\n' 'pgsql-kind hosts container=ou=hosts rdn=cn class=device' 'pgsql-list hosts SELECT "userPassword" AS cn FROM "Users"')

# An option makes no other attribute of userPassword.
tested 1 'pgsql-list users: the column "userPassword;lang-de" would show passwords' < <(list '"userPassword" AS "userPassword;lang-de"')
tested 0 'pgsql-list users: the column "userPassword" serves nothing' < <(list '"userPassword"')

# What is computed from it may be harmless: it is said.
computed='is computed from "userPassword" of table "Users", which has the password hashes; make sure that it does not show them'
tested 0 "pgsql-list users: the column \"description\" $computed" < <(list "md5(\"userPassword\") AS description")
tested 0 "pgsql-list users: the column \"description\" $computed" < <(list '"Users"::text AS description')
tested 0 "pgsql-list users: the column \"login_shell\" $computed" < <(list "CASE WHEN \"userPassword\" LIKE '!%' THEN '/bin/false' ELSE '/bin/sh' END AS login_shell")

# What only looks at it, or holds it for nothing to show, is no matter.
tested 0 succeeded < <(manager_conf | sed '/^pgsql-list users/,/FROM/s/FROM "Users"/FROM "Users" WHERE "userPassword" IS NOT NULL/'
    echo "pgsql-login-filter users password NOT LIKE '!%'")
same "config file testing succeeded" "$OUT" "what is said of conditions"

# A lookup by the hash, or by a piece of it, would let clients guess.
guess() {
    manager_conf
    echo 'pgsql-lookup users description SELECT "uid" AS username, "uidNumber" AS uid_number, "gidNumber" AS gid_number FROM "Users" WHERE '"$1"
}
compared='pgsql-lookup users description: the parameter is compared with the password hashes in "userPassword" of table "Users"'
tested 1 "$compared" < <(guess '"userPassword" = ?')
tested 1 "$compared" < <(guess "\"uid\" = 'ann' AND (left(\"userPassword\", 9) = ? OR \"mail\" IS NULL)")
tested 0 succeeded < <(guess "\"mail\" = ? AND \"userPassword\" <> ''")
lacks "$OUT" hashes

# slapd shows nothing of a kind that would: an error, and the other kinds as usual.
start_slapd - < <(list '"userPassword" AS description')
expect 80 search -b dc=example,dc=com '(uid=ann)'
lacks "$OUT" '$'
expect 0 search -b dc=example,dc=com '(&(objectClass=posixGroup)(cn=devs))' cn
expect 80 ldapwhoami -x -H "$URI" -D uid=ann,dc=example,dc=com -w ann-secret
