#!/bin/bash
# A gateway's settings become a slapd.conf or cn=config that slapd accepts.
. "$(dirname "$0")/lib.bash"
need slaptest slapadd

MIGRATE=$PROJECT/packaging/slapd-pgsql-migrate
migrate() { (cd "$T/cwd" && exec env -i PATH="$PATH" LC_ALL=C.UTF-8 BACK_PGSQL_MODULE="$MODULE" perl "$MIGRATE" "$@"); }
become() { # EXPECTED LINE…: lines of the output
    local line
    for line; do grep -qxF -- "$line" <<<"$OUT" || { printf '%s\n' "$OUT" >&2; fail "no such line: $line"; }; done
}
# accepted: slapd takes $OUT, a slapd.conf. (No /run/slapd or /etc/ldap/tls has to be there; the module is the one that was built.)
usable() { sed -e "s|/run/slapd|$T|; s|/etc/ldap/tls|$T/tls|; s|^modulepath .*|modulepath $BUILD|; s|^olcModulePath: .*|olcModulePath: $BUILD|"; }
accepted() {
    usable <<<"$OUT" >"$T/slapd.conf"
    expect 0 slaptest -f "$T/slapd.conf"
}
mkdir "$T/tls"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=ldap1 -out "$T/tls/server.crt" -keyout "$T/tls/server.key" 2>/dev/null

# CRLF, quotes of both kinds and none, queries of several lines with comments, a password with % and @, an unknown variable.
sed 's/$/\r/' >"$T/cwd/gateway.env" <<'END'
# The gateway
LDAP_BASE_DN = dc=example,dc=com
LDAP_COMMON_NAME='ldap1'
SQL_URI="postgres://ldap:50%@home@127.0.0.1:1/manager"
SQL_QUERY_ALL_USERS='SELECT "uid" AS username, "uidNumber" AS uid_number, "gidNumber" AS gid_number, -- numbers
       "cn" AS full_name, "mail", "homeDirectory" AS home_directory,
       "userPassword" AS password
FROM "Users";'
SQL_QUERY_ONE_USER=SELECT "uid" AS username, "uidNumber" AS uid_number, "gidNumber" AS gid_number, "cn" AS full_name, "mail", "homeDirectory" AS home_directory, "userPassword" AS password FROM "Users" WHERE "uid" = ?
SQL_QUERY_ALL_GROUPS=SELECT g."cn" AS name, g."gidNumber" AS gid_number FROM "Groups" g
SQL_QUERY_GROUPS_BY_MEMBER="SELECT g.\"cn\" AS name, g.\"gidNumber\" AS gid_number
FROM \"Groups\" g INNER JOIN \"UserGroups\" ug USING (\"gidNumber\") JOIN \"Users\" u USING (\"uidNumber\") WHERE u.\"uid\" = ?"
REQUIRE_AUTH_FOR_SEARCH=false
PORT=6360
GATEWAY_COLOR=blue
END
expect 0 migrate gateway.env
contains "$ERR" 'slapd-pgsql-migrate: warning: GATEWAY_COLOR (gateway.env line 15): is not a known variable'
contains "$ERR" 'warning: SQL_URI (gateway.env line 4): has a bare @ or %'
lacks "$ERR" '50%'
become 'suffix "dc=example,dc=com"' 'pgsql-uri "postgres://ldap:50%25%40home@127.0.0.1:1/manager"' 'pgsql-list users' 'pgsql-list groups' 'sizelimit unlimited' 'writetimeout 10' \
    '  SELECT "uid" AS username, "uidNumber" AS uid_number, "gidNumber" AS gid_number, /* numbers */' '  "userPassword" AS password' '  FROM "Users"' \
    '  WHERE "uid" = ?' '  FROM "Groups" g INNER JOIN "UserGroups" ug USING ("gidNumber") JOIN "Users" u USING ("uidNumber") WHERE u."uid" = ?' \
    'pgsql-anonymous-search on' 'access to * by * read' '##   SLAPD_SERVICES="ldaps://:6360/ ldapi:///"' 'loglevel stats' \
    "#pgsql-login-filter users username IN (SELECT \"uid\" FROM \"Users\" WHERE \"status\" = 'active')" '#pgsql-values groups memberUid' \
    '#  "loginShell" AS login_shell, "sshPublicKey", "createdAt" AS created_at, "updatedAt" AS updated_at'
accepted
conf=$OUT

