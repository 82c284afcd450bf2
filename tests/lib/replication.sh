# replication.sh: turns the running cluster into a primary, and a copy of it into its standby.

# Afterwards: a second server at 127.0.0.1:$STANDBY_PORT that follows the first; $STANDBY is its process.
start_standby() {
    echo 'local replication all trust' >>"$T/pg/data/pg_hba.conf"
    q 'SELECT pg_reload_conf()' >/dev/null
    mkdir "$T/standby"
    [ "$(id -u)" != 0 ] || chown postgres "$T/standby"
    (cd / && as_postgres "$POSTGRES_BIN/pg_basebackup" -h "$T/pg" -p "$PGPORT" -U postgres -D "$T/standby/data" \
        --write-recovery-conf --checkpoint=fast --no-sync) >"$T/basebackup.log" 2>&1 || fail "no standby: $(<"$T/basebackup.log")"
    free_port STANDBY_PORT
    postmaster "$T/standby" -c listen_addresses=127.0.0.1 -p "$STANDBY_PORT"
    STANDBY=$!
    eventually 30 "$POSTGRES_BIN/pg_isready" -q -h "$T/standby" -p "$STANDBY_PORT" -U postgres
    eventually 30 caught_up
}

# The same as q, at the standby.
at_standby() { "$POSTGRES_BIN/psql" -h "$T/standby" -p "$STANDBY_PORT" -U postgres -X -q -A -t -v ON_ERROR_STOP=1 manager -c "$1"; }

caught_up() { [ "$(at_standby "SELECT pg_last_wal_replay_lsn() >= '$(q 'SELECT pg_current_wal_lsn()')'")" = t ]; }

promote_standby() { at_standby 'SELECT pg_promote()' >/dev/null; }

stop_standby() {
    kill -INT "$STANDBY"
    wait "$STANDBY" || true
}
