#!/bin/bash
# No login through SSSD fails while any provider, replica or PostgreSQL server is down.
. "$(dirname "$0")/clients.sh"
. "$TESTS/lib/replicas.sh"
. "$TESTS/lib/replication.sh"
. "$TESTS/lib/certificates.sh"
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"

start_postgres
notified_changes
start_standby
authority ca
certificate provider ca "IP:127.0.0.1,IP:$LDAP1,IP:$LDAP2"
echo secret >"$T/password"
declare -A PORT LDAPS_AT PROCESS ADDRESS=([provider1]=127.0.0.1 [provider2]=127.0.0.1 [replica1]=$LDAP1 [replica2]=$LDAP2)
run() { # NAME: a provider or a replica, with its configuration
    setpriv --pdeathsig TERM -- slapd -h "ldap://127.0.0.1:${PORT[$1]} ldaps://${ADDRESS[$1]}:${LDAPS_AT[$1]} ldapi://${T//\//%2F}%2F$1" -f "$T/$1.conf" -d stats,sync >>"$T/$1.log" 2>&1 &
    PROCESS[$1]=$!
    eventually 30 listens "ldap://127.0.0.1:${PORT[$1]}"
}
# Between two logins: SSSD does not repeat a bind whose connection breaks.
crash() { # NAME
    local turn
    exec {turn}>"$T/turn"
    flock "$turn"
    kill -KILL "${PROCESS[$1]}"
    exec {turn}>&-
    wait "${PROCESS[$1]}" 2>/dev/null || true
}
for name in provider1 provider2 replica1 replica2; do
    free_port "PORT[$name]"
    free_port "LDAPS_AT[$name]"
done
for n in 1 2; do
    SERVER_ID=$n secure_conf 'pgsql-timeout 20' | sed "s|^pgsql-uri .*|pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT,127.0.0.1:$STANDBY_PORT/manager|" >"$T/provider$n.conf"
    run provider$n
done
for name in replica1 replica2; do
    expect 0 perl "$PROJECT/packaging/slapd-pgsql-replica" write --provider "ldaps://127.0.0.1:${LDAPS_AT[provider1]}" --provider "ldaps://127.0.0.1:${LDAPS_AT[provider2]}" \
        --bind-dn "$replicator" --password-file "$T/password" --ca-file "$T/ca.pem" --certificate "$T/provider.pem" --key "$T/provider.key" \
        --directory "$T/$name.data" --output "$T/$name.conf"
    sed -i "s|^pidfile .*|pidfile $T/$name.data/slapd.pid|; s|retry=5 +|retry=1 +|" "$T/$name.conf"
    expect 0 perl "$PROJECT/packaging/slapd-pgsql-replica" check --config "$T/$name.conf"
    run $name
done
lag() { # NAME [URI]
    expect 0 perl "$PROJECT/packaging/slapd-pgsql-replica" lag --config "$T/$1.conf" --uri "${2:-ldapi://${T//\//%2F}%2F$1}" --ca-file "$T/ca.pem" --wait 30 --count
}
lag replica1
lag replica2

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
