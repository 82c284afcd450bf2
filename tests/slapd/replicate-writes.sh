# What clients write through the provider reaches replicas, mixed with changes by SQL.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
. "$TESTS/lib/staff.sh"
start_postgres
staff_table
tell_of_changes staff
start_slapd - < <(staff_conf | with_feed)
logged feed-started
start_replica push refreshAndPersist
start_replica poll refreshOnly
copied "the first copy" 20
csn() { search -D "cn=admin,$base" -w admin -s base -b $base contextCSN | sed -n 's/^contextCSN: //p'; }
last=$(csn)
grows() {
    local now
    now=$(csn)
    [[ ! $now < $last ]] || fail "contextCSN falls from $last to $now"
    last=$now
}
written() { # WHAT FILTER [TEXT…]: after a change
    replicated push "${@:2}"
    copied_to push "$1"
    grows
}
expect 0 add_staff ann
written "an addition" '(uid=ann)' 'uid: ann'
expect 0 change "dn: uid=ann,ou=staff,$base" 'replace: description' 'description: one'
written "a change" '(uid=ann)' 'description: one'
expect 0 change "dn: uid=ann,ou=staff,$base" 'changetype: modrdn' 'newrdn: uid=anna' 'deleteoldrdn: 1'
written "a new name" '(uid=ann)'
replicated push '(uid=anna)' 'description: one'
expect 0 change "dn: uid=anna,ou=staff,$base" 'changetype: delete'
written "a removal" '(uid=anna)'
copied "single writes"

# Two clients and SQL at once, of different and of the same entries.
for name in {1..8}; do expect 0 add_staff "s$name"; done
by_ldap() { # VALUES NAMES…
    local value
    for value in $1; do
        for name in "${@:2}"; do change "dn: uid=s$name,ou=staff,$base" 'replace: description' "description: $value" >/dev/null 2>&1 || echo "$name $value" >>"$T/refused"; done
    done
}
by_ldap 'a b c d e' 1 2 3 4 &
first=$!
by_ldap 'f g h i j' 3 4 5 6 &
second=$!
for value in {1..10}; do
    q "UPDATE staff SET note = 'sql $value' WHERE login IN ('s4', 's6', 's7'); INSERT INTO staff VALUES ('n$value', 'n', 'n'); DELETE FROM staff WHERE login = 'n$((value - 3))'"
    grows
done
wait $first $second
[ ! -e "$T/refused" ] || fail "refused: $(<"$T/refused")"
q "UPDATE staff SET note = 'last' WHERE login = 's8'"
replicated push '(uid=s8)' 'description: last'
copied "all writes" 10
eventually 5 same "$(csn)" "$(at_replica push -s base contextCSN | sed -n 's/^contextCSN: //p')" "contextCSN"
grows
