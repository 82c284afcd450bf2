# A replica that turns to another provider amid many changes gets the others.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/providers.sh"
start_providers
add_users 3001 3400 2001
start_replica push refreshAndPersist
has() { [ "$(at_replica push "$2" 1.1 | grep -c ^dn:)" -ge "$1" ]; } # COUNT FILTER
eventually 30 has 400 '(uid=u3*)'
copied "the first copy" 20
turn() { # TO: the replica's provider ends, and the replica asks another one
    stop_replica push
    sed -i "s|provider=[^ ]*|provider=${AT[$1]}|" "$T/replica-push/slapd.conf"
    run_replica push
    URI=${AT[$1]}
    copied "the replica of provider $1" 20
}
q "UPDATE \"Users\" SET \"cn\" = 'Many' WHERE \"uidNumber\" > 3000"
eventually 40 has 1 '(cn=Many)'
end_one 1 KILL
turn 2
start_one 1
q "UPDATE \"Users\" SET \"cn\" = 'More' WHERE \"uidNumber\" > 3000"
eventually 40 has 1 '(cn=More)'
end_one 2 KILL
turn 1
end_one 1 TERM
