#!/bin/bash
# slapd-pgsql-pair finds clients that lack users, trust or the right time, and empties their caches.
. "$(dirname "$0")/clients.sh"
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"
start_postgres
start_ldap ldap1
start_ldap ldap2
cat "$T"/ldap[12]/self-signed.crt >"$T/authorities.pem"
SSSD_EXTRA="ldap_tls_cacert = $T/authorities.pem"
start_sssd ldap1 ldap2

# ssh leads to the client, "late" to the same with another clock, the servers' to this machine.
mkdir "$T/bin" "$T/late"
printf '%s\n' '#!/bin/sh' 'exec /bin/date -d "100 seconds ago" "$@"' >"$T/late/date"
cat >"$T/bin/ssh" <<END
#!/bin/bash
while [ "\$1" != -- ]; do shift; done
case \$2 in
    ldap*) exec sh -c "\$3" ;;
    late) PATH=$T/late:\$PATH ;;
    away) echo "ssh: Could not resolve hostname away: Name or service not known" >&2; exit 255 ;;
esac
exec nsenter --mount=/proc/$SSSD/ns/mnt --pid=/proc/$SSSD/ns/pid_for_children --root=/proc/$SSSD/root --wd=/proc/$SSSD/root -- sh -c "\$3"
END
chmod +x "$T/bin/ssh" "$T/late/date"
PATH=$T/bin:$PATH
printf '%s\n' "ldap1 $LDAP1 ldap1" "ldap2 $LDAP2 ldap2" >"$T/pair"
printf '%s\n' 'web good' 'web,old late' 'web away' >"$T/clients"
fleet() { "$PROJECT/packaging/slapd-pgsql-pair" -S "$T/pair" -f "$T/clients" "$@"; }

expect 0 fleet -m good check ann
[[ $OUT =~ ^okay::web:good:"ann found, trusted: ldaps://ldap1:$LDAPS_PORT ldaps://ldap2:$LDAPS_PORT, clock "[+-][0-9]\.[0-9]' s'$ ]] || fail "the client is not well: $OUT"
expect 1 fleet check ann
[[ $OUT =~ 'fail::web,old:late:clock -'(99|100|101)'.'[0-9]' s from that of the servers' ]] || fail "the clock is not told: $OUT"
contains "$OUT" 'fail::web:away:unreachable: ssh: Could not resolve hostname away'
contains "$ERR" 'slapd-pgsql-pair: 3 hosts: 1 okay, 1 failed, 1 unreachable'
expect 1 fleet -m good check nobody-at-all
contains "$OUT" 'fail::web:good:SSSD does not find nobody-at-all'
expect 2 fleet check 'ann; id'
expect 2 fleet check -- -x

# Whether a certificate is trusted is what the client's own file says.
cp "$T/ldap1/self-signed.crt" "$T/authorities.pem"
expect 1 fleet -m good check ann
contains "$OUT" "fail::web:good:the certificate of ldaps://ldap2:$LDAPS_PORT is not trusted: verify error:"
kill_ldap ldap2
expect 1 fleet -m good check ann
[[ $OUT =~ "no answer from ldaps://ldap2:$LDAPS_PORT: ".*refused ]] || fail "the server that is gone is not told: $OUT"
start_ldap ldap2

# flush: SSSD asks again.
q "UPDATE \"Users\" SET cn = 'Ann Other' WHERE uid = 'ann'"
lacks "$(in_sssd getent passwd ann)" 'Ann Other'
expect 0 fleet -m good flush
same 'okay::web:good:' "$OUT" "the client"
eventually 10 eval 'in_sssd getent passwd ann | grep -q "Ann Other"'
