# A flood of failing logins from one address does not delay the logins from another.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
# argon2id of "costly": 16 MiB, 2 passes
expensive='$argon2id$v=19$m=16384,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$69qupuJaVr/OIvHoXNO0VjBPokRRb+wFp+hNDQb8A5k'
q "UPDATE \"Users\" SET \"userPassword\" = '$expensive'"
start_slapd - < <(manager_conf; printf '%s\n' 'pgsql-hash-threads 1' 'pgsql-hash-timeout 60')

# From 127.0.0.2: so many connections, each of which tries another name as soon as it is refused.
flood() { # CONNECTIONS NAME
    perl -MNet::LDAP -e '
        my ($uri, $base, $count, $name) = @ARGV;
        my @ldap = map { Net::LDAP->new($uri, localaddr => "127.0.0.2", async => 1) || die "$@\n" } 1 .. $count;
        my %bind;
        while (1) {
            for my $n (0 .. $#ldap) {
                $bind{$n}->sync if $bind{$n};
                $bind{$n} = $ldap[$n]->bind("uid=$name$n,$base", password => "wrong");
            }
        }' "$URI" "$base" "$@" 2>>"$T/perl.log" &
    FLOOD=$!
}
quiet() { [ "$(waiting)" = 0 ]; }
waiting() { # logins that are not answered
    echo $(($(grep -c ' BIND dn="uid=.*method=128' "$T/slapd.log") - $(grep -c ' pgsql bind dn=' "$T/slapd.log")))
}
under_way() { [ "$(waiting)" -ge "$1" ]; }
time_of() { # COMMAND…: in ms
    local start
    start=$(now)
    "$@" >/dev/null
    echo $((($(now) - start) / 1000))
}
login() { expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,$base" -w costly; }

login # connects
alone=$(time_of login)
flood 30 nobody
eventually 20 under_way 29
took=0
for _ in {1..8}; do
    ms=$(time_of login)
    [ "$ms" -le "$took" ] || took=$ms
done
say "a login takes $alone ms alone, $took ms at most in the flood"
# One check that has begun, and its own; thirty would be in front of it in order of arrival.
[ "$took" -lt $((alone * 8 + 300)) ] || fail "a login takes $took ms in the flood, $alone ms without"
kill $FLOOD
wait $FLOOD 2>/dev/null || true
eventually 60 quiet

# A client that floods with a right password gets no more than a share.
kill_flood() { kill $FLOOD; wait $FLOOD 2>/dev/null || true; }
flood 30 ann
eventually 20 under_way 29
ms=$(time_of login)
[ "$ms" -lt $((alone * 8 + 300)) ] || fail "a login takes $ms ms in the second flood, $alone ms without"
kill_flood
