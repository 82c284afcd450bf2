#!/bin/bash
# No login through SSSD fails while any provider, replica or PostgreSQL server is down.
. "$(dirname "$0")/clients.sh"
. "$TESTS/lib/replica-pair.sh"
. "$TESTS/lib/replication.sh"
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"

start_postgres
notified_changes
start_standby
start_pair "$PGPORT $STANDBY_PORT" 'pgsql-timeout 20'
# Between two logins: SSSD does not repeat a bind whose connection breaks.
crash() { # NAME
    local turn
    exec {turn}>"$T/turn"
    flock "$turn"
    kill -KILL "${PROCESS[$1]}"
    exec {turn}>&-
    wait "${PROCESS[$1]}" 2>/dev/null || true
}

# Users log in all the time; each login is a line.
start_sssd "ldaps://ldap1:${LDAPS_AT[replica1]}" "ldaps://ldap2:${LDAPS_AT[replica2]}"
users=(ann bob carl fay gus)
all_the_time() {
    local n=0 user result turn
    exec {turn}>"$T/turn"
    until [ -e "$T/enough" ]; do
        user=${users[n++ % 5]}
        flock "$turn"
        if result=$(login "$user" "$user-secret" 2>&1); then echo well; else echo "$user: $result"; fi
        flock -u "$turn"
    done >>"$T/logins"
}
all_the_time & logins=$!
logins() { wc -l <"$T/logins"; }
more_than() { [ "$(logins)" -gt "$1" ]; }
several_logins() { eventually 60 more_than $(($(logins) + 5)); }
shows() { ldapsearch -x -LLL -H "ldap://127.0.0.1:${PORT[$1]}" -b $base "(mail=$2)" 1.1 | grep -q ^dn; } # NAME MAIL
change_arrives() { # QUERY-FUNCTION NAME REPLICA…
    "$1" "UPDATE \"Users\" SET mail = '$2@example.org' WHERE uid = 'ann'"
    for replica in "${@:3}"; do eventually 30 shows "$replica" "$2@example.org"; done
    several_logins
}
# SSSD connects to a failed server again after 30 seconds, so replica2 must not fail before that.
crash replica1
change_arrives q without-replica1 replica2
run replica1
replica1_back=$SECONDS
for name in provider1 provider2; do
    crash $name
    change_arrives q "without-$name" replica1 replica2
    run $name
done
crash provider1
crash provider2
several_logins
run provider1
run provider2
stop_postgres immediate
several_logins
promote_standby
change_arrives at_standby promoted replica1 replica2
used_again() { ((SECONDS > replica1_back + 31)); }
eventually 40 used_again
crash replica2
change_arrives at_standby without-replica2 replica1
run replica2
touch "$T/enough"
wait $logins
same well "$(sort -u "$T/logins")" "what became of $(logins) logins"

# All are the same in the end, as is seen from another machine too.
lag replica1
lag replica2 "ldaps://$LDAP2:${LDAPS_AT[replica2]}"
entries() { ldapsearch -x -LLL -o ldif-wrap=no -H "ldap://127.0.0.1:${PORT[$1]}" -b $base '*' entryUUID structuralObjectClass | perl -00 -ne 'print join("\n", sort split /\n/), "\n"' | sort; }
for name in provider2 replica1 replica2; do same "$(entries provider1)" "$(entries $name)" "what $name has"; done
hashes() { slapcat -b $base -f "$T/$1.conf" -o ldif-wrap=no | awk '/^dn/ { dn = $0 } /^userPassword/ { print dn, $0 }' | sort; }
same "$(hashes replica1)" "$(hashes replica2)" "the hashes"
same 10 "$(hashes replica1 | wc -l)" "the number of hashes"
say "$(logins) logins"
for name in "${!PROCESS[@]}"; do kill "${PROCESS[$name]}"; done
