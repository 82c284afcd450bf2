# A search that exceeds a time limit returns the result code of that limit.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q 'CREATE VIEW slow AS SELECT u.* FROM "Users" u, (SELECT pg_sleep(6)) s; GRANT SELECT ON slow TO ldap' >/dev/null
conf() { # LINES for the database
    manager_conf | sed -e '0,/FROM "Users"$/s//FROM slow/'
    printf '%s\n' 'pgsql-private-groups off' "$@"
}
slow='filter="(objectClass=posixAccount)"'
search_all() { search -b $base "$@" '(objectClass=posixAccount)' >"$T/answer.$BASHPID" 2>&1; }
ends() { # CODES SECONDS ARGS…: ends with one of CODES after SECONDS, give or take the machine, and without an entry
    local codes=$1 seconds=$2 start status=0
    shift 2
    start=$(now)
    within "$(awk "BEGIN { print $seconds + 0.9 }")" search_all "$@" || status=$?
    [[ " $codes " == *" $status "* ]] || fail "result $status, not $codes: $*"
    awk "BEGIN { exit $(now) - $start >= ($seconds - 0.2) * 1000000 }" && fail "ended too soon with $status: $*"
    lacks "$(<"$T/answer.$BASHPID")" "dn: "
}
begin() {
    start_slapd "$T/slapd.conf"
    # A slow list does not make the lookups slow, nor does the look at it when slapd starts.
    eventually 3 search -b $base '(uid=ann)'
    within 0.5 expect 0 search -l 1 -b $base '(uid=ann)'
}
idle() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND state = 'active'")" = 0 ]; }

# Ours. Whatever the client would wait for.
conf 'pgsql-timeout 1.5' >"$T/slapd.conf"
begin
ends 52 1.5
ends 52 1.5 -l 5
eventually 1 idle
ends 3 1 -l 1
eventually 1 idle
stop_slapd

# slapd's, for all or for some.
conf 'pgsql-timeout 20' 'timelimit 2' "limits anonymous time=1" "limits dn.exact=\"uid=gus,$base\" time.soft=1 time.hard=3" >"$T/slapd.conf"
begin
ends 3 1
ends 3 2 -D "uid=bob,$base" -w bob-secret
ends 3 1 -D "uid=gus,$base" -w gus-secret
ends 3 3 -D "uid=gus,$base" -w gus-secret -l 100
eventually 1 idle
stop_slapd

# Waiting for a connection counts as well.
conf 'pgsql-timeout 2.5' 'pgsql-pool-size 1' >"$T/slapd.conf"
begin
admin=(-D "cn=admin,$base" -w admin)
(ends '51 52' 2.5 "${admin[@]}") &
first=$!
(ends '51 52' 2.5 "${admin[@]}") &
second=$!
eventually 5 begun "$slow" 2
ends 3 1 -l 1 "${admin[@]}"
wait $first && wait $second || fail "waiting for a connection"
stop_slapd

# So does waiting for a turn, which may take half of pgsql-timeout more.
conf 'pgsql-timeout 2' 'pgsql-anonymous-limit 1' >"$T/slapd.conf"
begin
(ends 52 2) &
first=$!
eventually 5 begun "$slow" 1
ends 3 1 -l 1
wait $first || fail "the first search"
(ends 52 2) &
first=$!
eventually 5 begun "$slow" 3
ends '51 52' 2.7
wait $first || fail "the first search"
