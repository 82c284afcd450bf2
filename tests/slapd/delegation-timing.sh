# A client with roles cannot tell hidden entries from missing ones by the time that an operation takes.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/delegation.sh"
need perl
start_postgres
delegation_tables
# So many rows that PostgreSQL uses the indexes; most of them are hidden from brad.
q "INSERT INTO people SELECT 1000 + n, 3, 'u' || n, 10000 + n FROM generate_series(1, 5000) n;
   INSERT INTO people SELECT 6000 + n, 1, 'v' || n, 20000 + n FROM generate_series(1, 500) n"
q 'VACUUM ANALYZE'

# Compares pairs of requests of brad. The two of a pair are sent in random order. By chance alone, each of them takes longer as often as the
# other, whatever else the machine does. 200 pairs are a round. Wilcoxon's signed-rank test tells how far a round is from chance, in standard
# deviations. Two requests differ if three rounds agree on the longer one, each by more than 3.5 standard deviations: by chance 2 * 0.00023^3.
# A row that PostgreSQL skips in an index takes about a microsecond, which shifts a round by less than half a standard deviation. Even then,
# a false alarm is rarer than one run in 100,000.
cat >"$T/compare" <<'END'
use strict;
use warnings;
use Net::LDAP;
use Net::LDAP::Extension::SetPassword;
use Time::HiRes qw(time);

