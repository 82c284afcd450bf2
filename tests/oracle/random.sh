# Random searches return the same entries, values and result codes as back-mdb.
#
# PROFILES="manager many" COUNT=20000 SEED=1 WORKERS=4 tests/oracle/random.sh; by default a few thousand searches over all
# profiles, with a new seed each time. FIRST=17 COUNT=1 with a profile and a seed asks the 17th search of it alone.
. "$(dirname "$0")/../lib.sh"
need perl slapadd
. "$TESTS/oracle/profiles.sh"
seed=${SEED:-$RANDOM$RANDOM}
status=0
start_postgres
for profile in ${PROFILES:-$profiles}; do
    run_profile "$profile" || { status=1; say "PROFILES=$profile SEED=$seed tests/oracle/random.sh repeats it"; }
done
[ $status = 0 ] || fail "searches are answered differently"
