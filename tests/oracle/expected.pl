# expected.pl: turns the entries that there should be, and those of a search and of slapcat, into the differences between them.
#
# Use: perl expected.pl EXPECTED SEARCH SLAPCAT     status 1 when there are any
# EXPECTED has lines of a DN, an attribute and a value, separated by tabs: "entry" stands for the entry itself, and the value of an
# attribute with "?" may be missing. The others are LDIF without line breaks.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use MIME::Base64 'decode_base64';
use Oracle::Spelling 'rdns';

my ($expected, $search, $slapcat) = @ARGV;
my @problems;

# A DN in one spelling of its escapes; letters stay as they are.
sub canonical {
    return join ',', map {
        my ($type, $value) = /^\s*([^=]*?)\s*=(.*)$/s or return $_[0];
        $value =~ s/\\([0-9A-Fa-f]{2}|.)/length $1 == 2 ? chr hex $1 : $1/gse;
        lc($type) . '=' . $value =~ s/([,\\])/sprintf '\\%02x', ord $1/ger;
    } rdns($_[0]);
}
sub names_entries { return $_[0] =~ /^(?:member|memberOf|entryDN)$/ }
sub line { my ($attribute, $value) = @_; return "$attribute: " . (names_entries($attribute) ? canonical($value) : $value) }

# {order, values}: the DNs as they come, and for each a hash of its lines.
sub entries {
    my ($file) = @_;
    my ($dn, %entries) = (undef, order => [], values => {});
    open my $in, '<', $file or die "$file: $!\n";
    while (<$in>) {
        my ($attribute, $coded, $value) = /^([^:]+):(:?) (.*)$/ or next;
        $value = decode_base64($value) if $coded;
        if ($attribute eq 'dn') {
            $dn = canonical($value);
            push @problems, "$file has this entry twice: $value" if $entries{values}{$dn};
            push @{ $entries{order} }, $dn;
            $entries{values}{$dn} = { entry => $value };
            next;
        }
        $entries{values}{$dn}{ line($attribute, $value) }++;
    }
    return \%entries;
}

# What is in one hash of lines only.
sub compare {
    my ($dn, $wanted, $seen, $allowed) = @_;
    my @lines = (map({ "-     $_" } grep { !$seen->{$_} } sort keys %$wanted), map { "+     $_" } grep { !$wanted->{$_} && !$allowed->{$_} } sort keys %$seen);
    splice @lines, 6, @lines, '  …' if @lines > 7;
    push @problems, join "\n", "  $dn", @lines if @lines;
}

my ($found, $copied) = (entries($search), entries($slapcat));
my (%wanted, %allowed, %of);
open my $in, '<', $expected or die "$expected: $!\n";
while (<$in>) {
    chomp;
    my ($dn, $attribute, $value) = split /\t/, $_, 3;
    $dn = canonical($dn);
    if ($attribute eq 'entry') {
        push @problems, "this entry is expected twice: $dn" if $wanted{$dn}{entry}++;
        next;
    }
    my $open = $attribute =~ s/\?$//;
    $of{$attribute} = 1;
    ($open ? \%allowed : \%wanted)->{$dn}{ line($attribute, $value) } = 1;
}
for my $dn (sort keys %{ { %wanted, %{ $found->{values} } } }) {
    my ($there, $seen) = ($wanted{$dn}, $found->{values}{$dn});
    push(@problems, "+ $dn"), next if !$there;
    push(@problems, "- $dn"), next if !$seen;
    compare($dn, $there, { map { $_ => 1 } grep { $_ eq 'entry' || /^([^:]+): / && $of{$1} } keys %$seen }, $allowed{$dn} // {});
}

# slapcat has all but what follows from other entries, and superiors come first.
my %before;
for my $dn (@{ $copied->{order} }) {
    my (undef, @above) = rdns($dn);
    push @problems, "slapcat writes this entry before its superior: $dn" if %before && !$before{ join ',', @above };
    $before{$dn} = 1;
}
for my $dn (sort keys %{ { %{ $found->{values} }, %{ $copied->{values} } } }) {
    my ($there, $seen) = map { $_->{values}{$dn} } $found, $copied;
    push(@problems, "slapcat " . ($there ? 'lacks' : 'has') . ": $dn"), next if !$there || !$seen;
    compare("$dn, by slapcat", { map { $_ => 1 } grep { !/^memberOf: / } keys %$there }, $seen, {});
}

# One UUID is one entry.
my %owner;
for my $dn (@{ $found->{order} }) {
    for my $uuid (grep { /^entryUUID: / } keys %{ $found->{values}{$dn} }) {
        push @problems, "one $uuid is that of $dn and of $owner{$uuid}" if $owner{$uuid};
        $owner{$uuid} = $dn;
    }
}

print map { "$_\n" } @problems > 20 ? (@problems[0 .. 19], '… and ' . (@problems - 20) . ' more') : @problems;
exit(@problems ? 1 : 0);
