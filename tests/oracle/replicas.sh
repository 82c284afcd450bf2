# Replicas equal the provider after random transactions, with all hashes.
#
# COUNT=10000 SEED=1 SESSIONS=2 MIXES="names uuids" tests/oracle/replicas.sh; by default 600 transactions with a new seed each time,
# compared after each 100. Half of them are with each mix: "names", whose entries have UUIDs made of their names, and "uuids", of a column.
# Left out, because stock slapd or a query of this kind has other results:
# - names of rows with UUIDs that are swapped in one transaction;
# - names that change only in case, with a lookup that is case-sensitive.
. "$(dirname "$0")/../lib.sh"
need perl
. "$TESTS/lib/replica-logins.sh"
. "$TESTS/lib/transactions.sh"
seed=${SEED:-$RANDOM$RANDOM}
SYNCPROV='syncprov-sessionlog 10000' # as doc/replicas.md has it: without it, stock slapd loses names that get another entryUUID
read -ra mixes <<<"${MIXES:-names uuids}"
count=$((${COUNT:-600} / ${#mixes[@]})) next=1 sessions=${SESSIONS:-2}

compare() {
    local name
    [ "$next" = 1 ] || echo "$SECONDS s: transaction $((next - 1)) of seed $seed, $mix"
    copied "after transaction $((next - 1)) of seed $seed, $mix" 90 # many removals wait for a minute
    for name in "${!REPLICA[@]}"; do
        same_hashes "$name" || fail "after transaction $((next - 1)) of seed $seed, $mix, $name has other hashes: $(diff <(hashes) <(hashes_at "$name"))"
    done
}
hashes_at() { at_replica "$1" '(uidNumber=*)' uidNumber userPassword | hashes_of; }
same_hashes() { # NAME: within ten seconds
    local tries
    for tries in {1..20}; do
        [ "$(hashes)" != "$(hashes_at "$1")" ] || return 0
        pause 0.5
    done
    return 1
}

secure_provider
many_rows
secure_replica push refreshAndPersist
secure_replica poll refreshOnly
for mix in "${mixes[@]}"; do
    if [ "$mix" = uuids ]; then
        q 'ALTER TABLE "Users" ADD id uuid NOT NULL DEFAULT gen_random_uuid()'
        stop_slapd
        rm "$T/feed" # or the providers would wait a minute, as all entries are replaced
        sed -i 's/"userPassword" AS password/&, id AS "entryUUID"/; /^pgsql-lookup users uid/,/WHERE/d; s/^pgsql-feed on/&\npgsql-attribute users uid compare=any/' "$T/slapd.conf"
        start_slapd "$T/slapd.conf"
    fi
    compare
    for ((last = next + count; next < last;)); do
        transact "$seed" $next 100 "$sessions" "$mix"
        next=$((next + 100))
        compare
    done
done
same "" "$(unexpected_errors)" "errors of transactions"
[ "$(committed)" -gt $((next / 2)) ] || fail "only $(committed) of $((next - 1)) transactions were committed"
say "$((next - 1)) transactions, $(committed) committed, $(q 'SELECT count(*) FROM "Users"') users in the end"
