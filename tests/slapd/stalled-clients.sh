# Clients that read their answers slowly or never do not block other clients.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT n, 'u' || n, 2001, '/home/u' || n, 'User ' || n, repeat('x', 200), 'U', 'u' || n || '@example.com', '!', now(), now() FROM generate_series(10000, 39999) n; ANALYZE"
{ manager_conf; echo 'sizelimit unlimited'; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled

# Each of HOW MANY asks COUNT times for all users, and again on a new connection two seconds after it was cut off. Five times a
# second it reads BYTES.
cat >"$T/deaf.pl" <<'END'
use strict; use warnings; use Net::LDAP; use Socket qw(SOL_SOCKET SO_RCVBUF);
my ($uri, $base, $many, $count, $bytes, @who) = @ARGV;
my (@ldap, @since);
sub begin {
    my $ldap = Net::LDAP->new($uri, async => 1) or return;
    setsockopt $ldap->socket, SOL_SOCKET, SO_RCVBUF, $bytes || 4096; # so that the system takes little for them as well
    $ldap->bind($who[0], password => $who[1]) if @who;
    $ldap->search(base => $base, filter => '(objectClass=posixAccount)') for 1 .. $count;
    return $ldap;
}
sub connected { # TCP_INFO begins with the state, of which 1 is established
    my $socket = $_[0] && $_[0]->socket or return 0;
    return unpack('C', getsockopt($socket, 6, 11) // 'x') == 1;
}
for (;; select undef, undef, undef, 0.2) {
    for my $i (0 .. $many - 1) {
        if (connected($ldap[$i])) {
            vec(my $readable = '', fileno $ldap[$i]->socket, 1) = 1;
            sysread $ldap[$i]->socket, my $answer, $bytes if $bytes && select $readable, undef, undef, 0;
            next;
        }
        $since[$i] //= time;
        ($ldap[$i], $since[$i]) = (begin(), undef) if !$ldap[$i] || time - $since[$i] >= 2;
    }
}
END
served() { # WHO…: for ten seconds, one search after the other; each has to be answered before SSSD gives up, after 6 seconds
    local end=$(($(now) + 10000000)) slowest=0 start took served=0
    while [ "$(now)" -lt "$end" ]; do
        start=$(now)
        expect 0 timeout $((8 * TIMEOUT_FACTOR)) ldapsearch -x -LLL -H "$URI" "$@" -b $base '(uid=ann)' uid
        contains "$OUT" 'uid: ann'
        took=$((($(now) - start) / 1000))
        [ $took -le $slowest ] || slowest=$took
        served=$((served + 1))
        sleep 0.1
    done
    echo "$served searches, the slowest took $slowest ms"
    # A sanitized slapd hardly fills the buffers of 32 clients in that time.
    [ $TIMEOUT_FACTOR -gt 1 ] || { [ $slowest -le 6000 ] && [ $served -ge 4 ]; } || fail "others are hardly served"
}

perl "$T/deaf.pl" "$URI" $base 32 1 0 &
served
served -D "uid=ann,$base" -w ann-secret
kill $!

# The same of users who have logged in, and of two requests on each connection.
perl "$T/deaf.pl" "$URI" $base 32 2 0 "uid=bob,$base" bob-secret &
logged clients-stalled
served
kill $!

# And of users who read 300 KiB a second.
perl "$T/deaf.pl" "$URI" $base 20 2 65536 "uid=bob,$base" bob-secret &
served
kill $!
within 2 expect 0 search -b $base '(uid=ann)'
