# slaptest.sh: tests configurations, several at a time, since each waits for PostgreSQL more than it computes.
tests=0 running=()
: >"$T/wrong"
wrong() { printf '%s\n' "${1:0:400}" >>"$T/wrong"; }
tested() { # STATUS TEXT WHAT: of slaptest with the configuration from standard input
    local conf=$T/$((++tests)).conf
    cat >"$conf"
    test_one "$conf" "$@" &
    running+=($!)
    [ ${#running[@]} -lt 6 ] || finish
}
test_one() { # CONF STATUS TEXT WHAT
    local status=0 out
    out=$(timeout 60 "${PRELOAD[@]}" slaptest -f "$1" 2>&1) || status=$?
    [ "$status" = "$2" ] && [[ $out == *"$3"* ]] || wrong "$4: status $status, $out"
}
finish() { [ ${#running[@]} = 0 ] || wait "${running[@]}"; running=(); } # wait alone waits for PostgreSQL
nothing_wrong() { # at the end
    finish
    cat "$T/wrong" >&2
    [ ! -s "$T/wrong" ] || fail "answers are wrong"
}
