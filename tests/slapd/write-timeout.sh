# writetimeout and idletimeout close connections of stalled and idle clients.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT n, 'u' || n, 2001, '/home/u' || n, 'User ' || n, repeat('x', 200), 'U', 'u' || n || '@example.com', '!', now(), now() FROM generate_series(10000, 29999) n; ANALYZE"
manager_conf | sed 's/^database config/writetimeout 2\nidletimeout 3\n&/' >"$T/slapd.conf"
echo 'sizelimit unlimited' >>"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled

# One connection does not read its answer, one asks nothing, and one reads 64 kB fifty times a second.
cat >"$T/clients.pl" <<'END'
use strict; use warnings; use Net::LDAP;
my ($uri, $base) = @ARGV;
my %ldap = map { $_ => Net::LDAP->new($uri, async => 1) // die "no connection" } qw(deaf idle slow);
$ldap{$_}->search(base => $base, filter => '(objectClass=posixAccount)') for qw(deaf slow);
select undef, undef, undef, 0.02 while sysread $ldap{slow}->socket, my $read, 65536;
sleep;
END
perl "$T/clients.pl" "$URI" $base &
log_has 'closed (writetimeout)'
log_has 'closed (idletimeout)'
log_has 'nentries=20010'
same 1 "$(grep -c 'closed (writetimeout)' "$T/slapd.log")" "connections that were closed while they did not read"
within 2 expect 0 search -b $base '(uid=ann)'