# All suggestions together, in force: the better list and lookup in the place of the others.
{
    sed '/^database/,$d' "$T/slapd.conf"
    sed -n '/^database/,$p' "$T/slapd.conf" | sed -e '/^pgsql-list users/,/^##/d; /^pgsql-lookup users/,/^##/d' -e 's/^#\([^#]\)/\1/'
} >"$T/better.conf"
same 2 "$(grep -cE '^pgsql-(list|lookup) users' "$T/better.conf")" "queries for users"
expect 0 slaptest -f "$T/better.conf"

# They do what they say.
start_postgres
sed -i "s|^pgsql-uri .*|pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager|; /^TLS/d" "$T/slapd.conf" "$T/better.conf"
start_slapd "$T/slapd.conf"
expect 0 search -b dc=example,dc=com '(uid=ann)' loginShell sshPublicKey
lacks "$OUT" ssh-ed25519
expect 0 ldapwhoami -x -H "$URI" -D uid=dora,dc=example,dc=com -w dora-secret
stop_slapd
start_slapd "$T/better.conf"
expect 0 search -b dc=example,dc=com '(uid=ann)' loginShell sshPublicKey modifyTimestamp
contains "$OUT" 'sshPublicKey: ssh-ed25519'
contains "$OUT" 'modifyTimestamp: 20250302093000Z'
expect 49 ldapwhoami -x -H "$URI" -D uid=dora,dc=example,dc=com -w dora-secret # suspended
expect 0 search -b dc=example,dc=com '(cn=devs)' memberUid
contains "$OUT" 'memberUid: gus'
stop_slapd

# The same for cn=config, and the suggestions by way of the slapd.conf.
expect 0 migrate --ldif gateway.env
become 'olcPgAnonymousSearch: TRUE' 'olcTLSCertificateFile: /etc/ldap/tls/server.crt' 'olcPidFile: /run/slapd/slapd.pid' 'olcModulePath: /usr/lib/ldap' \
    'olcModuleLoad: {0}back_pgsql' '##   SLAPD_SERVICES="ldaps://:6360/ ldapi:///"' '##   #pgsql-values groups memberUid'
contains "$OUT" 'olcPgLookup: {0}users uid  SELECT "uid" AS username'
lacks "$OUT" $'\nentryUUID:'
usable <<<"$OUT" >"$T/config.ldif"
mkdir "$T/slapd.d" "$T/better.d"
expect 0 slaptest -n 0 -f "$T/better.conf" -F "$T/better.d"
expect 0 slapadd -n 0 -F "$T/slapd.d" -l "$T/config.ldif"
contains "$(slapcat -n 0 -F "$T/better.d" -o ldif-wrap=no)" 'olcPgLoginFilter: {0}users username IN (SELECT "uid" FROM "Users" WHERE "status" = '\''active'\'')'
sed -i "s|^olcPgUri: .*|olcPgUri: postgres://ldap:ldap@127.0.0.1:$PGPORT/manager|; /^olcTLS/d" "$T/config.ldif"
rm -r "$T/slapd.d"; mkdir "$T/slapd.d"
expect 0 slapadd -n 0 -F "$T/slapd.d" -l "$T/config.ldif"
start_slapd "$T/slapd.d"
expect 0 search -b dc=example,dc=com '(memberUid=ann)' cn
contains "$OUT" 'cn: sysadmins'
stop_slapd

# Other tables: no settings are invented for them.
settings() { printf '%s\n' "${ENOUGH[@]}" "$@" | sed 's/Users/people/' >"$T/cwd/other.env"; }
settings
expect 0 migrate other.env
lacks "$OUT" '#pgsql-'
become '##   pgsql-login-filter users CONDITION    (SQL over the columns of pgsql-list users)'
accepted
# Everything that has a directive.
settings AUTH_BACKENDS=sql,notification NOTIFICATION_URL=https://push.example.com/send NOTIFICATION_TIMEOUT=30 NOTIFICATION_CA_PATH="$T/tls/server.crt" \
    $'SQL_LOGIN_FILTER=\'"may log in"\'' 'SQL_PASSWORD_CHANGE=UPDATE p SET h = ? WHERE n = ? AND h = ?' SQL_SSL=true LDAP_CERT_PATH="$T/tls/server.crt" \
    LDAP_KEY_PATH="$T/tls/server.key" TLS_MIN_VERSION=TLSv1.2 TLS_CIPHERS=ECDHE-RSA-AES256-GCM-SHA384 LOG_LEVEL=debug BIND_IP=127.0.0.1 BACK_PGSQL_MODULE="$MODULE"
