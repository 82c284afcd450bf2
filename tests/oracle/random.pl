# random.pl: turns a seed into searches, sends each to two servers, and prints the smallest forms of those answered differently.
#
# Use: perl random.pl ORACLE-URI OUR-URI LDIF COUNT SEED [WORKERS [FIRST [ABSENT]]]     status 1 when answers differ
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use IO::Handle;
use Oracle::Generator;
use Oracle::Judge;
use Time::HiRes 'time';

local $SIG{__WARN__} = sub { warn @_ unless $_[0] =~ /^Deep recursion/ }; # of Convert::ASN1, which filters are nested for

my ($oracle_uri, $our_uri, $ldif, $count, $seed, $workers, $first, $absent) = @ARGV;
$workers ||= 2;
$first ||= 1;
my ($enough, $too_many) = (10, 200); # different differences, and of any kind
my $generator = Oracle::Generator->new($ldif, $absent);

# One worker's searches are every so many-th. It tells its parent how many it has done, and what it found; in lines short
# enough for a pipe that several write to.
sub work {
    my ($worker, $to) = @_;
    my $judge = Oracle::Judge->new($oracle_uri, $our_uri);
    my $done = 0;
    for (my $n = $first + $worker; $n < $first + $count; $n += $workers) {
        my $search = $generator->search($seed, $n);
        if (my $how = $judge->difference($search)) {
            ($search, $how) = $judge->shrink($search, $how);
            my @how = split /\n/, $how;
            splice @how, 12, @how, '… and ' . (@how - 12) . ' more lines' if @how > 12;
            my @lines = ("search $n of seed $seed, in its smallest form:", (map { '  ' . Oracle::Judge::command($_, $search) } $oracle_uri, $our_uri),
                '  is answered differently, with - by the oracle only and + by us only:', map { '  ' . substr $_, 0, 200 } @how);
            syswrite $to, substr(join("\t", map { tr/\t\n/  /r } @lines), 0, 4000) . "\n";
        }
        $done++;
        syswrite($to, "$done $judge->{found}\n"), $done = $judge->{found} = 0 if $done == 50 || $n + $workers >= $first + $count;
    }
}

pipe my $from, my $to or die "pipe: $!\n";
my @children;
for my $worker (0 .. $workers - 1) {
    my $pid = fork // die "fork: $!\n";
    push(@children, $pid), next if $pid;
    close $from;
    work($worker, $to);
    exit 0;
}
close $to;

my ($done, $found, $different, %shown) = (0, 0, 0);
my $begin = my $said = time;
STDOUT->autoflush(1);
while (my $line = <$from>) {
    if ($line =~ /^(\d+) (\d+)$/) { $done += $1; $found += $2 }
    else {
        $different++;
        # Once for each form of the filter, whatever its values.
        print $line =~ tr/\t/\n/r if !$shown{ (split /\t/, $line)[2] =~ s/(?<==)[^()]+(?=\))//gr }++;
    }
    if (time - $said >= 10) {
        printf "%d of %d searches, %.0f a second, %d answered differently\n", $done, $count, $done / (time - $begin), $different;
        $said = time;
    }
    last if $different >= $too_many || keys %shown >= $enough;
}
my $whole = $done >= $count;
kill TERM => @children if !$whole;
my $failed = grep { waitpid $_, 0; $? } @children;
printf "%d searches with seed %s, %.0f a second: %d found entries, %d were answered differently\n",
    $done, $seed, $done / (time - $begin), $found, $different;
print "not all of $count searches were sent\n" if !$whole;
exit($different || $failed || !$whole ? 1 : 0);
