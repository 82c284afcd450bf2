#!/bin/bash
# Every variable of the gateway has its effect in slapd.conf.
. "$(dirname "$0")/lib.bash"

printed -- 'database pgsql' 'suffix "dc=example,dc=com"' 'pgsql-uri "postgres://ldap:ldap@127.0.0.1:1/manager"' \
    'pgsql-list users SELECT "uid" AS username FROM "Users"' \
    'pgsql-lookup users uid SELECT "uid" AS username FROM "Users" WHERE "uid" = ?' \
    'pgsql-list groups SELECT g."cn" AS name FROM "Groups" g' \
    'pgsql-lookup groups memberUid SELECT g."cn" AS name FROM "Groups" g WHERE ? = ANY (g."members")' \
    'sizelimit unlimited' 'writetimeout 10' 'idletimeout 1800' 'timelimit 300' "pidfile \"$T/state/slapd.pid\""
# A module below /root is copied to where slapd's user can read it.
[[ $OUT == *"moduleload \"$MODULE\""* ]] || contains "$OUT" "moduleload \"$T/state/back_pgsql.so\""
lacks "$OUT" pgsql-kind # entries are directly under the base, as in the gateway
[ ! -e "$T/state" ] || fail "--print wrote something"

# Searches need a login unless the contrary is said.
contains "$OUT" 'pgsql-anonymous-search off'
contains "$OUT" 'access to * by users read by * auth'
printed REQUIRE_AUTH_FOR_SEARCH=false -- 'pgsql-anonymous-search on' 'access to * by * read' 'access to attrs=userPassword by * auth'
printed REQUIRE_AUTH_FOR_SEARCH=0 -- 'pgsql-anonymous-search on'
printed REQUIRE_AUTH_FOR_SEARCH= -- 'pgsql-anonymous-search off'
printed REQUIRE_AUTH_FOR_SEARCH=true -- 'pgsql-anonymous-search off'

# The base: as given, whatever characters it has, else from the common name.
printed 'LDAP_BASE_DN=o=Sample \"A\"\, Inc.,c=US' -- 'suffix "o=Sample \\\"A\\\"\\, Inc.,c=US"'
printed LDAP_BASE_DN= LDAP_COMMON_NAME=a.b -- 'suffix "dc=a,dc=b"'
contains "$ERR" 'LDAP_BASE_DN: is not set; derived from LDAP_COMMON_NAME: dc=a,dc=b'

printed DIRECTORY_BACKEND=sql AUTH_BACKENDS=' sql ' -- 'database pgsql'

# The database: schemes, other notations, several hosts, TLS.
printed SQL_URI=postgresql://h1:1,h2:2/db -- 'pgsql-uri "postgresql://h1:1,h2:2/db"'
printed 'SQL_URI=host=/run/pg password='\''a "b\\c'\' -- "pgsql-uri \"host=/run/pg password='a \\\"b\\\\\\\\c'\""
printed SQL_SSL=true -- 'pgsql-uri "postgres://ldap:ldap@127.0.0.1:1/manager?sslmode=require"'
printed SQL_SSL=false 'SQL_URI=postgres://h/d?application_name=x' -- 'pgsql-uri "postgres://h/d?application_name=x&sslmode=disable"'
printed SQL_SSL=0 'SQL_URI=host=h dbname=d' -- 'pgsql-uri "host=h dbname=d sslmode=disable"'
printed SQL_SSL=1 'SQL_URI=postgres://h/d?sslmode=verify-full' -- 'pgsql-uri "postgres://h/d?sslmode=verify-full"'
printed SQL_URI= SQL_URL=postgres://h/d -- 'pgsql-uri "postgres://h/d"'
contains "$ERR" 'warning: SQL_URL: is used as SQL_URI'
warns 'SQL_URL: is not used: SQL_URI takes precedence' SQL_URL=postgres://other/d
contains "$OUT" 127.0.0.1:1/manager

# Passwords as they come: what is an escape stays one, what cannot be one is made one.
printed 'SQL_URI=postgres://u:p%40ss@h/d' -- 'pgsql-uri "postgres://u:p%40ss@h/d"'
lacks "$ERR" warning
printed 'SQL_URI=postgres://u:p@s%s%2f@h/d' -- 'pgsql-uri "postgres://u:p%40s%25s%2f@h/d"'
contains "$ERR" 'warning: SQL_URI: has a bare @ or %'
lacks "$ERR" 'p@s'

