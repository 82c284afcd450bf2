#!/bin/bash
# HAProxy, as doc/scaling.md configures it, uses the server that has its database.
. "$(dirname "$0")/own-system.sh"
. "$TESTS/lib/certificates.sh"
need haproxy ss
LDAPS_PORT=636
printf '%s\n' '127.0.0.1 localhost ldap.example.com' "$LDAP1 ldap1.example.com" "$LDAP2 ldap2.example.com" >/etc/hosts

authority ours
for name in ldap1 ldap2; do certificate $name ours "DNS:$name.example.com,DNS:ldap.example.com"; done
serve() { start_ldap "$1" LDAP_CERT_PATH="$T/$1.pem" LDAP_KEY_PATH="$T/$1.key" "${@:2}"; }

# ldap1 has no database.
serve ldap1 SQL_URI=postgres://ldap:ldap@127.0.0.1:1/manager SQL_REFUSE_AFTER=1
before_scaling() { :; }
after_scaling() {
    case $1 in
        grep*) contains "$OUT" "$(ulimit -S -n)" ;;
        ls*) [ "$OUT" -ge 5 ] || fail "open files: $OUT" ;;
        ss*) contains "$OUT" "$LDAP1:636" ;;
    esac
}
run_document doc/scaling.md scaling
serve ldap2
cp "$T/ours.pem" /etc/haproxy/ldap-ca.pem
block doc/scaling.md global >/etc/haproxy/haproxy.cfg
expect 0 haproxy -c -f /etc/haproxy/haproxy.cfg
haproxy -db -f /etc/haproxy/haproxy.cfg >"$T/haproxy.log" 2>&1 &
proxied() { ldapsearch -x -LLL -o TLS_CACERT=/etc/haproxy/ldap-ca.pem -o nettimeout=5 -H ldaps://ldap.example.com -b dc=example,dc=com '(uid=ann)' uid; }
marked() { grep -qE "Server servers/$1 is $2" "$T/haproxy.log"; } # SERVER UP|DOWN
eventually 20 marked ldap1 DOWN
for _ in {1..6}; do
    expect 0 proxied
    contains "$OUT" 'uid: ann'
done

# The other way round.
kill_ldap ldap1
serve ldap1
eventually 20 marked ldap1 UP
kill_ldap ldap2
eventually 20 marked ldap2 DOWN
for _ in {1..6}; do expect 0 proxied; done

# With the PROXY protocol slapd knows the client's address, here that of ldap2.
kill_ldap ldap1
{ printf '%s\n' "TLSCertificateFile $T/ldap1.pem" "TLSCertificateKeyFile $T/ldap1.key"; manager_conf; } >"$T/slapd.conf"
URI="ldap://127.0.0.1:3890 pldaps://$LDAP1:636/"
start_slapd "$T/slapd.conf"
kill %?haproxy
sed 's/default-server /&send-proxy-v2 check-send-proxy /' /etc/haproxy/haproxy.cfg >"$T/haproxy.cfg"
haproxy -db -f "$T/haproxy.cfg" >"$T/haproxy.log" 2>&1 &
eventually 20 marked ldap2 DOWN
expect 0 proxied
perl -MIO::Socket::INET -e 'my $socket = IO::Socket::INET->new(LocalAddr => shift, PeerAddr => "127.0.0.1:636") or die; <$socket>' "$LDAP2" &
log_has "ACCEPT from IP=$LDAP2:"
