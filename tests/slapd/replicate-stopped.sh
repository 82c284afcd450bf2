# A stopped replica gets what changed meanwhile, with and without a session log.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
LOG_LEVEL=stats,sync
SYNCPROV='syncprov-sessionlog 1000'
start_provider
start_replica stays refreshAndPersist
start_replica away refreshAndPersist
start_replica polls refreshOnly
copied "the first copy" 20

round=1
while_away() { # ROUND: rows disappear, change and are new while two replicas are stopped
    local away=${REPLICA[away]} polls=${REPLICA[polls]}
    stop_replica away
    stop_replica polls
    unset 'REPLICA[away]' 'REPLICA[polls]'
    add_users "$((3000 + $1))" "$((3000 + $1))"
    q "DELETE FROM \"Users\" WHERE \"uidNumber\" IN (200$1, 200$(($1 + 2))); UPDATE \"Users\" SET \"cn\" = 'Round $1' WHERE \"uidNumber\" IN (2000, 2005, 2009)"
    replicated stays "(|(uid=u$((3000 + $1)))(cn=Round $1))" "uid: u$((3000 + $1))" "cn: Round $1"
    copied "round $1, the replica that stays"
    BEGIN=$(stat -c %s "$T/slapd.log")
    REPLICA[away]=$away REPLICA[polls]=$polls
    run_replica away
    copied_to away "round $1"
    SYNC=$(tail -c "+$BEGIN" "$T/slapd.log" | grep -v ' SRCH ')
    run_replica polls
    copied "round $1, all replicas"
}
while_away 1
contains "$SYNC" 'delete syncIdSet'
contains "$SYNC" refreshDelete
lacks "$SYNC" 'present syncIdSet'

# With a session log that is too short, and with none, the provider lists all entries that are present.
for directive in 'syncprov-sessionlog 2' ''; do
    stop_slapd
    SYNCPROV=$directive
    feed_conf >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    while_away $((++round))
    contains "$SYNC" refreshPresent
    lacks "$SYNC" 'delete syncIdSet'
done
