#!/bin/bash
# REALM_CONFIG, in place or as a file, gives each realm its own database; a chain that cannot be kept is refused.
. "$(dirname "$0")/lib.bash"

realm() { # NAME BASE REST-OF-OPTIONS [LINKS [REST]]
    local links='{"type": "sql"}'
    cat <<END
{"name": "$1", "baseDn": "$2", "directory": {"backend": "sql", "options": {"sqlUri": "postgres://$1/d" $3}},
 "auth": {"backends": [${4:-$links}]} ${5:-}}
END
}
queries=', "sqlQueryAllUsers": "SELECT \"ä\"\nFROM t", "sqlQueryOneUser": "SELECT 2 WHERE ? = n", "sqlQueryAllGroups": "SELECT 3", "sqlQueryGroupsByMember": "SELECT 4 WHERE ? = n"'
refuses_realms() { # TEXT REALM
    refuses "REALM_CONFIG$1" REALM_CONFIG="[$2]"
}

# Two realms: one with queries of its own, one with the variables'.
queries+=', "sqlLoginFilter": "\"may log in\"", "sqlPasswordChange": "UPDATE t SET a = ? WHERE b = ? AND a = ?"'
both="[$(realm a dc=a "$queries"), $(realm b 'dc=b, dc=org' ', "sqlSsl": false')]"
printed REALM_CONFIG="$both" -- '# realm a' 'suffix "dc=a"' 'pgsql-uri "postgres://a/d"' 'pgsql-list users SELECT "ä" FROM t' \
    'pgsql-lookup users uid SELECT 2 WHERE ? = n' 'pgsql-list groups SELECT 3' 'pgsql-lookup groups memberUid SELECT 4 WHERE ? = n' \
    'pgsql-login-filter users "may log in"' 'pgsql-password-change users UPDATE t SET a = ? WHERE b = ? AND a = ?' \
    '# realm b' 'suffix "dc=b, dc=org"' 'pgsql-uri "postgres://b/d?sslmode=disable"' 'pgsql-list users SELECT "uid" AS username FROM "Users"'
same 1 "$(grep -c '^pgsql-login-filter' <<<"$OUT")" 'login filters'
same 2 "$(grep -c '^database pgsql$' <<<"$OUT")" databases
same 2 "$(grep -c '^pgsql-anonymous-search off$' <<<"$OUT")" "closed databases"
same "" "$ERR" "standard error"

echo "$both" >"$T/cwd/realms.json"
printed REALM_CONFIG=realms.json -- '# realm a' '# realm b'
printed REALM_CONFIG="[$(realm a dc=a '' '{"type": "sql", "options": {"sqlUri": "postgres://a/d"}}')]" -- 'suffix "dc=a"'

# Each realm has a chain of its own, and its endpoint, or the one of the variable.
chains="[$(realm a dc=a ''), $(realm b dc=b '' '{"type": "sql"}, {"type": "notification", "options": {"notificationUrl": "https://b/"}}'),
    $(realm c dc=c '' '{"type": "sql"}, {"type": "notification"}')]"
printed REALM_CONFIG="$chains" NOTIFICATION_URL=https://c/ -- 'pgsql-push-uri "https://b/"' 'pgsql-push-uri "https://c/"'
same 2 "$(grep -c '^pgsql-auth-backends sql notification$' <<<"$OUT")" "realms with push"
same 'suffix "dc=a"' "$(grep -B 99 'suffix "dc=b"' <<<"$OUT" | grep -E '^(suffix "dc=a|pgsql-(push|auth))')" "the realm without"

# The default realm is first, unless its base is around another one's: slapd wants the inner one first.
order() { expect 0 from_env --print REALM_CONFIG="[$1]"; sed -n 's/^suffix "\(.*\)"$/\1/p' <<<"$OUT" | tr '\n' ' '; }
same 'dc=b dc=a ' "$(order "$(realm a dc=a ''), $(realm b dc=b '' '' ', "default": true')")" order
same 'dc=s,dc=a dc=a dc=b ' "$(order "$(realm b dc=b ''), $(realm s dc=s,dc=a ''), $(realm a dc=a '' '' ', "default": true')")" order
same 'dc=s,dc=t,dc=a dc=t,DC=A dc=a ' "$(order "$(realm a dc=a ''), $(realm t dc=t,DC=A ''), $(realm s dc=s,dc=t,dc=a '')")" order

