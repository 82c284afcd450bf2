# Searches over hidden rows match a database from which those rows were deleted.
#
# PROFILES="lookups values" COUNT=20000 SEED=1 MODES="plain cached stale" tests/oracle/hidden.sh; by default a few thousand requests.
# MODES=stale asks both again while PostgreSQL is down; they may then differ in what they kept, so that mode is for a person to read.
. "$(dirname "$0")/../lib.sh"
need perl
. "$TESTS/oracle/profiles.sh"
. "$TESTS/oracle/hidden-profiles.sh"
seed=${SEED:-$RANDOM$RANDOM}
status=0
start_postgres
for profile in ${PROFILES:-lookups values columns}; do
    hidden_data
    for mode in ${MODES:-plain cached}; do
        run_hidden "$profile" "$mode" || { status=1; say "PROFILES=$profile MODES=$mode SEED=$seed tests/oracle/hidden.sh repeats it"; }
    done
done
[ $status = 0 ] || fail "hidden rows leave traces"
