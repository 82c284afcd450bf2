#!/bin/bash
# SSSD finds its servers by SRV records, with TLS, and does without DNS if it must.
. "$(dirname "$0")/../lib/own-namespace.sh"
. "$(dirname "$0")/clients.sh"
need_namespace
need dnsmasq
LDAPS_PORT=636
echo 'nameserver 127.0.0.1' >"$T/resolv.conf"
mount --bind "$T/resolv.conf" /etc/resolv.conf
start_postgres
start_ldap ldap1
start_ldap ldap2

# DNS, with ldap2 before ldap1. The names themselves are in SSSD's /etc/hosts.
dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --listen-address=127.0.0.1 --bind-interfaces --user=root --pid-file= \
    --srv-host=_ldaps._tcp.example.com,ldap2.example.com,636,0,50 --srv-host=_ldaps._tcp.example.com,ldap1.example.com,636,1,50 &
DNS=$!
bound() { grep -q ' 0100007F:0035 ' /proc/net/udp; }
eventually 10 bound

# The settings are those of the page.
settings=$(grep -A 2 '^ldap_uri = _srv_' "$PROJECT/doc/scaling.md")
contains "$settings" 'dns_discovery_domain = example.com'
eval "$(declare -f sssd_conf | sed 's/^sssd_conf/conf_without_srv/')"
sssd_conf() { conf_without_srv "$@" | sed '/^ldap_uri = $/d'; }
SSSD_EXTRA="$settings
$ASK_AGAIN_SOON
debug_level = 6"
start_sssd
connected_to() { grep -qF "Constructed uri 'ldaps://$1.example.com:636'" "$T/sssd/log/sssd_cluster.log"; }
expect 0 in_sssd getent -s sss passwd ann
expect 0 login ann ann-secret
connected_to ldap2 || fail "SSSD has not used the server with the least priority"
! connected_to ldap1 || fail "SSSD has used another server than the one with the least priority"

kill_ldap ldap2
expect 0 in_sssd getent -s sss passwd bob
connected_to ldap1 || fail "SSSD has not used the other server"

# A start without DNS: the servers after _srv_.
stop_sssd
kill "$DNS"
wait "$DNS" || true
start_sssd
eventually 20 in_sssd getent -s sss passwd carl
