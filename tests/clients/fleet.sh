#!/bin/bash
# Every command in doc/fleet.md works on hosts of the directory.
. "$(dirname "$0")/own-system.sh"
. "$TESTS/lib/certificates.sh"
perl -MNet::LDAP -e 1 2>/dev/null || skip "libnet-ldap-perl is missing; packaging/setup --tests installs it"
PATH=$PROJECT/packaging:$PATH
export HOME=$T/home
mkdir -p "$HOME" /etc/slapd-pgsql /run/slapd
printf '%s\n' 'ldap1 ldap1.example.com' 'ldap2 ldap2.example.com' >/etc/slapd-pgsql/pair
for address in 192.0.2.{11,12,21}; do ip address add "$address/32" dev lo; done

# The directory of the document, and clients that stay connected.
q "$(block doc/fleet.md 'CREATE TABLE')"
authority ca
certificate slapd ca DNS:ldap1.example.com,DNS:ldap2.example.com slapd
{
    manager_conf | sed "1i TLSCertificateFile $T/slapd.pem\nTLSCertificateKeyFile $T/slapd.key"
    block doc/fleet.md 'pgsql-kind hosts'
    echo 'database monitor'
} >"$T/slapd.conf"
URI='ldap://127.0.0.1 ldaps://127.0.0.1 ldapi:///'
start_slapd "$T/slapd.conf"
mkdir -p /etc/ldap
echo "TLS_CACERT $T/ca.pem" >/etc/ldap/ldap.conf
unset LDAPNOINIT
block doc/fleet.md '#!/bin/sh' >"$checkout/disk.sh"
perl -MNet::LDAP -e 'my @ldap = map { my $ldap = Net::LDAP->new("ldap://127.0.0.1", localaddr => $_, LocalAddr => $_) or die "$@"; $ldap->bind; $ldap } @ARGV; $| = 1; print "x"; sleep 600' \
    192.0.2.{11,12,21} >"$T/connected" &
eventually 10 test -s "$T/connected"

# SSSD's client is each of the hosts; the servers are here.
LDAP1=127.0.0.1 LDAP2=127.0.0.1 LDAPS_PORT=636 SSSD_EXTRA="ldap_tls_cacert = $T/ca.pem"
start_sssd ldaps://ldap1.example.com ldaps://ldap2.example.com
stand_in "$T/bin/ssh" <<END
while [ "\$1" != -- ]; do shift; done
case \$2 in
    ldap[12].example.com) exec sh -c "\$3" ;;
    web[12].example.com | db1.example.com) exec nsenter --mount=/proc/$SSSD/ns/mnt --pid=/proc/$SSSD/ns/pid_for_children --root=/proc/$SSSD/root --wd=/proc/$SSSD/root -- sh -c "\$3" ;;
esac
exit 1
END
stand_in "$T/bin/df" <<<"printf '%s\n' Use% ' 42%'"

seen() { cut -d : -f 4 <<<"$OUT" | sort -u | xargs; }
before_fleet() { :; }
after_fleet() {
    case $1 in
        ldapsearch*) same 'cn: web1.example.com ipHostNumber: 192.0.2.11' "$(sed -n '/^dn/d; /./p' <<<"$OUT" | xargs)" "the web host" ;;
        *'ldap2.example.com/'*' list') same 'db1.example.com web1.example.com web2.example.com' "$(seen)" "all hosts" ;;
        *' list') same 'web1.example.com' "$(seen)" "the selected host" ;;
        *' run uptime') same 2 "$(grep -c '^okay::.*,web:web[12].example.com:.* up ' <<<"$OUT")" "hosts with tag web in: $OUT" ;;
        *' script '*) same 3 "$(grep -c '^okay::.*:/ is 42 % full' <<<"$OUT")" "hosts in: $OUT" ;;
        *' --json '*) same "$(uname -r) db1.example.com" "$(head -n 1 <<<"$OUT")" "the first line" ;;
        *' clients') for host in web1 web2 db1; do for server in ldap1 ldap2; do contains "$OUT" "okay::$server:$host.example.com:since "; done; done ;;
        *' check ann') same 2 "$(grep -c ':ann found, trusted: ldaps://ldap1.example.com ldaps://ldap2.example.com, clock [+-]' <<<"$OUT")" "clients in: $OUT" ;;
        *' flush') same 'web1.example.com web2.example.com' "$(seen)" "the clients" ;;
    esac
}
run_document doc/fleet.md fleet
say "$count commands"
[ "$count" -ge 10 ] || fail "where have the document's commands gone?"