# The chain, and the push endpoint.
push=(AUTH_BACKENDS=' Notification , sql' NOTIFICATION_URL=https://push.example.com/send?key=a%20b)
printed "${push[@]}" -- 'pgsql-auth-backends sql notification' 'pgsql-push-uri "https://push.example.com/send?key=a%20b"'
same '' "$ERR" "standard error"
printed "${push[@]}" NOTIFICATION_TIMEOUT=' 30 ' NOTIFICATION_CA_PATH=ca.pem -- 'pgsql-push-timeout 30' "pgsql-push-ca \"$T/cwd/ca.pem\""
expect 0 from_env --print AUTH_BACKENDS=sql
lacks "$OUT" pgsql-auth-backends
# Rows that choose for themselves may ask for it.
choosing=('SQL_QUERY_ALL_USERS=SELECT n AS username, auth_backends FROM u' 'SQL_QUERY_ONE_USER=SELECT n AS username, auth_backends FROM u WHERE n = ?')
printed "${choosing[@]}" AUTH_BACKENDS=sql NOTIFICATION_URL=https://push.example.com/ -- 'pgsql-push-uri "https://push.example.com/"'
warns 'NOTIFICATION_URL: is not set: users whose auth_backends asks for notification cannot log in' "${choosing[@]}"
warns 'NOTIFICATION_TIMEOUT: is not used' NOTIFICATION_TIMEOUT=30

warns 'NOTIFICATION_URL: is not used' AUTH_BACKENDS=sql NOTIFICATION_URL=https://push.example.com/
warns 'ENABLE_NOTIFICATION: is not read' ENABLE_NOTIFICATION=true
warns 'SQL_QUERY_ONE_USERS: is not a known variable' SQL_QUERY_ONE_USERS=x
expect 0 from_env --print PATH_OF_SOMETHING=1 LDAPTLS_REQCERT=never MONGO_URI= AD_DOMAIN=
same '' "$ERR" "standard error"

# Who may log in, and how passwords change: nothing of it unless it is said.
printed -- 'access to attrs=userPassword by * auth'
lacks "$OUT" pgsql-login-filter
lacks "$OUT" pgsql-password-change
printed $'SQL_LOGIN_FILTER="status" = \'active\'\n AND NOT locked -- by hand' \
    'SQL_PASSWORD_CHANGE=UPDATE "Users" SET "userPassword" = ? WHERE "uid" = ? AND "userPassword" = ?;' -- \
    "pgsql-login-filter users \"status\" = 'active' AND NOT locked" 'access to attrs=userPassword by self =xw by * auth' \
    'pgsql-password-change users UPDATE "Users" SET "userPassword" = ? WHERE "uid" = ? AND "userPassword" = ?'
refuses 'SQL_LOGIN_FILTER: has a quote that is not closed' "SQL_LOGIN_FILTER=a = 'b"

# Connections to the database.
printed SQL_POOL_SIZE=16 SQL_TIMEOUT=2 SQL_REFUSE_AFTER=0 -- 'pgsql-pool-size 16' 'pgsql-timeout 2' 'pgsql-refuse-after 0'
refuses 'SQL_POOL_SIZE: is '"'0'"'; give a number of connections from 1 to 1000' SQL_POOL_SIZE=0
refuses 'SQL_TIMEOUT: is '"'2.5'"'; give a number of seconds from 1 to 3600' SQL_TIMEOUT=2.5
refuses 'SQL_REFUSE_AFTER: is '"'3601'"'; give a number of seconds from 0 to 3600' SQL_REFUSE_AFTER=3601

# What is kept of the database's answers.
printed SQL_CACHE=64 SQL_SERVE_STALE=' 3600 ' SQL_SERVE_STALE_BINDS=600 -- 'pgsql-cache 64' 'pgsql-serve-stale 3600' 'pgsql-serve-stale-binds 600'
refuses 'SQL_CACHE: is '"'64M'"'; give a number of MiB' SQL_CACHE=64M
refuses 'SQL_SERVE_STALE: is '"'-1'"'; give a number of seconds' SQL_SERVE_STALE=-1

# Plain LDAP has nothing to do with certificates.
printed LDAP_UNENCRYPTED=true -- 'database pgsql'
lacks "$OUT" TLS
warns 'TLS_CIPHERS: is not used' LDAP_UNENCRYPTED=1 TLS_CIPHERS=HIGH

# --help, which is the manual, explains every variable.
expect 0 "$FROM_ENV" --help
contains "$OUT" 'slapd-from-env [--env-file file] [--print]'
for variable in $(perl -I"$PROJECT/packaging/lib" -MSlapdPgsql::Environment -e 'print join " ", SlapdPgsql::Environment::known()'); do
    grep -qw "$variable" <<<"$OUT" || fail "the manual does not explain $variable"
done
