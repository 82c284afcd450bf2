# Changes arrive in whatever order their transactions commit.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider
start_replica push refreshAndPersist
copied "the first copy" 20

transaction() { # NAME: a session whose statements are written to the descriptor ${SESSION[NAME]}
    local descriptor
    mkfifo "$T/$1.sql"
    psql_session <"$T/$1.sql" >/dev/null &
    exec {descriptor}>"$T/$1.sql"
    SESSION[$1]=$descriptor
}
psql_session() { "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -v ON_ERROR_STOP=1 manager; }
declare -A SESSION
in_transaction() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND usename = 'postgres'")" = "$1" ]; } # COUNT
set_name() { echo "UPDATE \"Users\" SET \"cn\" = '$2', \"updatedAt\" = now() WHERE \"uid\" = '$1';"; }

# A transaction that began before another commits after the replica has the other's change.
transaction first
echo "BEGIN; $(set_name ann First)" >&"${SESSION[first]}"
eventually 5 in_transaction 1
q "$(set_name bob Second)"
replicated push '(uid=bob)' 'cn: Second'
lacks "$(at_replica push '(uid=ann)')" 'cn: First'
echo 'COMMIT;' >&"${SESSION[first]}"
replicated push '(uid=ann)' 'cn: First'

# Three that are open at once, in all orders; each commit arrives alone.
transaction second
transaction third
number=0
for order in 'first second third' 'first third second' 'second first third' 'second third first' 'third first second' 'third second first'; do
    number=$((number + 1))
    for name in first second third; do
        case $name in first) user=ann ;; second) user=bob ;; third) user=carl ;; esac
        echo "BEGIN; $(set_name $user "$name-$number")" >&"${SESSION[$name]}"
    done
    eventually 5 in_transaction 3
    arrived=()
    for name in $order; do
        echo 'COMMIT;' >&"${SESSION[$name]}"
        arrived+=("$name-$number")
        replicated push '(|(uid=ann)(uid=bob)(uid=carl))' "${arrived[@]/#/cn: }"
    done
done
copied "all orders"
for name in first second third; do eval "exec ${SESSION[$name]}>&-"; done
