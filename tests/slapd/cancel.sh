# Abandon and Cancel (RFC 3909) stop the statement in PostgreSQL within 100 ms.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
# One statement that takes long before its first row, and one whose rows come one by one.
q 'CREATE VIEW slow AS SELECT u.* FROM "Users" u, (SELECT pg_sleep(20)) s; GRANT SELECT ON slow TO ldap;
   CREATE VIEW drops AS SELECT g.*, pg_sleep(0.2)::text FROM "Groups" g, generate_series(1, 100); GRANT SELECT ON drops TO ldap;
   CREATE FUNCTION ended() RETURNS double precision LANGUAGE plpgsql AS $$
   BEGIN
       WHILE EXISTS (SELECT FROM pg_stat_activity WHERE usename = $u$ldap$u$ AND state = $u$active$u$) LOOP
           PERFORM pg_sleep(0.001);
           PERFORM pg_stat_clear_snapshot();
       END LOOP;
       RETURN extract(epoch FROM clock_timestamp());
   END $$' >/dev/null
{
    manager_conf | sed -e '0,/FROM "Users"$/s//FROM slow/' -e '0,/FROM "Groups" g$/s//FROM drops g/'
    printf '%s\n' 'pgsql-timeout 30' 'pgsql-pool-size 1' 'pgsql-private-groups off' 'threads 8'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
eventually 10 search -b $base '(uid=ann)'

cat >"$T/client.pl" <<'END'
use Net::LDAP; use Net::LDAP::Extension::Cancel; use Time::HiRes 'time';
$| = 1;
my ($how, $class) = @ARGV;
my $ldap = Net::LDAP->new($ENV{URI}, async => 1) or die "cannot connect";
my @searches = map { $ldap->search(base => 'dc=example,dc=com', filter => "(objectClass=$class)") } 1 .. ($how eq 'waiting' ? 2 : 1);
print "asked\n";
<STDIN>;
my $start = time;
printf "%.6f\n", $start;
if ($how eq 'abandon') {
    $ldap->abandon($searches[0]);
    $ldap->extension(name => '1.3.6.1.4.1.4203.1.11.3')->code and die 'the connection is of no use any more'; # who am I?
} else {
    my $answer = $ldap->cancel($searches[-1]);
    printf "%d %d %d\n", $answer->code, $searches[-1]->code, $searches[-1]->count;
    printf "%d\n", (time - $start) * 1000 if $how eq 'waiting';
}
END
busy() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND state = 'active'")" = 1 ]; }
watched() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT ended()' AND state = 'active'")" = 1 ]; }
once() { # HOW CLASS: how many $MILLISECONDS the statement lives on; what the client prints is in $OUT
    local asked
    coproc client { URI=$URI exec perl "$T/client.pl" "$@" 2>&1; }
    exec {to}>&"${client[1]}" {from}<&"${client[0]}"
    read -r -t 20 <&"$from"
    eventually 10 busy
    [ "$1" = waiting ] || q 'SELECT ended()' >"$T/ended" &
    local watch=$!
    [ "$1" = waiting ] || eventually 10 watched
    echo >&"$to"
    read -r -t 20 asked <&"$from"
    OUT=$(timeout 20 cat <&"$from")
    wait $watch
    exec {to}>&- {from}<&-
    if [ "$1" = waiting ]; then
        MILLISECONDS=${OUT##*$'\n'} OUT=${OUT%$'\n'*}
    else
        MILLISECONDS=$(awk "BEGIN { printf \"%d\", ($(<"$T/ended") - $asked) * 1000 }")
    fi
}
stops() { # ANSWER HOW CLASS: the least of five, since what else the machine does takes its time too
    local answer=$1 took=()
    shift
    for _ in 1 2 3 4 5; do
        once "$@"
        same "$answer" "$OUT" "what the client got: $*"
        took+=("$MILLISECONDS")
    done
    say "$*: ${took[*]} ms"
    [ "$(printf '%s\n' "${took[@]}" | sort -n | sed -n 1p)" -le $((100 * TIMEOUT_FACTOR)) ] || fail "$*: it lives on for ${took[*]} ms"
}
stops "" abandon posixAccount
stops "0 118 0" cancel posixAccount # success of the one, cancelled (118) the other, without an entry
stops "0 118 0" cancel posixGroup
stops "0 118 0" waiting posixAccount # for the one connection there is
same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann, afterwards"