# The second factor, another password store, another database to check passwords in: not silently something else.
refuses_realms '[1].auth.backends: asks for notification without sql' \
    "$(realm a dc=a ''), $(realm b dc=b '' '{"type": "notification", "options": {"notificationUrl": "https://p/"}}')"
refuses 'NOTIFICATION_URL: is not set, but REALM_CONFIG[0].auth.backends asks for notification' \
    REALM_CONFIG="[$(realm a dc=a '' '{"type": "sql"}, {"type": "notification"}')]"
refuses_realms '[0].auth.backends[1].options.notificationUrl: is no address' \
    "$(realm a dc=a '' '{"type": "sql"}, {"type": "notification", "options": {"notificationUrl": "push"}}')"
refuses_realms "[0].auth.backends[0].type: asks for 'mongodb'" "$(realm a dc=a '' '{"type": "mongodb"}')"
refuses_realms '[0].auth.backends[0].options.sqlUri: differs' "$(realm a dc=a '' '{"type": "sql", "options": {"sqlUri": "postgres://z/d"}}')"
refuses_realms '[0].auth.backends[0].options.sqlQueryOneUser: differs' "$(realm a dc=a '' '{"type": "sql", "options": {"sqlQueryOneUser": "SELECT 9"}}')"
refuses_realms "[0].directory.backend: is 'proxmox'" "$(realm a dc=a '' | sed 's/"backend": "sql"/"backend": "proxmox"/')"
refuses 'REALM_CONFIG[0].auth.backends: does not ask for notification, but AUTH_BACKENDS does' AUTH_BACKENDS=sql,notification REALM_CONFIG="$both"

# Slips.
refuses_realms '[1].baseDn: is '\''DC = A'\'', as in REALM_CONFIG[0].baseDn' "$(realm a dc=a ''), $(realm b 'DC = A' '')"
refuses_realms "[1].name: is 'a', the name of another realm" "$(realm a dc=a ''), $(realm a dc=b '')"
refuses_realms ': has several realms with "default": true' "$(realm a dc=a '' '' ', "default": true'), $(realm b dc=b '' '' ', "default": true')"
refuses_realms '[0].name: is missing' '{"baseDn": "dc=a", "directory": {"backend": "sql"}, "auth": {"backends": [{"type": "sql"}]}}'
refuses_realms '[0].directory: is missing' '{"name": "a", "baseDn": "dc=a", "auth": {"backends": [{"type": "sql"}]}}'
refuses_realms '[0].auth.backends: is missing or an empty list' '{"name": "a", "baseDn": "dc=a", "directory": {"backend": "sql"}, "auth": {"backends": []}}'
refuses_realms '[0].auth.backends[0].type: is missing' "$(realm a dc=a '' '{}')"
refuses_realms "[0].baseDn: is 'nowhere', which is not a DN" "$(realm a nowhere '')"
refuses_realms "[0].directory.options.sqlSsl: is 'maybe'" "$(realm a dc=a ', "sqlSsl": "maybe"')"
refuses_realms '[0].directory.options.sqlQueryAllUsers: is not a text' "$(realm a dc=a ', "sqlQueryAllUsers": ["SELECT 1"]')"
refuses_realms '[0].directory.options.sqlQueryAllUsers: is more than one statement' "$(realm a dc=a ', "sqlQueryAllUsers": "SELECT 1; SELECT 2"')"
refuses_realms '[0]: is not an object' '"dc=a"'
refuses 'REALM_CONFIG: is not a list of realms' REALM_CONFIG='{"name": "a"}'
refuses 'REALM_CONFIG: is not a list of realms' REALM_CONFIG='[]'
refuses 'REALM_CONFIG: is not valid JSON' REALM_CONFIG='[{"sqlUri": "postgres://u:secret@h/d" x}]'
lacks "$ERR" secret
refuses "REALM_CONFIG: the file '/nowhere' that it names cannot be read: No such file" REALM_CONFIG=/nowhere
refuses "REALM_CONFIG: the file '$T' that it names cannot be read: Is a directory" REALM_CONFIG="$T"
warns 'REALM_CONFIG[0].directory.options.sqlQueryOneUsers: is not known' REALM_CONFIG="[$(realm a dc=a ', "sqlQueryOneUsers": "x"')]"
warns 'REALM_CONFIG[0].directory.options.ldapBaseDn: is not used' REALM_CONFIG="[$(realm a dc=a ', "ldapBaseDn": "dc=z"')]"