my ($uri, $suffix) = @ARGV;
my $ldap = Net::LDAP->new($uri) or die "$@\n";
$ldap->bind("uid=brad,$suffix", password => 'secret')->code == 0 or die "brad cannot bind\n";
sub dn { return "$_[0],$suffix" }
my %send = (
    base => sub { $ldap->search(base => dn($_[0]), scope => 'base', filter => '(objectClass=*)', attrs => [split /,/, $_[1] // '*']) },
    one => sub { $ldap->search(base => dn($_[0]), scope => 'one', filter => $_[1]) },
    sub => sub { $ldap->search(base => $suffix, scope => 'sub', filter => $_[0]) },
    compare => sub { $ldap->compare(dn($_[0]), attr => $_[1], value => $_[2]) },
    modify => sub { $ldap->modify(dn($_[0]), replace => { description => 'changed' }) },
    member => sub { $ldap->modify(dn('cn=gb,ou=bremen'), add => { $_[0] => $_[0] eq 'member' ? dn($_[1]) : $_[1] }) },
    delete => sub { $ldap->delete(dn($_[0])) },
    rename => sub { $ldap->moddn(dn($_[0]), newrdn => 'uid=other', deleteoldrdn => 1) },
    move => sub { $ldap->moddn(dn($_[0]), newrdn => $_[0] =~ s/,.*//r, deleteoldrdn => 1, newsuperior => dn($_[1])) },
    add => sub { $ldap->add(dn($_[0]), attrs => [objectClass => 'inetOrgPerson', cn => 'x', sn => 'x']) },
    password => sub { $ldap->set_password(user => dn($_[0]), newpasswd => 'changed') },
);
sub took { # REQUEST CODE: in ms
    my ($verb, @rest) = split / /, $_[0];
    my $start = time;
    my $seen = $send{$verb}->(@rest)->code;
    my $end = time;
    $seen == $_[1] or die "$_[0]: result $seen, not $_[1]\n";
    return ($end - $start) * 1000;
}
sub median { my @sorted = sort { $a <=> $b } @_; return $sorted[$#sorted / 2] }
sub pairs { # NUMBER REQUEST CODE REQUEST CODE: what they took
    my ($number, @requests) = @_;
    my @took = ([], []);
    for (1 .. $number) {
        my @order = rand() < 0.5 ? (0, 1) : (1, 0);
        push @{ $took[$_] }, took(@requests[2 * $_, 2 * $_ + 1]) for @order;
    }
    return @took;
}
sub deviations { # TIMES TIMES: by how many standard deviations the first take longer
    my ($one, $two) = @_;
    my @difference = sort { abs $a <=> abs $b } map { $one->[$_] - $two->[$_] } 0 .. $#$one;
    my ($n, $sum) = (scalar @difference, 0);
    for (1 .. $n) { $sum += $_ * ($difference[$_ - 1] <=> 0) }
    return $sum / sqrt($n * ($n + 1) * (2 * $n + 1) / 6);
}
my $wrong = 0;
while (my $line = <STDIN>) {
    chomp $line;
    my ($expected, @requests) = map { /^(.*) = (\d+)$/ ? ($1, $2) : $_ } split / \| /, $line;
    my ($seen, $report, %longer) = ('', '');
    if ($expected eq 'cheap') {
        my @median = map { median(@$_) } pairs(7, @requests);
        $report = sprintf ' %.3f/%.3f ms', @median;
        $seen = $median[0] < $median[1] / 4 ? 'cheap' : 'expensive';
    } else {
        pairs(20, @requests);
        for (1 .. ($expected eq 'differ' ? 10 : 1)) { # a busy machine may hide a small difference, but not always
            %longer = ();
            for (1 .. 3) {
                my @took = pairs(200, @requests);
                my $by = deviations(@took);
                $report .= sprintf ' %.3f/%.3f ms (%+.1f)', median(@{ $took[0] }), median(@{ $took[1] }), $by;
                ++$longer{ abs $by <= 3.5 ? 'neither' : $by > 0 ? 'first' : 'second' };
                last if $longer{neither} || keys %longer > 1;
            }
            $seen = !$longer{neither} && keys %longer == 1 ? 'differ' : 'same';
            last if $seen eq 'differ';
        }
    }
    print $seen eq $expected ? '' : "FAILED, not $expected: ", "$seen: $requests[0] | $requests[2]:$report\n";
    ++$wrong if $seen ne $expected;
}
exit($wrong ? 1 : 0);
END
compare() { perl "$T/compare" "$URI" "$base" >&2 || fail "$1"; } # WHAT-IS-WRONG; pairs from standard input

# A hash takes tens of milliseconds.
delegation_conf | sed 's/^pgsql-password-hash .*/pgsql-password-hash m=16384 t=3 p=1/' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled

# What is known to differ is told apart: an entry by the statements for its values, and the longer of two missing names by the statement that
# finds its superior entry ou=bremen.
compare 'this test finds no differences' <<'END'
differ | base cn=gb,ou=bremen = 0 | base cn=no,ou=bremen = 32
differ | base uid=no1,ou=no,ou=bremen = 32 | base uid=no1,ou=nowhere = 32
same | base uid=no1 = 32 | base uid=no2 = 32
END

# hidden = result | missing = result. Hidden are: users and units beside ou=bremen, and its computers.
compare 'hidden entries can be told from missing ones by time' <<'END'
same | sub (uid=bea) = 0 | sub (uid=no1) = 0
same | sub (uid=boss) = 0 | sub (uid=none) = 0
same | sub (mail=bea@example.com) = 0 | sub (mail=no1@example.com) = 0
same | sub (uid=u1*) = 0 | sub (uid=w1*) = 0
same | base uid=bea,ou=berlin = 32 | base uid=no1,ou=berlin = 32
same | base uid=bea,ou=berlin = 32 | base uid=bea,ou=nowher = 32
same | base uid=boss = 32 | base uid=none = 32
same | base cn=pc1,ou=bremen = 32 | base cn=no1,ou=bremen = 32
same | base ou=berlin = 32 | base ou=nowher = 32
same | one ou=berlin (uid=bea) = 32 | one ou=nowher (uid=bea) = 32
same | compare uid=bea,ou=berlin sn bea = 32 | compare uid=no1,ou=berlin sn bea = 32
same | compare uid=boss sn boss = 32 | compare uid=none sn boss = 32
same | compare cn=pc1,ou=bremen cn pc1 = 32 | compare cn=no1,ou=bremen cn pc1 = 32
same | compare cn=gb,ou=bremen memberUid bea = 5 | compare cn=gb,ou=bremen memberUid no1 = 5
same | modify uid=bea,ou=berlin = 32 | modify uid=no1,ou=berlin = 32
same | modify uid=bea,ou=berlin = 32 | modify uid=bea,ou=nowher = 32
same | modify uid=boss = 32 | modify uid=none = 32
same | modify cn=pc1,ou=bremen = 32 | modify cn=no1,ou=bremen = 32
same | modify ou=berlin = 32 | modify ou=nowher = 32
same | member memberUid boss = 19 | member memberUid none = 19
same | member member cn=gbe,ou=berlin = 19 | member member cn=gbx,ou=berlin = 19
same | password uid=bea,ou=berlin = 32 | password uid=no1,ou=berlin = 32
same | password uid=boss = 32 | password uid=none = 32
same | password cn=pc1,ou=bremen = 32 | password cn=no1,ou=bremen = 32
same | delete uid=boss = 32 | delete uid=none = 32
same | rename uid=boss = 32 | rename uid=none = 32
same | move uid=ann,ou=bremen ou=berlin = 32 | move uid=ann,ou=bremen ou=nowher = 32
same | add uid=new,ou=berlin = 32 | add uid=new,ou=nowher = 32
END

# Nothing is hashed for either. The last lines, as they change a password.
compare 'a password is hashed before it is refused' <<'END'
cheap | password uid=bea,ou=berlin = 32 | password uid=ann,ou=bremen = 0
cheap | password uid=no1,ou=berlin = 32 | password uid=ann,ou=bremen = 0
cheap | password uid=boss = 32 | password uid=ann,ou=bremen = 0
END
