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

fill() { sql "$1" -v users="$USERS" -v groups="$GROUPS_COUNT" ${MEMBERSHIPS:+-v memberships="$MEMBERSHIPS"} -f - <"$BENCH/gen.sql"; } # DATABASE

# Data that takes long to make is made once: made NAME says whether NAME is there, and `touch "$DATA/NAME"` that it is.
# Without --keep the folder is the run's own.
DATA=$T/data
made() { [ -e "$DATA/$1" ]; }

keep_data() { # DIRECTORY: a folder in there for what the data is made of, this run's alone
    local key
    key=$(cat "$BENCH/gen.sql" "$BENCH"/peers/mdb* "$BENCH"/peers/sql-meta.sql "$TESTS/data/manager.sql" "$TESTS/lib/postgres.sh" |
        cksum | cut -d ' ' -f 1)
    DATA=$1/$USERS-$key
    mkdir -p "$DATA/pg"
    chmod 755 "$1" "$DATA"
    exec {data_lock}>"$DATA/lock"
    flock -n "$data_lock" || fail "$DATA is in use by another run"
    ln -s "$DATA/pg" "$T/pg"
}

start_database() {
    if made users; then
        free_port PGPORT
    elif [ -L "$T/pg" ]; then # start_postgres makes the folder itself
        rm -rf "$DATA/pg" "$T/pg"
        start_postgres -c shared_buffers=1GB
        stop_postgres
        mv "$T/pg" "$DATA/pg"
        ln -s "$DATA/pg" "$T/pg"
    fi
    # 1 GB: a million users are to stay in memory.
    start_postgres -c shared_buffers=1GB
    say "bench: $USERS users"
    made users || { fill manager; mkdir -p "$DATA"; touch "$DATA/users"; }
    sql manager -c CHECKPOINT # not later, while we measure
}

# What is kept is closed in order, so that the next run need not recover it.
end_database() { [ ! -L "$T/pg" ] || [ -z "$POSTGRES" ] || stop_postgres fast; }

prepare_mdb() { # DIRECTORY
    ln -s "$DATA/mdb" "$1/db"
    made mdb-filled && return
    rm -rf "$DATA/mdb"
    mkdir "$DATA/mdb"
    say "bench: slapadd for back-mdb"
    sql manager -f - <"$BENCH/peers/mdb-ldif.sql" |
        slapadd -q -f "$1/slapd.conf" >"$1/slapadd.log" 2>&1 || { cat "$1/slapadd.log" >&2; fail "slapadd"; }
    touch "$DATA/mdb-filled"
}

# The cache wants to be told of changes.
prepare_cache() {
    made watched && return
    [ -f "$PROJECT/schema/notify.sql" ] || fail "this checkout has no cache yet; leave out pgsql-cache"
    sql manager -f - <"$PROJECT/schema/notify.sql"
    sql manager -c "SELECT back_pgsql_watch('\"Users\"', '\"Groups\"', '\"UserGroups\"')" >/dev/null
    touch "$DATA/watched"
}

prepare_sql() { # DIRECTORY
    local driver
    driver=/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/odbc/psqlodbcw.so
    apt_install "$driver" odbc-postgresql
    # A database of its own: back-sql's indexes must not serve the others.
    if ! made sql-filled; then
        sql postgres -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS backsql' -c 'CREATE DATABASE backsql'
        fill backsql
        sql backsql -f - <"$BENCH/peers/sql-meta.sql"
        touch "$DATA/sql-filled"
    fi
    printf '%s\n' '[backsql]' "Driver=$driver" Servername=127.0.0.1 "Port=$PGPORT" Database=backsql Username=ldap \
        Password=ldap ReadOnly=Yes >"$1/odbc.ini"
    export ODBCINI=$1/odbc.ini
}

listens() { # URI
    ldapsearch -x -LLL -H "$1" -b cn=Databases,cn=Monitor '(olmPgSuffix=*)' olmPgCacheListening | grep -q '^olmPgCacheListening: 1$'
}

# The configuration of a server with its data, in DIR; PORT is for it.
configure_server() { # NAME KIND [MODULE]
    local conf=$BENCH/peers/$2.conf
    DIR=$T/server-$1
    [ -f "$conf" ] || fail "there is no server \"$2\"; known are mdb, pgsql, pgsql-cache, sql, null, pgbench and NAME=<a back_pgsql.so>"
    mkdir "$DIR"
    free_port PORT
    sed -e "s#DIR#$DIR#; s#MODULE#${3:-}#; s#PGSOCKET#$T/pg#; s#PGPORT#$PGPORT#; s#QUERIES#$TESTS/data/queries.conf#" \
        "$conf" >"$DIR/slapd.conf"
    if [ "$1" = pgsql-cache ]; then
        prepare_cache
        # Warm, as it is measured, it stays to the end.
        sed -i "s/^pgsql-kind users /pgsql-cache $CACHE\npgsql-cache-ttl 604800\n&/" "$DIR/slapd.conf"
    fi
    # As the manual advises for large groups: the member list by a query of its own.
    [ "$1" != pgsql-members ] || sed -i "/^include .*queries.conf/r $BENCH/peers/members.conf" "$DIR/slapd.conf"
    case $2 in mdb | sql) "prepare_$2" "$DIR" ;; esac
}

# As an administrator runs it: in the background, with slapd's default log level, to syslog. Then it answers at the first address.
run_server() { # NAME DIRECTORY URI…
    slapd -h "${*:3}" -f "$2/slapd.conf" || fail "slapd does not start: $1"
    eventually 30 ldapsearch -x -H "$3" -b '' -s base 1.1
    [ "$1" != pgsql-cache ] || eventually 30 listens "$3" # before that nothing is kept
}

start_server() { # NAME KIND [MODULE]
    local DIR PORT
    configure_server "$@"
    run_server "$1" "$DIR" "ldap://127.0.0.1:$PORT"
    echo "$1 $2 ldap://127.0.0.1:$PORT $(<"$DIR/slapd.pid")" >>"$SERVERS"
}

start_servers() { # WORD…: mdb, pgsql, …, NAME=MODULE
    local word
    for word; do
        case $word in
            pgsql | pgsql-members | pgsql-cache) start_server "$word" pgsql "$MODULE" ;;
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
    for file in "$T"/server-*/slapd.pid; do
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
