# servers.sh: turns the data of gen.sql into running servers that answer alike: back-mdb, ours, back-sql, back-null.
# shellcheck shell=bash  (sourced by run, after tests/lib.sh)

BENCH=$TESTS/bench
SERVERS=$T/servers # a line for each: NAME KIND URI PROCESS

apt_install() { # COMMAND-OR-FILE PACKAGE: unless it is there
    command -v "$1" >/dev/null || [ -e "$1" ] && return
    [ "$(id -u)" = 0 ] || fail "$2 is missing; run as root: apt-get install $2"
    say "bench: installing $2"
    { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "$2"; } \
        >"$T/apt.log" 2>&1 || { tail -n 20 "$T/apt.log" >&2; fail "apt-get could not install $2"; }
}

sql() { # DATABASE ARGUMENTS OF psql…
    as_postgres "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -d "$1" -XqAt -v ON_ERROR_STOP=1 "${@:2}"
}

fill() { sql "$1" -v users="$USERS" -v groups="$GROUPS_COUNT" -f - <"$BENCH/gen.sql"; } # DATABASE

start_database() {
    # 1 GB: a million users are to stay in memory.
    start_postgres -c shared_buffers=1GB
    say "bench: $USERS users"
    fill manager
    sql manager -c CHECKPOINT # not later, while we measure
}

prepare_mdb() { # DIRECTORY
    mkdir "$1/db"
    sql manager -f - <"$BENCH/peers/mdb-ldif.sql" >"$1/data.ldif"
    slapadd -q -f "$1/slapd.conf" -l "$1/data.ldif" >"$1/slapadd.log" 2>&1 || { cat "$1/slapadd.log" >&2; fail "slapadd"; }
    rm "$1/data.ldif"
}

prepare_sql() { # DIRECTORY
    local driver
    driver=/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/odbc/psqlodbcw.so
    apt_install "$driver" odbc-postgresql
    # A database of its own: back-sql's indexes must not serve the others.
    sql postgres -c 'CREATE DATABASE backsql'
    fill backsql
    sql backsql -f - <"$BENCH/peers/sql-meta.sql"
    printf '%s\n' '[backsql]' "Driver=$driver" Servername=127.0.0.1 "Port=$PGPORT" Database=backsql Username=ldap \
        Password=ldap ReadOnly=Yes >"$1/odbc.ini"
    export ODBCINI=$1/odbc.ini
}

# As an administrator runs it: in the background, with slapd's default log level, to syslog.
start_server() { # NAME KIND [MODULE]
    local dir=$T/$1 port conf=$BENCH/peers/$2.conf
    [ -f "$conf" ] || fail "there is no server \"$2\"; known are mdb, pgsql, sql, null, pgbench and NAME=<a back_pgsql.so>"
    mkdir "$dir"
    free_port port
    sed -e "s#DIR#$dir#; s#MODULE#${3:-}#; s#PGSOCKET#$T/pg#; s#PGPORT#$PGPORT#; s#QUERIES#$TESTS/data/queries.conf#" \
        "$conf" >"$dir/slapd.conf"
    case $2 in mdb | sql) "prepare_$2" "$dir" ;; esac
    slapd -h "ldap://127.0.0.1:$port" -f "$dir/slapd.conf" || fail "slapd does not start: $1"
    eventually 30 ldapsearch -x -H "ldap://127.0.0.1:$port" -b '' -s base 1.1
    echo "$1 $2 ldap://127.0.0.1:$port $(<"$dir/slapd.pid")" >>"$SERVERS"
}

start_servers() { # WORD…: mdb, pgsql, …, NAME=MODULE
    local word
    for word; do
        case $word in
            pgsql) start_server pgsql pgsql "$MODULE" ;;
            *=*) start_server "${word%%=*}" pgsql "$(realpath "${word#*=}")" ;;
            pgbench) echo "pgbench pgbench manager $POSTGRES" >>"$SERVERS" ;;
            *) start_server "$word" "$word" ;;
        esac
    done
}

# Before anything is measured: the same entries from everyone, attribute by attribute.
answers() { # URI
    local filter
    for filter in '(&(uid=user00007)(objectClass=posixAccount))' "(&(uidNumber=$((10000 + USERS)))(objectClass=posixAccount))"; do
        ldapsearch -x -LLL -o ldif-wrap=no -H "$1" -b dc=example,dc=com "$filter"
    done | sort
    ldapsearch -x -LLL -o ldif-wrap=no -H "$1" -b dc=example,dc=com '(&(memberUid=user00007)(objectClass=posixGroup)(cn=*))' \
        objectClass cn gidNumber | sort
}

compare_servers() {
    local name kind uri first='' expected=''
    while read -r name kind uri _; do
        case $kind in mdb | pgsql) ;; *) continue ;; esac # back-sql shows no class top, back-null nothing
        [ -n "$first" ] || { first=$name expected=$(answers "$uri"); }
        same "$expected" "$(answers "$uri")" "$name's answer, compared with $first's,"
    done <"$SERVERS"
}

stop_servers() {
    local file process
    for file in "$T"/*/slapd.pid; do
        [ -s "$file" ] || continue
        process=$(<"$file")
        kill "$process" 2>/dev/null || continue
        for _ in {1..200}; do
            kill -0 "$process" 2>/dev/null || continue 2
            sleep 0.05
        done
        kill -KILL "$process"
    done
}
