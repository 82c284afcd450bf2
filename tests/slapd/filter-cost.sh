# Whatever its filter, one search costs PostgreSQL little more than pgsql-timeout.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/many-users.sh"
need perl
start_postgres
base=dc=example,dc=com
timeout=2
add_many_users
# Members by a lookup, from which memberOf is made as well, or by a list of all.
by_lookups() { manager_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"; }
by_lists() {
    by_lookups | sed '/^pgsql-lookup groups/,$d'
    echo 'pgsql-values groups memberUid SELECT g."cn" AS name, u."uid" AS member FROM "Groups" g JOIN "UserGroups" USING ("gidNumber") JOIN "Users" u USING ("uidNumber")'
}

check() { # CONFIGURATION SEED: asks 30 filters; "slow" filters take until the deadline, which is the point
    local figures
    { "$1"; echo "pgsql-timeout $timeout"; } >"$T/slapd.conf"
    unset URI
    start_slapd "$T/slapd.conf"
    settled
    "$TESTS/lib/filter-cost" "$URI" $base "$POSTGRES" 30 "$2" >"$T/costs" 2>"$T/filter-cost.err" || fail "filter-cost: $(tail -n 3 "$T/filter-cost.err")"
    stop_slapd
    echo "$1, seed $2:"
    cat "$T/costs"
    figure() { sed -n "s/^$1 //p" "$T/costs"; }
    for figures in worst slowest answered; do [ -n "$(figure $figures)" ] || fail "filter-cost says nothing of $figures"; done
    [ "$(figure answered)" -ge 15 ] || fail "most searches fail"
    [ "$(figure worst)" -le $((1500 * timeout)) ] || fail "a search cost PostgreSQL $(figure worst) ms"
    [ "$(figure slowest)" -le $((2000 * timeout * TIMEOUT_FACTOR)) ] || fail "a search took $(figure slowest) ms"
}
check by_lookups "${SEED:-1}"
check by_lists "${SEED:-2}"
