# A client that searches by numbers while a comparison replays 3,000 changes gets all of them.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
need perl
start_postgres
notified_changes
add_users 10001 13000
feed_conf 'sizelimit unlimited' 'pgsql-usn on' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
logged feed-started

# As SSSD: the next filter begins above the highest number of the last answer. Ends once all users have come, or when told to.
cat >"$T/poll.pl" <<'END'
use strict; use warnings; use Net::LDAP;
my ($uri, $base, $file) = @ARGV;
my $ldap = Net::LDAP->new($uri) or die "$@";
my ($highest, %got) = (0);
until (-e "$file.stop") {
    my $filter = '(&(objectClass=posixAccount)(uid=u1*)' . ($highest ? "(entryUSN>=$highest)(!(entryUSN=$highest))" : '') . ')';
    my $result = $ldap->search(base => $base, filter => $filter, attrs => ['uid', 'cn', 'entryUSN']);
    $result->code and die $result->error;
    for my $entry ($result->entries) {
        my $number = $entry->get_value('entryUSN') or next;
        $got{$entry->get_value('uid')} = $entry->get_value('cn');
        $highest = $number if $number > $highest;
    }
    my $changed = grep { $_ eq 'Changed' } values %got;
    open my $to, '>', "$file.new" or die; print $to scalar(keys %got), " $changed\n"; close $to; rename "$file.new", $file;
}
END
perl "$T/poll.pl" "$URI" $base "$T/got" &
client=$!
has_got() { grep -qx "$1" "$T/got"; }
eventually 30 has_got '3000 0'
q "UPDATE \"Users\" SET \"cn\" = 'Changed' WHERE \"uidNumber\" > 10000"
eventually 60 has_got '3000 3000'
touch "$T/got.stop"
wait "$client"
