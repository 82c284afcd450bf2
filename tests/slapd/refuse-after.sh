# slapd refuses new connections during a long outage and accepts them again afterwards.
. "$(dirname "$0")/../lib.sh"
need perl openssl
start_postgres
base=dc=example,dc=com
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -keyout "$T/key" -out "$T/cert" >/dev/null 2>&1
free_port plain
free_port tls
URI=ldap://127.0.0.1:$plain
LOCAL=ldapi://${T//\//%2F}%2Fldapi
{
    printf '%s\n' "TLSCertificateFile $T/cert" "TLSCertificateKeyFile $T/key"
    manager_conf
    printf '%s\n' "pgsql-timeout 1" "pgsql-refuse-after 2"
} >"$T/slapd.conf"
URI="$URI ldaps://127.0.0.1:$tls $LOCAL" start_slapd "$T/slapd.conf"
connects() { perl -MIO::Socket::INET -e 'exit(IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => shift, Timeout => 5) ? 0 : $!{ECONNREFUSED} ? 1 : 2)' "$1"; }
refused_at() { local status=0; connects "$1" || status=$?; [ $status = 1 ]; } # refused, and not left to wait
expect 0 search -b $base '(uid=ann)'
expect 0 connects "$tls"

# A connection from before: it asks what comes on its standard input.
coproc client { URI=$URI exec perl -MNet::LDAP -e '
    $| = 1; my $ldap = Net::LDAP->new($ENV{URI}) or die; $ldap->bind;
    while (<STDIN>) { chomp; my ($base, $scope, $filter) = split /\t/; print $ldap->search(base => $base, scope => $scope, filter => $filter)->code, "\n" }' 2>&1; }
exec {ask}>&"${client[1]}" {answer}<&"${client[0]}"
asked() { local line; printf '%s\t%s\t%s\n' "$@" >&"$ask"; read -r -t 20 line <&"$answer"; echo "$line"; }
same 0 "$(asked $base sub '(uid=ann)')" "a search by the one that is connected"

for round in 1 2; do
    stop_postgres
    same 52 "$(asked $base sub '(uid=ann)')" "a search without the database ($round)"
    eventually 20 refused_at "$plain"
    eventually 5 refused_at "$tls"
    logged listeners-closed
    same 52 "$(asked $base sub '(uid=ann)')" "a search on a connection from before"
    same 0 "$(asked '' base '(objectClass=*)')" "the rootDSE on a connection from before"
    expect 0 ldapsearch -x -LLL -H "$LOCAL" -b '' -s base 1.1
    start_postgres
    eventually 20 connects "$plain"
    eventually 5 connects "$tls"
    expect 0 search -b $base '(uid=ann)'
    contains "$OUT" "uid=ann,$base"
    expect 0 env -u LDAPNOINIT LDAPTLS_REQCERT=never ldapsearch -x -LLL -H "ldaps://127.0.0.1:$tls" -b $base '(uid=ann)'
    same 0 "$(asked $base sub '(uid=ann)')" "a search by the one that has been connected all the time"
done
same 2 "$(times_logged listeners-open)" "how often it came back"

# slapd also ends while it refuses connections.
stop_postgres
same 52 "$(asked $base sub '(uid=ann)')" "a search without the database"
eventually 20 refused_at "$plain"
stop_slapd
