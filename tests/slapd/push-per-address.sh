# When all slots are taken, the address with most logins gives up one.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
need perl
start_postgres
base=dc=example,dc=com
q "INSERT INTO \"Users\" SELECT 5000 + n, 'u' || n, 2001, '/home/u' || n, '/bin/sh', 'U', 'U', 'U', 'u' || n || '@x', NULL, '', 'active', NULL, NULL,
   now(), now() FROM generate_series(1, 12) n"
quick_hashes
start_push
users_say hold
start_slapd - < <(manager_conf; push_conf; printf '%s\n' 'pgsql-push-pending 6' 'pgsql-push-timeout 100')

login() { # ADDRESS USER: a login from there in the background, whose result goes to a file
    perl -MNet::LDAP -e '
        my ($uri, $from, $dn) = @ARGV;
        my $ldap = Net::LDAP->new($uri, localaddr => $from, timeout => 60) or die "$@\n";
        print $ldap->bind($dn, password => "secret")->code, "\n"' "$URI" "$1" "uid=$2,$base" >"$T/result.$2" 2>"$T/perl.$2" &
}
result() { eventually 10 test -s "$T/result.$1"; same "$2" "$(<"$T/result.$1")" "the result of $1"; }

# One address takes all places.
for n in 1 2 3 4 5 6; do
    login 127.0.0.2 "u$n"
    eventually 10 prompted "$n"
done
login 127.0.0.2 u7
result u7 51
log_has 'reason="6 logins already wait for approval"'

# Another gets places, up to its share, and only the excess of the first is busy.
login 127.0.0.3 u8
eventually 10 prompted 7
result u6 51
log_has 'reason="the slot was given to a client address with fewer logins"'
eventually 10 grep -qx u6 "$T/push/left" # nobody is asked any more
login 127.0.0.3 u9
eventually 10 prompted 8
result u5 51
login 127.0.0.3 u10
eventually 10 prompted 9
result u4 51
login 127.0.0.3 u11
result u11 51

# A third one, too.
login 127.0.0.4 u12
eventually 10 prompted 10
release approve
for user in u8 u9 u12; do result $user 0; done
same "4 0
6 51" "$(cat "$T"/result.u{1,2,3,10,4,5,6,7,11} "$T/result.u8" 2>/dev/null | sort | uniq -c | sed 's/^ *//')" "results"
