# Concurrent logins with expensive hashes are limited and do not delay cheap operations.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
count=24
# argon2id of "costly": 64 MiB and 4 passes, and 256 MiB
expensive='$argon2id$v=19$m=65536,t=4,p=1$c2FsdHNhbHQ$vIxPeH1uy8z2tYOsh1BKf+YhCJmGIezgO5AEe7zzdRE'
large='$argon2id$v=19$m=262144,t=1,p=1$c2FsdHNhbHQ$Xz2DT6ni9d3Xk5Ovz9xbdpvXnmzLi/Tcv24aa8NGxGY'
q "INSERT INTO \"Users\" SELECT 5000 + n, 'u' || n, 2001, '/home/u' || n, '/bin/sh', 'U', 'U', 'U', 'u' || n || '@x', NULL,
   '$expensive', 'active', NULL, NULL, now(), now() FROM generate_series(1, 200) n; UPDATE \"Users\" SET \"userPassword\" = '$large' WHERE \"uid\" = 'hal'"
mkdir "$T/slapd.d"
manager_conf | sed '1i threads 2' >"$T/slapd.conf"
printf '%s\n' 'pgsql-hash-threads 4' 'pgsql-hash-memory 128' 'pgsql-hash-timeout 100' >>"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >/dev/null 2>&1 || fail "slaptest"
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { printf '%s\n' "dn: $database" "changetype: modify" "$@" | as_config ldapmodify; }
bind() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$2"; }

# N users, each on a connection of its own, all at once; prints user, result and identity. With "leave": leaves instead.
crowd() {
    perl -MNet::LDAP -MNet::LDAP::Extension::WhoAmI -e '
        my ($uri, $base, $count, $leave) = @ARGV;
        my @users = map { "u$_" } 1 .. $count;
        my %ldap = map { ($_ => Net::LDAP->new($uri, async => 1) || die "$_: $@\n") } @users;
        my %bind = map { ($_ => $ldap{$_}->bind("uid=$_,$base", password => "costly")) } @users;
        if ($leave) { sleep 1; exit }
        for (@users) {
            $bind{$_}->sync;
            my $me = $ldap{$_}->who_am_i;
            $me->sync;
            print "$_ ", $bind{$_}->code, " ", $me->response // "", "\n";
        }' "$URI" "$base" "$@" 2>>"$T/perl.log"
}
memory() { awk "/^$1/ { print int(\$2 / 1024) }" "/proc/$SLAPD/status"; }

expect 0 search -b $base '(uid=ann)'
before=$(memory VmRSS)
crowd $count >"$T/answers" &
clients=$!
arrived() { eventually 30 grep -q "BIND dn=\"uid=u$1,$base\" method" "$T/slapd.log"; }
arrived $count
for _ in {1..5}; do
    expect 0 search -b $base '(uid=ann)'
    expect 0 bind bob bob-secret
done
expect 0 change "replace: olcPgConnectTimeout" "olcPgConnectTimeout: 1.5"
expect 0 search -b $base '(uid=ann)'
kill -0 $clients 2>/dev/null || fail "all were checked before anything else was tried"
wait $clients || fail "the clients ended badly: $(<"$T/perl.log")"
same "$(for n in $(seq 1 $count); do echo "u$n 0 dn:uid=u$n,$base"; done)" "$(<"$T/answers")" "who got in"
took=$(($(memory VmHWM) - before))
say "memory of $count checks of 64 MiB: $took MiB"
[ ${#PRELOAD[@]} != 0 ] || [ "$took" -lt 180 ] || fail "they took $took MiB, with 128 allowed"

# A hash that takes more than all may is refused, in words.
expect 49 bind hal costly
logged hash-unusable "a hash that takes more memory than pgsql-hash-memory allows; uid=hal,$base cannot bind"
expect 0 change "replace: olcPgHashMemory" "olcPgHashMemory: 256"
expect 0 bind hal costly
expect 0 change "replace: olcPgHashThreads" "olcPgHashThreads: 1"

# Nobody waits longer than pgsql-hash-timeout.
expect 0 change "replace: olcPgHashTimeout" "olcPgHashTimeout: 0.3"
crowd $count >"$T/answers" || fail "the clients ended badly: $(<"$T/perl.log")"
same "0 51" "$(cut -d ' ' -f 2 "$T/answers" | sort -u | xargs)" "results where time is short"
log_has 'outcome=busy reason="password check not started within pgsql-hash-timeout"'
expect 0 bind bob bob-secret

# Who leaves is not checked for.
expect 0 change "replace: olcPgHashTimeout" "olcPgHashTimeout: 100"
expect 0 change "replace: olcPgHashThreads" "olcPgHashThreads: 1"
crowd 200 leave
within 15 expect 0 bind u1 costly
log_has 'outcome=gone'

# The database goes while they wait: they are told at once.
: >"$T/slapd.log"
crowd $count >"$T/answers" &
clients=$!
arrived $count
within 15 expect 0 as_config ldapdelete "$database"
wait $clients || true # some are cut off
lacks "$(<"$T/answers")" " 49"
contains "$(<"$T/answers")" " 52"
stop_slapd

# And slapd ends with all of them waiting.
start_slapd "$T/slapd.conf"
: >"$T/slapd.log"
crowd 200 >"$T/answers" &
clients=$!
arrived 200
stop_slapd
wait $clients || true
