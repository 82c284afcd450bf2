# A provider that crashes or restarts resends only what changed; without its state, all entries.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider
start_replica push refreshAndPersist
copied "the first copy" 20

# A crash amid changes, before, during and after their replay.
add_users 4001 4040
for round in {1..8}; do
    q "UPDATE \"Users\" SET \"cn\" = 'Round $round' WHERE \"uidNumber\" > 4000; DELETE FROM \"Users\" WHERE \"uidNumber\" = 4000 + $round"
    add_users $((5000 + round)) $((5000 + round))
    pause "0.$(printf %02d $((round * 3)))"
    restart_provider KILL
    q "UPDATE \"Users\" SET \"mail\" = 'round$round@example.com' WHERE \"uid\" = 'bob'"
done
copied "after crashes" 20

# A clean restart with nothing changed sends nothing.
quiet_restart() {
    mark=$(replica_log push | wc -c)
    restart_provider
    q "UPDATE \"Users\" SET \"cn\" = '$1' WHERE \"uid\" = 'ann'"
    replicated push '(uid=ann)' "cn: $1"
    replica_log push | tail -c "+$mark" >"$T/applied"
    same "$2" "$(grep -cE 'LDAP_RES_SEARCH_ENTRY' "$T/applied")" "entries that were sent ($1)"
    lacks "$(<"$T/applied")" be_add
    lacks "$(<"$T/applied")" be_delete
    copied "$1"
}
quiet_restart Afterwards 1
quiet_restart Again 1

# Without its state, or with a damaged one, all entries are sent, and the replica is equal in the end.
damaged() { # HOW COMMAND
    stop_slapd
    eval "$2"
    q "DELETE FROM \"Users\" WHERE \"uidNumber\" = (SELECT max(\"uidNumber\") FROM \"Users\"); UPDATE \"Users\" SET \"cn\" = '$1' WHERE \"uid\" = 'ann'"
    start_slapd "$T/slapd.conf"
    replicated push '(uid=ann)' "cn: $1"
    copied "state: $1"
}
state=$T/feed
damaged missing 'rm "$state"'
not_logged feed-state-lost
damaged empty ': >"$state"'
logged feed-state-lost 'the file has another format'
damaged half 'truncate -s "$(($(stat -c %s "$state") / 2))" "$state"'
logged feed-state-lost 'the file is damaged'
damaged without-end 'sed -i "\$d" "$state"'
damaged bytes 'head -c 5000 /dev/urandom >"$state"'
damaged number 'sed -i "3s/ [0-9]* / 99999999999999999999999999 /" "$state"'
damaged huge-number 'sed -i "2s/[0-9]* [01] [0-9]*$/0 1 99999999999999/" "$state"'
damaged negative 'sed -i "3s/^[0-9]*/-1/" "$state"'
damaged folder 'rm "$state"; mkdir "$state"'
rmdir "$state"
damaged dangling 'ln -s "$T/nowhere/state" "$state"'
