# Delegation.pm: turns the operations of the table of delegated administration (tests/data/delegation.txt) into the parts of requests.
package Delegation;
use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(changes dn new_entry parse);
our $suffix;
our $number = 5000; # of a new user or group

sub dn { my ($name) = @_; return $name eq '-' ? $suffix : "$name,$suffix" }

# An operation: { actor, target, verb, rest } and what follows a plus sign, by name.
sub parse {
    my ($actor, $text, $target) = @_;
    my %op = (actor => $actor, target => $target, text => $text, control => []);
    while ($text =~ s/ \+(\w+)=(\S+)$//) { $op{$1} = $2 }
    ($op{verb}, my $rest) = split ' ', $text, 2;
    $op{rest} = $rest // '';
    return \%op;
}
my %classes = (user => ['inetOrgPerson', 'posixAccount'], group => ['posixGroup'], computer => ['device'], unit => ['organizationalUnit']);
sub values_of { # ATTRIBUTE TEXT: DNs are below the suffix
    my ($name, $text) = @_;
    return map { /^hex:(.*)/ ? pack('H*', $1) : $name eq 'member' ? dn($_) : $_ } split /, /, $text // '';
}
sub new_entry {
    my ($kind, $target, $lines) = @_;
    my ($type, $name) = $target =~ /^(\w+)=([^,]*)/;
    my %out = (objectClass => $classes{$kind}, $type => $name);
    %out = (%out, cn => $name, sn => $name, uidNumber => $number, gidNumber => $number, homeDirectory => "/home/$name") if $kind eq 'user';
    $out{gidNumber} = $number if $kind eq 'group';
    for (split /; /, $lines // '') {
        my ($attribute, $text) = split /: /, $_, 2;
        $out{$attribute} = [values_of($attribute, $text)];
    }
    return \%out;
}
sub changes {
    my ($text) = @_;
    return [map { my ($how, $name, $values) = /^(\w+) (\w+)(?:: (.*))?$/ or die "change: $_\n"; [$how, $name, [values_of($name, $values)]] } split /; /, $text];
}

1;
