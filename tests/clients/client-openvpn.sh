#!/bin/bash
# OpenVPN lets in the members of a group by the settings of doc/clients/openvpn.md.
page=doc/clients/openvpn.md
. "$(dirname "$0")/../lib/applications.sh"
need openvpn
[ -e /usr/lib/openvpn/openvpn-auth-ldap.so ] || skip "openvpn-auth-ldap is missing; packaging/setup --tests installs it"
[ -e /dev/net/tun ] || skip "this machine has no /dev/net/tun"
write_block /etc/openvpn/auth-ldap.conf '<LDAP>'
write_block /etc/openvpn/server/vpn.conf plugin
printf '%s\n' 'dev tun' 'server 10.8.0.0 255.255.255.0' 'topology subnet' 'local 127.0.0.1' 'dh none' \
    'cert /etc/ldap/tls/slapd.crt' 'key /etc/ldap/tls/server.key' 'ca /etc/ldap/tls/slapd.crt' >>/etc/openvpn/server/vpn.conf
serve_vpn() {
    openvpn --config /etc/openvpn/server/vpn.conf >"$T/server.log" 2>&1 &
    server=$!
    eventually 10 grep -q 'Initialization Sequence Completed' "$T/server.log"
}
serve_vpn
attempt() {
    local answer='PUSH_REPLY|AUTH_FAILED'
    [ -n "$1" ] && [ -n "$2" ] || { echo AUTH_FAILED; return; } # the client itself refuses to send empty ones
    printf '%s\n' "$1" "$2" >"$T/password"
    : >"$T/client.log"
    openvpn --client --dev null --nobind --remote 127.0.0.1 --ca /etc/ldap/tls/slapd.crt --auth-user-pass "$T/password" --verb 3 >"$T/client.log" 2>&1 &
    eventually 15 grep -qE "$answer" "$T/client.log"
    kill $! 2>/dev/null || true
    grep -oE "$answer" "$T/client.log"
}

admits_members PUSH_REPLY AUTH_FAILED
restart_slapd
result PUSH_REPLY ann ann-secret

outage
result AUTH_FAILED ann ann-secret
contains "$(<"$T/server.log")" 'LDAP bind failed: Server is unavailable'
end_outage
result PUSH_REPLY ann ann-secret
distrust
kill $server
wait $server || true
serve_vpn
result AUTH_FAILED ann ann-secret
