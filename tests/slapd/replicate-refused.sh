# Consumers that are refused get no entry, also those that have all, and leave nothing behind.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider "pgsql-feed-passwords cn=replicator,$base"
csn=$(search -b $base -s base contextCSN | sed -n 's/^contextCSN: //p')
[ -n "$csn" ] || fail "the suffix shows no contextCSN"
as_admin() { timeout 5 ldapsearch -x -LLL -H "$URI" -D "cn=admin,$base" -w admin -b $base "$@"; }
for cookie in "" "/rid=001,csn=$csn" "/rid=001,csn=20010101000000.000000Z#000000#001#000000"; do
    for mode in rp ro; do
        expect 50 as_admin -E "!sync=$mode$cookie" '(objectClass=*)'
        lacks "$OUT" dn:
    done
done

# A change for which overlay syncprov looks through the searches that it knows.
for ((n = 0; n < 15; ++n)); do expect 0 as_admin '(uid=ann)' mail; done
for mail in a b c; do
    q "UPDATE \"Users\" SET \"mail\" = '$mail@example.com' WHERE \"uid\" = 'ann'"
    changed() { as_admin -s base contextCSN | grep -q contextCSN && ! as_admin -s base contextCSN | grep -qF "$csn"; }
    eventually 5 changed
    csn=$(as_admin -s base contextCSN | sed -n 's/^contextCSN: //p')
done
expect 0 as_admin '(uid=ann)' mail
contains "$OUT" c@example.com
