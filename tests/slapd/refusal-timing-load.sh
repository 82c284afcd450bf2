# Under load the time of a refused login does not reveal whether the name exists.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
# Most rows have argon2id: 16 MiB, 2 passes, of "costly". bob has $6$, gus $1$.
expensive='$argon2id$v=19$m=16384,t=2,p=1$c2FsdHNhbHQ$nJWBVBGzEBkZ0igwZkE69xv/D+t8DG/9KaiCOmlb3FU'
q "INSERT INTO \"Users\" SELECT 5000 + n, 'u' || n, 2001, '/home/u' || n, '/bin/sh', 'U', 'U', 'U', 'u' || n || '@x', NULL,
   '$expensive', 'active', NULL, NULL, now(), now() FROM generate_series(1, 30) n; UPDATE \"Users\" SET \"userPassword\" = '!' WHERE \"uid\" = 'hal'"
start_slapd - < <(manager_conf; printf '%s\n' 'pgsql-hash-threads 1' 'pgsql-hash-timeout 60'
    echo "pgsql-login-filter users username NOT IN (SELECT \"uid\" FROM \"Users\" WHERE \"status\" = 'suspended')")

# Ten connections at a time from another address, and the same number of them whatever is measured.
perl -MNet::LDAP -e '
    my ($uri, $base) = @ARGV;
    my @ldap = map { Net::LDAP->new($uri, localaddr => "127.0.0.2", async => 1) || die "$@\n" } 1 .. 10;
    my %bind;
    while (1) {
        for my $n (0 .. $#ldap) {
            $bind{$n}->sync if $bind{$n};
            $bind{$n} = $ldap[$n]->bind("uid=" . ($n % 2 ? "u$n" : "nobody$n") . ",$base", password => "wrong");
        }
    }' "$URI" "$base" 2>>"$T/perl.log" &
flood=$!

# From a second address, the names in turn, so that what else the machine does hits all of them. The median of 9 rounds, in ms.
perl -MNet::LDAP -MTime::HiRes=time -e '
    my ($uri, $base, @names) = @ARGV;
    my $ldap = Net::LDAP->new($uri, localaddr => "127.0.0.3") or die "$@\n";
    my %took;
    for my $round (0 .. 9) {
        for my $name (@names) {
            my $start = time;
            $ldap->bind("uid=$name,$base", password => "wrong")->code == 49 or die "$name is not refused\n";
            push @{ $took{$name} }, 1000 * (time - $start) if $round;
        }
    }
    printf "%s %d\n", $_, (sort { $a <=> $b } @{ $took{$_} })[4] for @names;
' "$URI" "$base" nobody u1 dora bob gus hal >"$T/times" || fail "the client ended badly"
kill $flood
wait $flood 2>/dev/null || true

# nobody does not exist; u1 does; dora is denied by the login filter; bob and gus have cheap hashes; hal has a locked one
nobody=$(sed -n 's/^nobody //p' "$T/times")
while read -r name ms; do
    say "$name: $ms ms"
    [ $((ms * 10)) -gt $((nobody * 6)) ] && [ $((ms * 6)) -lt $((nobody * 10)) ] || fail "$name takes $ms ms, a name that does not exist $nobody ms"
done <"$T/times"
