# Replicas of two providers are equal to both after either of them was down amid changes.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/providers.sh"
SYNCPROV='syncprov-sessionlog 10000' start_providers
PROVIDERS="${AT[1]} ${AT[2]}" start_replica push refreshAndPersist
PROVIDERS="${AT[1]} ${AT[2]}" start_replica other refreshAndPersist
copied "the first copy" 20

RANDOM=${SEED:-$((SECONDS + $$))}
say "seed $RANDOM"
random_changes() { # COUNT
    local n
    for ((n = 0; n < $1; ++n)); do
        case $((RANDOM % 6)) in
            0) echo "INSERT INTO \"Users\" (\"uid\", \"uidNumber\", \"gidNumber\", \"cn\", \"sn\", \"givenName\", \"mail\", \"homeDirectory\", \"userPassword\", \"createdAt\", \"updatedAt\")
                 SELECT 'r' || n, n, CASE n % 2 WHEN 0 THEN n ELSE 2001 END, 'R', 'R', 'R', 'r' || n, '/home', 'x', now(), now() FROM (SELECT $((6000 + RANDOM % 30)) AS n) r ON CONFLICT DO NOTHING;" ;;
            1) echo "DELETE FROM \"Users\" WHERE \"uidNumber\" = $((6000 + RANDOM % 30));" ;;
            2) echo "UPDATE \"Users\" SET \"cn\" = 'R$RANDOM' WHERE \"uidNumber\" BETWEEN $((2000 + RANDOM % 9)) AND 2010;" ;;
            3) echo "INSERT INTO \"UserGroups\" SELECT \"uidNumber\", 2003, now(), now() FROM \"Users\" WHERE \"uidNumber\" = $((6000 + RANDOM % 30)) ON CONFLICT DO NOTHING;" ;;
            4) echo "DELETE FROM \"UserGroups\" WHERE \"uidNumber\" >= $((6000 + RANDOM % 30));" ;;
            5) echo "UPDATE \"Users\" SET \"uid\" = \"uid\" || 'x' WHERE \"uidNumber\" = $((6000 + RANDOM % 30));" ;;
        esac
    done
}
change() { q "$(random_changes 12)"; }
round() { # NUMBER OTHER SIGNAL: one provider ends, changes, and it is back
    change
    end_one "$1" "$3"
    change
    pause 1
    start_one "$1"
    change
    URI=${AT[$2]}
    copied "provider $1 is back ($3)" 20
}
round 1 2 KILL
round 2 1 KILL
round 1 2 TERM
round 2 1 TERM
for URI in "${AT[@]}"; do copied "in the end"; done
for number in 1 2; do end_one $number TERM; done
