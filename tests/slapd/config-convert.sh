# A slapd.conf with every directive converts to cn=config, and slapd serves the same from both.
. "$(dirname "$0")/../lib.sh"
start_postgres
q 'GRANT UPDATE ("userPassword") ON "Users" TO ldap'
base=dc=example,dc=com

{
    manager_conf
    cat <<'END'
pgsql-kind users container=ou=people
pgsql-kind groups container=ou=groups
pgsql-lookup users mail SELECT "uid" AS username, "uidNumber" AS uid_number, "gidNumber" AS gid_number, "mail"
 FROM "Users" WHERE "mail" = $1 /* a "quote", 'another' and a \ */
pgsql-attribute users loginShell default=/bin/zsh
pgsql-attribute users mail column=mail compare=lower default={username}@{domain}
pgsql-attribute users description default="user {username} of the house"
pgsql-private-groups off
pgsql-anonymous-search off
pgsql-anonymous-limit 5
pgsql-timeout 2.5
pgsql-connect-timeout 1.5
pgsql-pool-size 4
pgsql-auth-backends notification, sql
pgsql-push-uri "https://push.example.com/send?key=a%20b"
pgsql-push-ca /etc/ldap/schema/core.schema
pgsql-push-timeout 40.5
pgsql-push-window 0
pgsql-push-pending 1000
pgsql-push-per-user 3
pgsql-login-filter users "username" <> 'nobody \\' /* with a "quote" */
pgsql-hide-denied on
pgsql-hash-threads 3
pgsql-hash-memory 300
pgsql-hash-timeout 7.5
pgsql-bind-cache-ttl 20
pgsql-password-change users UPDATE "Users" SET "userPassword" = $1 WHERE "uid" = $2
 AND "userPassword" = $3 /* "quoted" */
pgsql-password-hash t=2 m=19456
END
    echo "pgsql-pepper $T/pepper"
} >"$T/slapd.conf"
(umask 077; echo a-pepper >"$T/pepper")
mkdir "$T/slapd.d"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest does not convert"; }

everything() { search -D cn=admin,$base -w admin -b $base "$@" | grep . | sort; }
start_slapd "$T/slapd.conf"
from_file=$(everything '*' +)
contains "$from_file" "description: user ann of the house"
contains "$from_file" "loginShell: /bin/zsh"
config_of() { as_config ldapsearch -LLL -o ldif-wrap=no -b cn=config '(olcDatabase=pgsql)' '*' | grep '^olc' | sort; }
config_from_file=$(config_of)
stop_slapd

start_slapd "$T/slapd.d"
same "$from_file" "$(everything '*' +)" "the directory"
same "$config_from_file" "$(config_of)" "cn=config"
stop_slapd

# Every attribute is there, with the value that was given.
value() { # ATTRIBUTE: its values, decoded and without the order slapd may put in front
    local line
    while IFS= read -r line; do
        case $line in "$1:: "*) base64 -d <<<"${line#*:: }"; echo ;; "$1: "*) echo "${line#*: }" ;; esac
    done <<<"$config_from_file" | sed -E 's/^\{[0-9]+\}//' | sort
}
same "postgres://ldap:ldap@127.0.0.1:$PGPORT/manager" "$(value olcPgUri)"
same "groups container=ou=groups
users container=ou=people" "$(value olcPgKind)"
same 2 "$(value olcPgList | wc -l)" "queries that list"
same 3 "$(value olcPgLookup | wc -l)" "queries that look up"
contains "$(value olcPgLookup)" 'groups memberUid'
contains "$(value olcPgLookup)" "/* a \"quote\", 'another' and a \\ */"
contains "$(value olcPgAttribute)" "users loginShell default=/bin/zsh"
same "$(grep -o 'users "username" .*' "$T/slapd.conf")" "$(value olcPgLoginFilter)"
same TRUE "$(value olcPgHideDenied)"
same "3 300 7.5 20" "$(for a in HashThreads HashMemory HashTimeout BindCacheTtl; do value olcPg$a; done | xargs)" "hashing"
same 'users UPDATE "Users" SET "userPassword" = $1 WHERE "uid" = $2 AND "userPassword" = $3 /* "quoted" */ t=2 m=19456' \
    "$(value olcPgPasswordChange) $(value olcPgPasswordHash)" "password changes"
same "$T/pepper" "$(value olcPgPepper)"
same "2.5 1.5 4 FALSE FALSE" "$(for a in Timeout ConnectTimeout PoolSize PrivateGroups AnonymousSearch; do value olcPg$a; done | xargs)" "the rest"

same "notification, sql" "$(value olcPgAuthBackends)"
same "https://push.example.com/send?key=a%20b" "$(value olcPgPushUri)"
same "/etc/ldap/schema/core.schema 40.5 0 1000" "$(for a in Ca Timeout Window Pending; do value olcPgPush$a; done | xargs)" "the rest about push"

# Converted once more from cn=config, nothing is lost or added.
slapcat_of() { "${PRELOAD[@]}" slapcat -F "$T/slapd.d" -n 0 -o ldif-wrap=no 2>/dev/null | sed -n '/^olcPg/p'; }
same "$(grep '^olcPg' <<<"$config_from_file")" "$(slapcat_of | sort)" "what slapcat -n 0 shows"
