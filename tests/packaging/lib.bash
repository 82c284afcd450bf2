# lib.bash: runs slapd-from-env with the variables of a test, and no others.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

FROM_ENV=$PROJECT/packaging/slapd-from-env
need slapd openssl perl
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"
mkdir "$T/cwd"

# A directory that needs nothing more; from_env puts what a test says behind it, so that the test's word counts.
ENOUGH=(
    LDAP_BASE_DN=dc=example,dc=com
    SQL_URI=postgres://ldap:ldap@127.0.0.1:1/manager
    'SQL_QUERY_ALL_USERS=SELECT "uid" AS username FROM "Users"'
    'SQL_QUERY_ONE_USER=SELECT "uid" AS username FROM "Users" WHERE "uid" = ?'
    'SQL_QUERY_ALL_GROUPS=SELECT g."cn" AS name FROM "Groups" g'
    'SQL_QUERY_GROUPS_BY_MEMBER=SELECT g."cn" AS name FROM "Groups" g WHERE ? = ANY (g."members")'
)

# from_env OPTION… NAME=VALUE…: in $T/cwd, with STATE_DIR $T/state. Output in $OUT and $ERR (by way of expect).
bare_env() {
    local options=()
    while [[ ${1:-} == -* ]]; do
        options+=("$1")
        [ "$1" != --env-file ] || { options+=("$2"); shift; }
        shift
    done
    (cd "$T/cwd" && exec timeout 60 env -i PATH="$PATH" HOME="$T" TMPDIR="$T" LC_ALL=C.UTF-8 STATE_DIR="$T/state" BACK_PGSQL_MODULE="$MODULE" \
        "$@" perl "$FROM_ENV" "${options[@]}")
}
from_env() {
    local options=()
    while [[ ${1:-} == -* ]]; do options+=("$1"); shift; done
    bare_env "${options[@]}" "${ENOUGH[@]}" "$@"
}

# printed NAME=VALUE… -- LINE…: the configuration made of these has these lines.
printed() {
    local settings=() line
    while [ "$1" != -- ]; do settings+=("$1"); shift; done
    shift
    expect 0 from_env --print "${settings[@]}"
    for line; do
        grep -qxF -- "$line" <<<"$OUT" || { printf '%s\n' "$OUT" >&2; fail "no such line: $line"; }
    done
}

# refuses TEXT NAME=VALUE…: the settings are refused with a line that begins with TEXT, and nothing is printed or written.
refuses() {
    local text=$1
    shift
    expect 2 from_env --print "$@"
    same '' "$OUT" "standard output"
    grep -qF -- "slapd-from-env: $text" <<<"$ERR" || { printf '%s\n' "$ERR" >&2; fail "not said: $text"; }
    [ ! -e "$T/state" ] || fail "something was written to STATE_DIR"
}

warns() { # TEXT NAME=VALUE…
    local text=$1
    shift
    expect 0 from_env --print "$@"
    contains "$ERR" "slapd-from-env: warning: $text"
}

# serve NAME=VALUE…: a server with these, in the background as $SLAPD, its words in $T/slapd.log; returns when it answers.
serve() {
    [ -n "${PORT:-}" ] || free_port PORT
    case " $* " in *" LDAP_UNENCRYPTED=true "*) URI=ldap://127.0.0.1:$PORT ;; *) URI=ldaps://127.0.0.1:$PORT ;; esac
    (cd "$T/cwd" && exec "${SERVE_AS[@]}" env -i PATH="$PATH" HOME="$T" TMPDIR="$T" LC_ALL=C.UTF-8 STATE_DIR="$T/state" \
        BACK_PGSQL_MODULE="$MODULE" BIND_IP=127.0.0.1 PORT="$PORT" LDAP_COMMON_NAME=ldap1 "${ENOUGH[@]}" "$@" \
        perl "$FROM_ENV" >>"$T/slapd.log" 2>&1) &
    SLAPD=$!
    eventually 30 answers_or_ended
    kill -0 "$SLAPD" 2>/dev/null || { SLAPD=; fail "it did not start: $(tail -n 3 "$T/slapd.log")"; }
}
SERVE_AS=()
answers_or_ended() { ldap_tool ldapsearch -b '' -s base 1.1 || ! kill -0 "$SLAPD"; }

ldap_tool() { # ldapsearch… ARGS
    "$1" -x -o ldif-wrap=no -o TLS_REQCERT=never -H "$URI" "${@:2}"
}

# The manager's own four queries.
manager_queries() {
    local columns='SELECT "uid" AS username, "uidNumber" AS uid_number, "gidNumber" AS gid_number,
       "givenName" AS first_name, "cn" AS full_name, "sn" AS last_name,
       "mail", "homeDirectory" AS home_directory, "userPassword" AS password
FROM "Users"' groups='SELECT g."cn" AS name, g."gidNumber" AS gid_number
FROM "Groups" g'
    MANAGER=(
        "SQL_URI=postgres://ldap:ldap@127.0.0.1:$PGPORT/manager"
        "SQL_QUERY_ALL_USERS=$columns"
        "SQL_QUERY_ONE_USER=$columns
WHERE \"uid\" = ?"
        "SQL_QUERY_ALL_GROUPS=$groups"
        "SQL_QUERY_GROUPS_BY_MEMBER=$groups
INNER JOIN \"UserGroups\" ug ON g.\"gidNumber\" = ug.\"gidNumber\"
INNER JOIN \"Users\" u ON ug.\"uidNumber\" = u.\"uidNumber\"
WHERE u.\"uid\" = ?"
    )
}
