# Turns the deployment's environment variables into its servers ldap1 and ldap2, LDAPS on two loopback addresses.
#
#   start_ldap NAME [VARIABLE=VALUE…]   packaging/slapd-from-env for ldap1 or ldap2; returns when it answers
#   kill_ldap NAME                      it vanishes, as a machine does
#
# Both listen on one port number, as two machines do.

LDAP1=127.0.0.11 LDAP2=127.0.0.12
declare -A LDAP_PROCESS=()

USER_COLUMNS='"uid" AS username, "uidNumber" AS uid_number, "gidNumber" AS gid_number,
       "givenName" AS first_name, "cn" AS full_name, "sn" AS last_name,
       "mail", "homeDirectory" AS home_directory, "userPassword" AS password'

start_ldap() {
    local name=$1 address=$LDAP1
    shift
    [ "$name" = ldap1 ] || address=$LDAP2
    [ -n "${LDAPS_PORT:-}" ] || free_port LDAPS_PORT
    env DIRECTORY_BACKEND=sql AUTH_BACKENDS=sql REQUIRE_AUTH_FOR_SEARCH=false LDAP_BASE_DN=dc=example,dc=com \
        LDAP_COMMON_NAME="$name" BIND_IP="$address" PORT="$LDAPS_PORT" STATE_DIR="$T/$name" \
        BACK_PGSQL_MODULE="$MODULE" SQL_URI="postgres://ldap:ldap@127.0.0.1:$PGPORT/manager" \
        SQL_QUERY_ALL_USERS="SELECT $USER_COLUMNS
FROM \"Users\"" \
        SQL_QUERY_ONE_USER="SELECT $USER_COLUMNS
FROM \"Users\"
WHERE \"uid\" = ?" \
        SQL_QUERY_ALL_GROUPS='SELECT g."cn" AS name, g."gidNumber" AS gid_number
FROM "Groups" g' \
        SQL_QUERY_GROUPS_BY_MEMBER='SELECT g."cn" AS name, g."gidNumber" AS gid_number
FROM "Groups" g
INNER JOIN "UserGroups" ug ON g."gidNumber" = ug."gidNumber"
INNER JOIN "Users" u ON ug."uidNumber" = u."uidNumber"
WHERE u."uid" = ?' \
        "$@" setpriv --pdeathsig KILL -- "$PROJECT/packaging/slapd-from-env" >>"$T/$name.log" 2>&1 &
    LDAP_PROCESS[$name]=$!
    local end=$((SECONDS + 30))
    until search_at "$address" -b '' -s base 1.1 >/dev/null 2>&1; do
        kill -0 "${LDAP_PROCESS[$name]}" 2>/dev/null || fail "$name ended; its last words: $(tail -n 5 "$T/$name.log")"
        [ "$SECONDS" -lt "$end" ] || fail "$name does not answer at $address:$LDAPS_PORT"
        sleep 0.05
    done
}

# ldapsearch at one of the servers; its certificate is its own work, so nobody vouches for it.
search_at() { # ADDRESS ARGS…
    ldapsearch -x -LLL -o ldif-wrap=no -o TLS_REQCERT=never -H "ldaps://$1:$LDAPS_PORT" "${@:2}"
}

kill_ldap() {
    kill -KILL "${LDAP_PROCESS[$1]}" || fail "$1 had ended by itself"
    wait "${LDAP_PROCESS[$1]}" 2>/dev/null || true
    unset "LDAP_PROCESS[$1]"
}

# At the end of a test: SIGTERM has to end each server, in time and with status 0.
end_servers() {
    local name process status=0
    for name in "${!LDAP_PROCESS[@]}"; do
        process=${LDAP_PROCESS[$name]}
        kill -TERM "$process" 2>/dev/null
        for _ in {1..200}; do kill -0 "$process" 2>/dev/null || break; sleep 0.05; done
        kill -KILL "$process" 2>/dev/null && say "FAILED: $name did not end within 10 s of SIGTERM"
        wait "$process" || { say "FAILED: $name ended with status $?"; status=1; }
    done
    return $status
}
