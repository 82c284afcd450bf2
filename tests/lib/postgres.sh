# postgres.sh: turns tests/data/manager.sql into a private PostgreSQL cluster that a test may stop, freeze and break.

POSTGRES_BIN=
for version in {10..99}; do # the newest
    [ ! -x "/usr/lib/postgresql/$version/bin/postgres" ] || POSTGRES_BIN=/usr/lib/postgresql/$version/bin
done

# The samples, but ann's password has a hash of 2 MiB: the check of the manager's takes half a second, and a test has many, as a refusal
# takes as long as the most expensive hash. It still counts as expensive (hash_cost::is_expensive).
samples() {
    sed "s|'\$argon2id[^']*'|'\$argon2id\$v=19\$m=2048,t=3,p=4\$elhOTHVqNzFreU5zR3pHWg\$Vnty0YrVHOXz9OT3EdcLGZdZGKDh3WnkEz4LyrNyH8M'|" "$TESTS/data/manager.sql"
}
# Gives ann the manager's own.
manager_hash() {
    q "UPDATE \"Users\" SET \"userPassword\" = $(grep -o "'\$argon2id[^']*'" "$TESTS/data/manager.sql") WHERE \"uid\" = 'ann'"
}

# PostgreSQL refuses to run as root; setpriv ends it with the test even when the test is killed.
as_postgres() {
    if [ "$EUID" != 0 ]; then "$@"; return; fi
    setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
}

postmaster() { # DIRECTORY OPTIONS…: starts PostgreSQL, $! is its process
    local identity=()
    [ "$EUID" != 0 ] || identity=(--reuid=postgres --regid=postgres --init-groups)
    (cd / && exec setsid setpriv "${identity[@]}" --pdeathsig INT -- "$POSTGRES_BIN/postgres" -D "$1/data" -k "$1" \
        -c fsync=off -c full_page_writes=off -c autovacuum=off -c shared_buffers=32MB -c max_connections=200 \
        "${@:2}" >>"$1/postgres.log" 2>&1) &
}

# initdb takes seconds, so it is done once a build and version of manager.sql; a test unpacks the result.
postgres_template() { # prints the path of the packed cluster
    local key template work
    key=$(cat "$TESTS/data/manager.sql" "${BASH_SOURCE[0]}" | cksum)
    template=$BUILD/clusters/${key%% *}-$UID.tar
    if [ -f "$template" ]; then echo "$template"; return; fi
    mkdir -p "$BUILD/clusters"
    (
        flock 9
        [ ! -f "$template" ] || exit 0
        work=$(mktemp -d "${TMPDIR:-/tmp}/back-pgsql-initdb.XXXXXX")
        [ "$EUID" != 0 ] || chown postgres "$work"
        (
            cd /
            as_postgres "$POSTGRES_BIN/initdb" -D "$work/data" -U postgres -A trust --no-sync --wal-segsize=1 -E UTF8 --locale=C.UTF-8
            printf '%s\n' 'local all all trust' 'host all all 127.0.0.1/32 scram-sha-256' |
                as_postgres tee "$work/data/pg_hba.conf"
            as_postgres "$POSTGRES_BIN/pg_ctl" -D "$work/data" -w -o "-c listen_addresses= -c fsync=off -k $work" start
            as_postgres "$POSTGRES_BIN/createdb" -h "$work" -U postgres manager
            as_postgres "$POSTGRES_BIN/psql" -h "$work" -U postgres -X -q -v ON_ERROR_STOP=1 manager < <(samples)
            as_postgres "$POSTGRES_BIN/pg_ctl" -D "$work/data" -w -m fast stop
        ) >"$work/log" 2>&1 9>&- || { cat "$work/log" >&2; exit 1; }
        tar -C "$work" -cf "$template.new" data
        mv "$template.new" "$template"
        rm -rf "$work"
    ) 9>"$BUILD/clusters/lock" || fail "the template cluster could not be made"
    echo "$template"
}

# Afterwards: database `manager` at 127.0.0.1:$PGPORT for ldap/ldap (may only read), superuser through q.
start_postgres() { # OPTIONS of postgres…
    local template
    [ -n "$POSTGRES_BIN" ] || skip "PostgreSQL is missing; packaging/setup --tests installs it"
    if [ ! -d "$T/pg" ]; then
        template=$(postgres_template)
        mkdir "$T/pg"
        tar -C "$T/pg" -xpf "$template"
        # SCRAM's thousands of rounds take a sanitized slapd seconds a connection.
        [ ${#PRELOAD[@]} = 0 ] || sed -i 's/scram-sha-256/trust/' "$T/pg/data/pg_hba.conf"
        [ "$EUID" != 0 ] || chown postgres "$T/pg"
        free_port PGPORT
    fi
    postmaster "$T/pg" -c listen_addresses=127.0.0.1 -p "$PGPORT" "$@"
    POSTGRES=$!
    local end=$((SECONDS + 30 * TIMEOUT_FACTOR))
    until serves "$T/pg/data" "$POSTGRES"; do
        kill -0 "$POSTGRES" 2>/dev/null || fail "PostgreSQL did not start: $(tail -n 5 "$T/pg/postgres.log")"
        [ "$SECONDS" -lt "$end" ] || fail "PostgreSQL does not serve at port $PGPORT"
        pause 0.02
    done
}

# What pg_ctl waits for as well, without a process.
serves() { # DATA-DIRECTORY PROCESS
    local state=()
    { mapfile -t state <"$1/postmaster.pid"; } 2>/dev/null
    [[ ${state[0]:-} == "$2" && ${state[7]:-} == ready* ]]
}

stop_postgres() { # [fast|immediate]: fast ends sessions in words, immediate drops them as a crash would
    local signal=INT
    [ "${1:-fast}" != immediate ] || signal=QUIT
    kill -s "$signal" "$POSTGRES"
    wait "$POSTGRES" || true
    POSTGRES=
}

restart_postgres() { stop_postgres "$@"; start_postgres; }

# A frozen server still accepts connections (the kernel does), and never answers.
freeze_postgres() {
    kill -STOP "$POSTGRES"
    pgrep -P "$POSTGRES" | xargs -r kill -STOP
}

is_frozen() { # the process's state is the first word after its name
    local line
    read -r line <"/proc/$POSTGRES/stat" && [[ $line == *') T '* ]]
}

thaw_postgres() {
    pgrep -P "$POSTGRES" | xargs -r kill -CONT
    kill -CONT "$POSTGRES"
}

# q "SQL": runs it as superuser in the manager's database, prints bare values.
q() { "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -A -t -v ON_ERROR_STOP=1 manager -c "$1"; }

# Ends the directory's sessions in the middle of whatever they do.
kill_backends() { q "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'ldap'"; }
