# Names.pm: turns names of entries into DNs, into other spellings of them, and into one form of them all.
package Oracle::Writes::Names;
use strict;
use warnings;
use Encode;
use Exporter 'import';
use Net::LDAP::Util qw(ldap_explode_dn);

our @EXPORT_OK = qw(one chance other_form alias rdn rdns parent name_in normalized normalized_value spelled depth is_below);

sub one { return $_[rand @_] }
sub chance { return rand(100) < $_[0] }

sub escaped { # as a value of a DN, in one of the ways of RFC 4514
    my ($value) = @_;
    return join '', map { sprintf '\\%02x', ord } split //, $value if chance(3);
    $value =~ s/([\\,+"<>;=])/chance(70) ? "\\$1" : sprintf '\\%02X', ord $1/ge;
    $value =~ s/^([ #])/\\$1/;
    $value =~ s/(?<!\\) $/\\ /;
    return $value;
}

sub other_form { # of the same value, or nearly
    my ($value) = @_;
    my $how = int rand 6;
    return $how == 0 ? uc $value : $how == 1 ? lc $value : $how == 2 ? $value =~ s/ /  /r : $how == 3 ? " $value " : $value;
}

my %aliases = (sn => ['surname', '2.5.4.4', 'SN'], cn => ['commonName', 'CN'], uid => ['userid', '0.9.2342.19200300.100.1.1', 'UID'], mail => ['rfc822Mailbox', 'MAIL'],
    ou => ['organizationalUnitName', '2.5.4.11', 'OU'], member => ['MEMBER', '2.5.4.31'],
    givenName => ['gn', 'givenname'], memberUid => ['MEMBERUID', '1.3.6.1.1.1.1.12'], description => ['Description', '2.5.4.13'], uidNumber => ['uidnumber']);
sub alias { my ($name) = @_; return $aliases{$name} && chance(4) ? one(@{ $aliases{$name} }) : $name }

sub rdn { my ($type, $name) = @_; return alias($type) . (chance(95) ? '=' : ' = ') . escaped(chance(93) ? $name : other_form($name)) }

sub rdns { return $_[0] =~ /\G((?:[^,\\]|\\.)+)(?:,|$)/gs }
sub parent { my @rdns = rdns($_[0]); return join ',', @rdns[1 .. $#rdns] }
sub depth { return scalar(() = rdns($_[0])) }
sub is_below { my ($ndn, $top) = @_; return length $ndn > length $top && substr($ndn, -length($top) - 1) eq ",$top" }

sub name_in { # the value of the first RDN
    my ($dn) = @_;
    my $parts = ldap_explode_dn($dn, casefold => 'lower');
    return $parts && @$parts ? (values %{ $parts->[0] })[0] : undef;
}

# The same entry's name, spelled differently here and there. The suffix stays as it is: it is replaced for the other database.
sub spelled {
    my ($dn, $suffix) = @_;
    my $inner = $dn =~ s/,\Q$suffix\E\z//r;
    return $dn if $inner eq $dn || chance(85);
    my @out = map {
        my ($type, $value) = /^([^=]*)=(.*)$/s;
        my $plain = $value =~ s/\\([0-9A-Fa-f]{2}|.)/length $1 == 2 ? chr hex $1 : $1/gesr;
        chance(40) ? rdn($type, chance(60) ? $plain : other_form($plain)) : $_;
    } rdns($inner);
    return join((chance(80) ? ',' : ' , '), @out) . ",$suffix";
}

my %canonical_type = map { my $name = $_; map { (uc $_ => lc $name) } @{ $aliases{$name} } } keys %aliases;
my %known;
sub normalized {
    my ($dn) = @_;
    return $known{$dn} if exists $known{$dn};
    %known = () if keys %known > 20000;
    my $parts = ldap_explode_dn($dn, casefold => 'lower') or return $known{$dn} = lc $dn;
    return $known{$dn} = join ',', map { my $rdn = $_; join '+', map { ($canonical_type{ uc $_ } // lc) . '=' . normalized_value($rdn->{$_}) =~ s/([,+"\\<>;]|^#)/\\$1/gr } sort keys %$rdn } @$parts;
}
sub normalized_value {
    my ($value) = @_;
    $value = decode('UTF-8', $value);
    $value =~ s/^ +| +$//g;
    return encode('UTF-8', lc($value =~ s/ +/ /gr));
}

1;
