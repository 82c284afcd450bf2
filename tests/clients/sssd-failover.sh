#!/bin/bash
# While ldap1 and ldap2 are replaced one after the other, no lookup of a new user fails.
. "$(dirname "$0")/clients.sh"

start_postgres
# SSSD has to ask for each of them: nobody has looked them up before.
q "INSERT INTO \"Users\" (\"uidNumber\", uid, \"homeDirectory\", cn, sn, \"givenName\", mail, \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT 10000 + n, 'new' || n, '/home/new' || n, 'New ' || n, n, 'New', 'new' || n || '@example.com', '*', now(), now()
   FROM generate_series(1, 2000) AS n" >/dev/null
start_ldap ldap1
start_ldap ldap2
certificate() { openssl s_client -connect "$1:$LDAPS_PORT" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint; }
before=$(certificate "$LDAP1")
[ "$before" != "$(certificate "$LDAP2")" ] || fail "ldap1 and ldap2 show the same certificate"
start_sssd ldap1 ldap2

# One line a lookup, until the file $T/enough is there: user, microseconds, exit status.
look_up_new_users() {
    in_sssd bash -c '
        for ((n = 1; n <= 2000; n++)); do
            start=${EPOCHREALTIME/./} status=0
            getent -s sss passwd "new$n" >/dev/null || status=$?
            echo "new$n $((${EPOCHREALTIME/./} - start)) $status"
            [ ! -e "$1/enough" ] || break
            sleep 0.05
        done' bash "$T"
}
TIME_LIMIT=120 look_up_new_users >"$T/lookups" &
lookups=$!

sleep 1
kill_ldap ldap1
sleep 1
rm -rf "$T/ldap1" # a new container has nothing of the old one, and another certificate
start_ldap ldap1
[ "$before" != "$(certificate "$LDAP1")" ] || fail "the new ldap1 shows the old one's certificate"

# SSSD tries a server that failed again after 30 s (fail_over.c, retry_timeout), be it well or not.
sleep 32
kill_ldap ldap2
sleep 1
start_ldap ldap2
touch "$T/enough"
wait "$lookups"

same '' "$(awk '$3 != 0' "$T/lookups")" 'the list of failed lookups'
done=$(wc -l <"$T/lookups")
longest=$(awk '$2 > longest { longest = $2 } END { print int(longest / 1000) }' "$T/lookups")
say "$done lookups, the longest took $longest ms"
[ "$done" -ge 100 ] || fail "only $done lookups in all that time"
[ "$longest" -lt 5000 ] || fail "a lookup took $longest ms"
