#!/bin/bash
# slapd-pgsql-replica makes a replica of stock slapd that checks logins and hides hashes.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
. "$TESTS/lib/certificates.sh"
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"
start_postgres
notified_changes
authority ca
certificate provider ca IP:127.0.0.1
free_port port
free_port ldaps_port
URI="ldap://127.0.0.1:$port ldaps://127.0.0.1:$ldaps_port"
secure_conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
URI=ldap://127.0.0.1:$port
logged feed-started
echo secret >"$T/password"
USER_OF_SLAPD=()
[ "$(id -u)" != 0 ] || USER_OF_SLAPD=(-u openldap -g openldap)
replica() { expect "$1" perl "$PROJECT/packaging/slapd-pgsql-replica" "${@:2}"; }
write() { # CODE OPTION…
    replica "$1" write --provider "ldaps://127.0.0.1:$ldaps_port" --bind-dn "$replicator" --password-file "$T/password" --ca-file "$T/ca.pem" "${@:2}"
}
run() { # CONF: at ldapi
    setpriv --pdeathsig TERM -- slapd -h "$COPY" "${USER_OF_SLAPD[@]}" "$([ -d "$1" ] && echo -F || echo -f)" "$1" -d sync,stats >>"$T/replica.log" 2>&1 &
    COPY_PROCESS=$!
    eventually 20 ldapsearch -x -H "$COPY" -b '' -s base 1.1
}
end() { kill "$COPY_PROCESS" && wait "$COPY_PROCESS"; }
at_copy() { ldapsearch -x -LLL -o ldif-wrap=no -H "$COPY" "$@"; }
COPY=ldapi://${T//\//%2F}%2Fcopy

write 0 --output "$T/replica.conf" --directory "$T/replica" --size 1
same 640 "$(stat -c %a "$T/replica.conf")" "the mode of the configuration"
sed -i "s|^pidfile .*|pidfile $T/replica/slapd.pid|" "$T/replica.conf"
replica 0 check --config "$T/replica.conf"
contains "$OUT" "okay: ldaps://127.0.0.1:$ldaps_port: entries can be copied; 10 of the first 10 users have a hash"
replica 2 lag --config "$T/replica.conf" --uri "$COPY" --wait 0
run "$T/replica.conf"
replica 0 lag --config "$T/replica.conf" --uri "$COPY" --wait 20 --count
contains "$OUT" 'okay: replica: up to date, 16 entries'

# Logins, groups, and what nobody may do.
for user in ann bob carl fay gus; do expect 0 ldapwhoami -x -H "$COPY" -D "uid=$user,$base" -w "$user-secret"; done
expect 49 ldapwhoami -x -H "$COPY" -D "uid=ann,$base" -w wrong
same "cn=devs,$base cn=ldapusers,$base cn=sysadmins,$base" "$(at_copy -b $base '(uid=ann)' memberOf | sed -n 's/^memberOf: //p' | sort | xargs)" "ann's groups"
same "dn: uid=gus,$base" "$(at_copy -b $base "(&(uid=gus)(memberOf=cn=devs,$base))" 1.1 | head -n 1)" "a member of devs"
for as in '-x' "-x -D uid=ann,$base -w ann-secret" '-Q -Y EXTERNAL'; do
    # shellcheck disable=SC2086
    same '' "$(ldapsearch $as -LLL -H "$COPY" -b $base userPassword | grep -i password || true)" "hashes that can be read with $as"
done
expect 10 ldapmodify -x -H "$COPY" -D "uid=ann,$base" -w ann-secret <<<"dn: uid=ann,$base"$'\nchangetype: modify\nreplace: mail\nmail: x@example.com'
contains "$ERR$OUT" "ldaps://127.0.0.1:$ldaps_port"

# A change arrives; without the consumer it is missing.
q "UPDATE \"Users\" SET mail = 'new@example.com' WHERE uid = 'ann'"
replica 0 lag --config "$T/replica.conf" --uri "$COPY" --wait 20
end
sed -i 's/retry=5 +/retry=3600 +/; s|^  provider=.*|  provider=ldaps://127.0.0.1:1|' "$T/replica.conf"
run "$T/replica.conf"
sed -i "s|^  provider=.*|  provider=ldaps://127.0.0.1:$ldaps_port|" "$T/replica.conf"
q "DELETE FROM \"UserGroups\""
q "DELETE FROM \"Users\" WHERE uid = 'gus'"
eventually 10 eval '! search -b $base "(uid=gus)" 1.1 | grep -q gus'
pause 1.5
replica 2 lag --config "$T/replica.conf" --uri "$COPY" --wait 0 --critical 0 --count
contains "$OUT" 'entries, but the replica has 16'
replica 2 lag --config "$T/replica.conf" --uri "$COPY" --wait 0 --critical 0 --count --json
jq -e '.state == "critical" and .lag > 0 and .entries == 16 and .providers[0].entries < 16' <<<"$OUT" >/dev/null || fail "the lag is: $OUT"
end

# cn=config is the same.
write 0 --cn-config "$T/slapd.d" --directory "$T/replica2"
sed -i "s|^olcPidFile: .*|olcPidFile: $T/replica2/slapd.pid|" "$T/slapd.d/cn=config.ldif"
replica 0 check --config "$T/slapd.d"
run "$T/slapd.d"
replica 0 lag --config "$T/slapd.d" --uri "$COPY" --wait 20 --count
expect 0 ldapwhoami -x -H "$COPY" -D "uid=ann,$base" -w ann-secret
end

# Without its database it copies everything again.
rm "$T"/replica2/*
run "$T/slapd.d"
replica 0 lag --config "$T/slapd.d" --uri "$COPY" --wait 20 --count
end
