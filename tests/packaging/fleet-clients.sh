#!/bin/bash
# slapd-pgsql-pair tells which hosts are connected to which server, and which to none.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/hosts.sh"
. "$TESTS/lib/certificates.sh"
need slapd perl jq
perl -MNet::LDAP -e 1 2>/dev/null || skip "libnet-ldap-perl is missing; packaging/setup --tests installs it"
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"
export HOME=$T/home
mkdir "$T/bin" "$HOME"
# ssh leads to the server's ldapi.
cat >"$T/bin/ssh" <<END
#!/bin/bash
while [ "\$1" != -- ]; do shift; done
[ "\$2" != away ] || { echo "ssh: connect to host away port 22: No route to host" >&2; exit 255; }
exec sh -c "\${3//ldapi:\\/\\/\\//ldapi://${T//\//%2F}%2F\$2}"
END
chmod +x "$T/bin/ssh"
PATH=$T/bin:$PATH

# Two servers at one port, as two machines have it.
start_postgres
create_hosts "('web1', '{web}', '{127.0.5.1}'), ('web2', '{web}', '{192.0.2.1,127.0.5.2}'), ('db1', '{db}', '{127.0.5.3}'), ('bare', '{db}', NULL)"
authority ca
certificate slapd ca IP:127.0.0.11,IP:127.0.0.12,IP:127.0.0.1 slapd
free_port port
free_port plain
{
    hosts_conf | sed "1i TLSCertificateFile $T/slapd.pem\nTLSCertificateKeyFile $T/slapd.key"
    printf '%s\n' 'database monitor' 'rootdn "cn=monitoring,cn=Monitor"' 'rootpw seen' 'access to * by dn.regex=uidNumber=[0-9]+,cn=peercred,cn=external,cn=auth read by * none'
} >"$T/slapd.conf"
URI="ldaps://127.0.0.11:$port ldap://127.0.0.1:$plain ldapi://${T//\//%2F}%2Fldap1"
start_slapd "$T/slapd.conf"
sed "s|$T/slapd\\.pid|$T/second.pid|; s|$T/slapd\\.args|$T/second.args|" "$T/slapd.conf" >"$T/second.conf"
setpriv --pdeathsig TERM -- slapd -h "ldaps://127.0.0.12:$port ldapi://${T//\//%2F}%2Fldap2" -f "$T/second.conf" -d none 2>/dev/null &
answers() { ldapsearch -x -o TLS_REQCERT=never -H "$1" -b '' -s base 1.1; }
eventually 20 answers "ldaps://127.0.0.12:$port"

# Clients that stay: web1 with two connections at ldap1; web2 at both; and one that is no host of the directory.
cat >"$T/client" <<END
use Net::LDAP;
my @ldap = map { my (\$server, \$address) = split /=/; Net::LDAP->new("ldaps://\$server:$port", verify => 'none', localaddr => \$address, LocalAddr => \$address) || die "\$@" } @ARGV;
\$_->bind for @ldap;
open my \$out, '>', '$T/connected';
close \$out;
sleep 600;
END
perl "$T/client" 127.0.0.11=127.0.5.1 127.0.0.11=127.0.5.1 127.0.0.11=127.0.5.2 127.0.0.12=127.0.5.2 127.0.0.12=127.0.9.9 &
client=$!
eventually 10 test -e "$T/connected"

printf '%s\n' 'ldap1 127.0.0.11 ldap1' 'ldap2 127.0.0.12 ldap2' >"$T/pair"
fleet() { "$PROJECT/packaging/slapd-pgsql-pair" -S "$T/pair" -p "$port" -c "$T/ca.pem" "$@"; }
hosts="ldap://127.0.0.1:$plain/ou=hosts,dc=example,dc=com"
expected='okay::ldap1:web1:2 connections, since N s, last N s
okay::ldap1:web2:since N s, last N s
okay::ldap2:web2:since N s, last N s
okay::ldap2:127.0.9.9:since N s, last N s
fail::-:bare:has no address in the directory
fail::-:db1:on no server'
expect 1 fleet -f "$hosts" clients
same "$expected" "$(sed -E 's/[0-9]+ s/N s/g' <<<"$OUT")" "the clients, by ssh"
echo seen >"$T/password"
expect 1 fleet -f "$hosts" -D cn=monitoring,cn=Monitor -y "$T/password" clients
same "$expected" "$(sed -E 's/[0-9]+ s/N s/g' <<<"$OUT")" "the clients, by LDAPS"
expect 0 fleet -f "$hosts" -t web clients
expect 0 fleet clients
same 'okay::ldap1:127.0.5.1:2 connections' "$(head -n 1 <<<"$OUT" | cut -d , -f 1)" "addresses without hosts"

# For programs; times are the server's.
expect 0 fleet -f "$hosts" --json -m web1 clients
same '["web1",["ldap1"],"okay","127.0.0.11",2,true]' "$(head -n 1 <<<"$OUT" | jq -c '[.host, .tags, .outcome, .server, .connections, (.since >= .last and .since < 100)]')" "JSON in $OUT"
expect 1 fleet -f "$hosts" --json -m db1 clients
same '["db1","failed",null]' "$(tail -n 1 <<<"$OUT" | jq -c '[.host, .outcome, .server]')" "JSON in $OUT"

# A server that cannot be read makes no host absent.
echo 'ldap3 127.0.0.13 away' >>"$T/pair"
expect 1 fleet -f "$hosts" -m db1 clients
contains "$OUT" 'fail::ldap3:127.0.0.13:unreachable: ssh: connect'
contains "$OUT" 'fail::-:db1:on no server that could be read'
sed -i '$s/.*/ldap3 127.0.0.13 none/' "$T/pair"
expect 1 fleet clients
contains "$OUT" "Can't contact LDAP server (-1); without ldapi:// give -D and -y, to ask by LDAPS"
echo wrong >"$T/password"
expect 1 fleet -D cn=monitoring,cn=Monitor -y "$T/password" clients
contains "$OUT" 'fail::ldap1:127.0.0.11:status 49: ldap_bind: Invalid credentials (49)'
sed -i '$d' "$T/pair"
kill "$client"
left() { [ -z "$(fleet clients | grep -E ':127\.0\.[59]')" ]; }
eventually 10 left