expect 0 migrate other.env
become 'pgsql-auth-backends sql notification' 'pgsql-push-uri "https://push.example.com/send"' 'pgsql-push-timeout 30' "pgsql-push-ca \"$T/tls/server.crt\"" \
    'pgsql-login-filter users "may log in"' 'pgsql-password-change users' '  UPDATE p SET h = ?' '  WHERE n = ? AND h = ?' 'access to attrs=userPassword by self =xw by * auth' \
    'pgsql-uri "postgres://ldap:ldap@127.0.0.1:1/manager?sslmode=require"' "TLSCertificateFile \"$T/tls/server.crt\"" 'pgsql-anonymous-search off' \
    '##   SLAPD_SERVICES="ldaps://127.0.0.1/ ldapi:///"' 'loglevel stats stats2 conns filter acl trace' "moduleload \"$MODULE\""
accepted
settings LDAP_UNENCRYPTED=true LDAP_BASE_DN='o=Käse\, fein,c=DE'
expect 0 migrate --ldif other.env
lacks "$OUT" $'\nolcTLSCertificateFile:'
become "olcSuffix:: $(printf %s 'o=Käse\2C fein,c=DE' | base64)"
rm -r "$T/slapd.d"; mkdir "$T/slapd.d"
usable <<<"$OUT" >"$T/config.ldif"
expect 0 slapadd -n 0 -F "$T/slapd.d" -l "$T/config.ldif"

# A line break in a path becomes no line of its own.
settings AUTH_BACKENDS=sql,notification NOTIFICATION_URL=https://push.example.com/send $'NOTIFICATION_CA_PATH=\'/ca\nolcReadOnly: TRUE\''
for form in '' --ldif; do
    expect 2 migrate $form other.env
    same '' "$OUT" "standard output"
    contains "$ERR" 'slapd-pgsql-migrate: a line break'
done

# Several realms, as a file of JSON; the default one is around another, so that a file has to name it.
realm() { # NAME BASE MORE
    cat <<END
{"name": "$1", "baseDn": "$2", "auth": {"backends": [{"type": "sql"}]}, "directory": {"backend": "sql", "options": {"sqlUri": "postgres://$1/d",
 "sqlQueryAllUsers": "SELECT n AS username FROM u -- ?\nWHERE true", "sqlQueryOneUser": "SELECT n AS username FROM u WHERE n = ?",
 "sqlQueryAllGroups": "SELECT n AS name FROM g", "sqlQueryGroupsByMember": "SELECT n AS name FROM m WHERE u = ?"}} $3}
END
}
echo "[$(realm all dc=a ', "default": true'), $(realm part ou=p,dc=a '')]" >"$T/cwd/realms.json"
expect 0 migrate realms.json
become '## Realm all' '## Realm part' 'suffix "ou=p,dc=a"' '  SELECT n AS username FROM u /* ? */' 'rootDSE "/etc/ldap/rootdse.ldif"' '##   defaultNamingContext: dc=a'
printf 'dn:\ndefaultNamingContext: dc=a\n' >"$T/rootdse.ldif"
OUT=$(sed "s|/etc/ldap/rootdse|$T/rootdse|" <<<"$OUT")
accepted
printf 'REALM_CONFIG=%s\n' realms.json >"$T/cwd/.env"
expect 0 migrate # the environment and .env
become '## Realm all'

# What has no equivalent is named, all of it at once, and nothing is written.
settings PORT=x MONGO_URI=z AD_DOMAIN=y AUTH_BACKENDS=sql,ldap
expect 2 migrate other.env
same '' "$OUT" "standard output"
contains "$ERR" 'slapd-pgsql-migrate: MONGO_URI (other.env line 8): users and groups come from PostgreSQL only'
contains "$ERR" "slapd-pgsql-migrate: AUTH_BACKENDS (other.env line 10): asks for 'ldap'"
contains "$ERR" 'AD_DOMAIN'
contains "$ERR" 'PORT'
expect 2 migrate nowhere.env
contains "$ERR" 'nowhere.env: cannot be read: No such file'
printf '[{"name": "a"' >"$T/cwd/broken.json"
expect 2 migrate broken.json
contains "$ERR" "REALM_CONFIG: names the file '$T/cwd/broken.json', which is not valid JSON"
expect 2 migrate --ldiff
contains "$ERR" 'try slapd-pgsql-migrate --help'
expect 2 migrate a b
expect 2 migrate --json other.env
contains "$ERR" '--json is for --compare only'
expect 2 migrate --ldif --compare ldap://a ldap://b
contains "$ERR" '--ldif writes a configuration'
expect 2 migrate --compare ldap://a
contains "$ERR" '--compare needs two URIs'
expect 0 migrate --help
for option in $(sed -n '/^read_options/,/);$/p' "$PROJECT/packaging/slapd-pgsql-migrate" | grep -oE "'[a-z][a-z-]+" | tr -d "'"); do
    contains "$OUT" "--$option"
done
