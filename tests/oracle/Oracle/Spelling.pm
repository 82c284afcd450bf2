# Spelling.pm: turns a value or a DN into another spelling of it, or into something that only looks like it.
package Oracle::Spelling;
use strict;
use warnings;
use Encode ();
use Exporter 'import';
use Unicode::Normalize qw(NFC NFD NFKC);

our @EXPORT_OK = qw(one chance spelled rdns dn_spelled);

sub one { return $_[rand @_] }
sub chance { return rand() < $_[0] }

# The letters of a value as Perl knows them, changed, and as bytes again; what is no UTF-8 stays as it is.
sub letters {
    my ($change, $value) = @_;
    my $text = eval { Encode::decode('UTF-8', $value, Encode::FB_CROAK | Encode::LEAVE_SRC) } // return $value;
    return Encode::encode('UTF-8', $change->($text));
}

sub flipped { return join '', map { chance(0.5) ? uc : lc } split //, $_[0] }

my @changes = (
    (map { my $c = $_; sub { letters($c, $_[0]) } } sub { uc $_[0] }, sub { lc $_[0] }, \&flipped, \&flipped, \&NFC, \&NFD, \&NFKC,
        sub { substr $_[0], 0, int rand length $_[0] }, sub { substr $_[0], rand length $_[0] }),
    sub { " $_[0]" }, sub { "$_[0] " }, sub { "  $_[0]  " }, sub { $_[0] =~ s/ /  /gr }, sub { $_[0] =~ s/ +//gr }, sub { $_[0] =~ s/ /\t/r },
    sub { "$_[0]x" }, sub { "x$_[0]" }, sub { "$_[0]\0" }, sub { "$_[0]\xff" }, sub { "\xc3$_[0]" }, sub { "$_[0]\xe2\x80\x8b" },
    sub { $_[0] =~ s/.$/*/r }, sub { $_[0] =~ s/^./_/r }, sub { $_[0] =~ s/.$/%/r }, sub { "$_[0]\\" }, sub { "'$_[0]'" }, sub { '' }, sub { ' ' },
    sub { chance(0.1) ? substr($_[0] x 300, 0, 5000) : $_[0] },
);
my @numbers = (sub { "0$_[0]" }, sub { "00$_[0]" }, sub { "+$_[0]" }, sub { "-$_[0]" }, sub { "$_[0].0" }, sub { $_[0] + 1 }, sub { $_[0] - 1 },
    map { my $n = $_; sub { $n } } qw(0 -0 -1 007 32767 32768 2147483647 2147483648 -2147483648 -2147483649 4294967296
    9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 99999999999999999999 0x10 1e3));
my @times = (sub { $_[0] =~ s/Z/+0000/r }, sub { $_[0] =~ s/Z/.0Z/r }, sub { $_[0] =~ s/Z/,000Z/r }, sub { $_[0] =~ s/\d\dZ/Z/r }, sub { $_[0] =~ s/\d{4}Z/Z/r },
    sub { $_[0] =~ s/Z//r }, sub { $_[0] =~ s/Z/+0100/r }, sub { $_[0] =~ s/\dZ/9Z/r }, sub { $_[0] =~ s/Z/.5Z/r }, sub { $_[0] =~ s/^../19/r }, sub { $_[0] =~ s/\d\dZ/60Z/r });
my @names = (sub { $_[0] =~ tr/-//dr }, sub { uc $_[0] }, sub { lc $_[0] }, sub { "{$_[0]}" });

sub spelled {
    my ($value) = @_;
    return $value if chance(0.65);
    return one(@numbers)->($value) if $value =~ /^-?\d{1,15}$/ && chance(0.7);
    return one(@times)->($value) if $value =~ /^\d{14}Z$/ && chance(0.7);
    return one(@names)->($value) if $value =~ /^[0-9a-f]{8}-[0-9a-f-]{27}$/i && chance(0.5);
    return dn_spelled($value) if $value =~ /^[A-Za-z]+=.+,dc=/ && chance(0.9);
    return one(@changes)->($value);
}

my %alias = (uid => [qw(userid 0.9.2342.19200300.100.1.1 UID)], cn => [qw(commonName 2.5.4.3 CN OID.2.5.4.3)],
    dc => [qw(domainComponent DC)], ou => [qw(organizationalUnitName 2.5.4.11 Ou)]);

# RFC 4514 §2.4: a value as it is, with other escapes, in hexadecimal, and the quotes of RFC 2253.
sub rdn_spelled {
    my ($rdn) = @_;
    my ($type, $value) = $rdn =~ /^([^=]*)=(.*)$/s or return $rdn;
    $type = one(@{ $alias{ lc $type } // [uc $type] }) if chance(0.3);
    if (chance(0.4)) {
        my $plain = $value =~ s/\\([0-9A-Fa-f]{2}|.)/length $1 == 2 ? chr hex $1 : $1/gesr;
        $plain = one(sub { uc $_[0] }, sub { " $_[0]" }, sub { $_[0] =~ s/ /  /gr }, sub { letters(\&NFD, $_[0]) }, sub { "$_[0]x" })->($plain) if chance(0.3);
        $value = one(
            sub { $plain =~ s/(.)/sprintf '\\%02X', ord $1/gesr },
            sub { $plain =~ s/([^a-z0-9])/sprintf '\\%02x', ord $1/gesr },
            sub { $plain =~ s/([,+"\\<>;=#]|^ | $)/\\$1/gr },
            sub { length $plain < 128 ? '#04' . unpack 'H*', chr(length $plain) . $plain : $value },
            sub { '"' . ($plain =~ s/(["\\])/\\$1/gr) . '"' },
            sub { $plain })->();
    }
    return $type . one('=', '=', '=', ' = ', '= ') . $value;
}

sub rdns { return $_[0] =~ /\G((?:[^,\\]|\\.)+)(?:,|$)/gs }

sub dn_spelled {
    my ($dn) = @_;
    my @rdns = rdns($dn);
    return join one(',', ',', ',', ', ', ' , ', ';'), map { chance(0.3) ? rdn_spelled($_) : $_ } @rdns if chance(0.8);
    return one(
        sub { uc $dn }, sub { my @less = @rdns; splice @less, rand @less, 1; join ',', @less }, sub { join ',', @rdns, 'dc=org' }, sub { "$dn," },
        sub { join ',', "$rdns[0]+$rdns[-1]", @rdns[1 .. $#rdns] }, sub { join ',', "x$rdns[0]", @rdns[1 .. $#rdns] }, sub { "$rdns[0]" },
        sub { join ',', $rdns[0] . 'x', @rdns[1 .. $#rdns] }, sub { 'x' })->();
}

1;
