# writes.pl: turns a seed into writes, and prints those that leave two databases different.
#
# Use: perl writes.pl URI COUNT SEED CONFIGURATION     status 1 when results or entries differ
#
# One slapd has ours, dc=example,dc=com, and back-mdb's, dc=example,dc=org. Each write goes to both, from the same kind of user.
# Compared are the result code, the matched DN, the entries in responses of pre-read and post-read, and all entries afterwards.
# Oracle/Writes/Allowed.pm has the differences that are intended. Besides, ours may not change anything when it refuses a write,
# and the entryUUID of an entry with a key stays.
#
# Not compared: objectClass, since ours always shows the kind's classes; userPassword, which ours never shows; operational
# attributes; the spelling of names, which ours makes from the key's column; the form of a time; diagnostic messages.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Oracle::Writes::Database;
use Oracle::Writes::Generator;
use Oracle::Writes::Judge;
use Oracle::Writes::Names qw(is_below parent);
use Oracle::Writes::Shape;
use Time::HiRes 'time';

my ($uri, $count, $seed, $configuration) = @ARGV;
my ($suffix, $other_suffix) = ('dc=example,dc=com', 'dc=example,dc=org');
my $enough = 12; # different differences
my $alike = 3; # of one kind, that are reduced
srand $seed;

my $shape = Oracle::Writes::Shape->new($configuration, $suffix);
my $generator = Oracle::Writes::Generator->new($shape);
my %users = $shape->users;
my ($ours, $theirs) = map { Oracle::Writes::Database->new($uri, $_, $shape, $generator->{values}{canonical}, \%users) } $suffix, $other_suffix;
my $judge = Oracle::Writes::Judge->new($shape, $ours, $theirs);

my (%allowed, %codes, %kinds, %shown, %seen);
my ($different, $done, $begin) = (0, 0, time);
$| = 1;

sub describe { # a difference
    my ($n, $op, $found, $before) = @_;
    print "write $n of seed $seed, in its smallest form:\n", map { "    $_\n" } Oracle::Writes::Judge::lines($op);
    my %named = map { $_ => 1 } @{ $op->{names} };
    my @entries = grep { $shape->{tree} || $named{$_} } sort { length $a <=> length $b } keys %$before;
    my @lines = map { split /\n/, $before->{$_}{text} } @entries;
    splice @lines, 60, @lines, '…' if @lines > 60;
    print '  to the entries', @entries ? "\n" : " of the configuration\n", map { "    $_\n" } @lines;
    print "  is answered differently, with - by back-mdb only and + by ours only:\n", map { "    $_\n" } @{ $found->{how} };
    return;
}

my %had; # names of entries, at any time
sub count_kinds { # of what was done, to see that it is done at all
    my ($op, $found, $before) = @_;
    my ($name, $to) = @{ $op->{names} };
    my $below = grep { is_below($_, $name) } keys %$before;
    my $shown = grep { is_below($_, $name) && !/^(uid=hid|ou=secret),/ } keys %$before;
    my $success = $found->{code} == 0;
    my $renamed = $success && $op->{type} eq 'rename' && $name ne $to;
    my $moved = $renamed && parent($name) ne parent($to);
    my %is = (
        'entries moved' => $moved, 'entries moved with others below' => $moved && $below, 'entries renamed with others below' => $renamed && $below,
        'moves refused' => !$success && defined $op->{superior}, 'deletes of an entry with others below' => $op->{type} eq 'delete' && $below,
        'deletes of one that looks empty' => $op->{type} eq 'delete' && $below && !$shown && $op->{who} !~ /^(admin|boss)$/,
        'names added again' => $success && $op->{type} eq 'add' && $had{$name},
    );
    $seen{$_} += $is{$_} ? 1 : 0 for keys %is;
    $had{$_} = 1 for keys %{ $found->{ours} };
    return;
}

my $state = $judge->even_out;
for my $n (1 .. $count) {
    $generator->see($state);
    my $op = $generator->operation;
    my $found = eval { $judge->try($op, $state) } or die $@, map { "    $_\n" } Oracle::Writes::Judge::lines($op);
    $done++;
    $codes{ defined $op->{superior} ? 'move' : $op->{type} }{ $found->{code} }++;
    count_kinds($op, $found, $state);
    my $before = $state;
    $state = $found->{ours};
    if ($found->{allowed}) { $allowed{ $found->{allowed} }++ }
    elsif (@{ $found->{how} }) {
        $different++;
        if ($kinds{"$op->{type} $found->{code} $found->{its} $found->{message}"}++ >= $alike) { $state = $judge->even_out; next }
        my ($small, $its_found, $entries) = $judge->shrink($op, $found, $before);
        my $form = join ' ', $small->{type}, $its_found->{code}, $its_found->{its}, map { s/[:=].*//r } @{ $its_found->{how} };
        describe($n, $small, $its_found, $entries) if !$shown{$form}++;
        $state = $judge->even_out($before);
        next;
    }
    $allowed{'the object classes shown are those of the kind'}++ if $found->{uneven};
    $state = $judge->even_out if @{ $found->{how} } || $found->{uneven}; # goes on with ours in both
    last if keys %shown >= $enough;
}
printf "%d writes with seed %s, %.0f a second, %d entries at the end; results of ours: %s\n", $done,
    $seed, $done / (time - $begin), scalar keys %$state,
    join '; ', map { my $type = $_; "$type " . join ' ', map { "$_:$codes{$type}{$_}" } sort { $a <=> $b } keys %{ $codes{$type} } } sort keys %codes;
print '  ', join(', ', map { "$seen{$_} $_" } sort keys %seen), "\n" if $shape->{tree};
print "  allowed difference, $allowed{$_} times: $_\n" for sort keys %allowed;
printf "  %d were answered differently\n", $different if $different;
exit($different || $done < $count ? 1 : 0);
