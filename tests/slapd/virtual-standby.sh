# A name is registered at the primary, and found at once although a standby does not have it yet.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/admission.sh"
. "$TESTS/lib/replication.sh"
start_postgres
virtual_users_table
q 'GRANT virtual_users_read, virtual_users_admit TO ldap'
start_standby
base=dc=example,dc=com
admission_conf 'pgsql-virtual-rate 1000/60' 'pgsql-target-session-attrs prefer-standby' |
    sed "s|^\(pgsql-uri .*127.0.0.1:$PGPORT\)|\1,127.0.0.1:$STANDBY_PORT|" >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
at_standby 'SELECT pg_wal_replay_pause()' >/dev/null
paused() { [ "$(at_standby 'SELECT pg_get_wal_replay_pause_state()')" = paused ]; }
eventually 10 paused

# The first search, one by DN, and another client that asks for the same name.
for name in alice1 bert2 carl3; do
    same "uid=$name" "$(admitted "(uid=$name)")" "the first search for $name"
    same "uid=$name" "$(admitted "(uid=$name)")" "the next client's search for $name"
done
expect 0 as_ann -b "uid=dora4,$base" -s base
same "alice1 bert2 carl3 dora4" "$(registered)" "the registered names"
same "" "$(at_standby 'TABLE virtual_users')" "what the standby has"

# Without the primary nothing is registered, and that is an error; the standby has what it had.
at_standby 'SELECT pg_wal_replay_resume()' >/dev/null
eventually 20 caught_up
stop_postgres
same uid=alice1 "$(found '(uid=alice1)')" "a registered name at the standby"
expect 0 search -b "$base" '(uid=foosvc)' 1.1
expect 52 as_ann '(uid=erin5)'
same "" "$(at_standby "SELECT name FROM virtual_users WHERE name = 'erin5'")" "what is registered"
stop_slapd
stop_standby
