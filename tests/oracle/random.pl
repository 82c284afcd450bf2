# random.pl: turns a seed into searches, sends each to two servers, and prints those that are answered differently.
#
# Use: perl random.pl URI-OF-THE-ORACLE URI-UNDER-TEST COUNT SEED      status 1 when answers differ
use strict;
use warnings;
use utf8;
use Encode 'encode_utf8';
use Net::LDAP;

my ($oracle_uri, $ours_uri, $count, $seed) = @ARGV;
my $base = 'dc=example,dc=com';
srand $seed;
my ($oracle, $ours) = map { Net::LDAP->new($_) or die "no answer at $_\n" } $oracle_uri, $ours_uri;

# Values that occur, and some that do not, for each attribute; the oracle is asked which occur.
my @attributes = qw(uid cn sn givenName mail uidNumber gidNumber memberUid member objectClass loginShell homeDirectory gecos
    description name userid surname 2.5.4.3 commonName entryDN nosuchattribute telephoneNumber dc ou hasSubordinates structuralObjectClass);
my %values = (
    objectClass => [qw(posixAccount POSIXaccount person posixGroup groupOfNames top organization nosuchclass 2.5.6.6)],
    structuralObjectClass => [qw(inetOrgPerson groupOfNames)], hasSubordinates => [qw(TRUE FALSE)],
    nosuchattribute => ['x'], telephoneNumber => ['1'], description => ['x', 'some text'], userid => ['ann', 'ANN'], surname => ['Archer'],
    '2.5.4.3' => ['devs', 'Ann Archer'], commonName => ['devs'], name => ['devs', 'Archer', 'example'],
);
for my $e ($oracle->search(base => $base, filter => '(objectClass=*)')->entries) {
    push @{ $values{$_} }, $e->get_value($_) for grep { $_ ne 'objectClass' } $e->attributes;
    push @{ $values{entryDN} }, $e->dn;
}
push @{ $values{$_} }, '2000', '007', '-1', '2147483648', '99999999999999999999', 'x' for qw(uidNumber gidNumber);

sub one { return $_[ rand @_ ] }
sub escaped { my ($v) = @_; utf8::encode($v) if utf8::is_utf8($v); return $v =~ s/([^A-Za-z0-9,=])/sprintf '\\%02x', ord $1/ger }

sub value_of {
    my ($attribute) = @_;
    my $v = one(@{ $values{$attribute} // ['x'] });
    my $change = rand;
    return uc $v if $change < 0.15;
    return lc $v if $change < 0.25;
    return " $v " if $change < 0.3;
    return $v =~ s/ /  /r if $change < 0.35;
    return "${v}x" if $change < 0.4;
    return $v;
}

sub leaf {
    my $attribute = one(@attributes);
    my $kind = rand;
    my $v = value_of($attribute);
    return "($attribute=" . escaped($v) . ')' if $kind < 0.45;
    return "($attribute=*)" if $kind < 0.6;
    if ($kind < 0.8) {
        my ($from, $length) = (int rand(length($v) || 1), 1 + int rand 4);
        my $part = escaped(substr $v, $from, $length);
        $part = 'x' if $part eq ''; # Net::LDAP cannot parse two stars in a row
        return one("($attribute=$part*)", "($attribute=*$part)", "($attribute=*$part*)", "($attribute=" . escaped(substr "${v}y", 0, 1) . "*$part*)");
    }
    return "($attribute>=" . escaped($v) . ')' if $kind < 0.86;
    return "($attribute<=" . escaped($v) . ')' if $kind < 0.92;
    return "($attribute~=" . escaped($v) . ')' if $kind < 0.95;
    $attribute = 'cn' if $attribute =~ /\./; # which Net::LDAP cannot parse before a colon
    return "($attribute:" . one('caseExactMatch', 'caseIgnoreMatch', 'integerMatch', 'distinguishedNameMatch', 'dn', 'dn:caseIgnoreMatch') . ':=' . escaped($v) . ')';
}

sub filter {
    my ($depth) = @_;
    my $kind = rand;
    return leaf() if $depth <= 0 || $kind < 0.3;
    return '(!' . filter($depth - 1) . ')' if $kind < 0.5;
    return '(' . ($kind < 0.75 ? '&' : '|') . join('', map { filter($depth - 1) } 1 .. 1 + rand 3) . ')';
}

sub answer {
    my ($server, %search) = @_;
    my $r = $server->search(%search);
    my @entries = map {
        my $e = $_;
        join "\n", 'dn: ' . $e->dn, sort map { my $a = $_; map {"$a: $_"} $e->get_value($a) } $e->attributes;
    } $r->entries;
    return join "\n\n", 'result ' . $r->code . ($r->code == 32 ? ' matched ' . lc $r->dn : ''), sort @entries;
}

my @bases = ($base, $base, $base, "ou=people,$base", "ou=groups,$base", "uid=ann,ou=people,$base", "cn=devs,ou=groups,$base", "ou=nosuch,$base",
    "cn=x,uid=ann,ou=people,$base", "uid=nosuch,ou=people,$base");
my $different = 0;
for my $n (1 .. $count) {
    my %search = (base => one(@bases), scope => one(qw(base one sub sub sub children)), filter => filter(int rand 4));
    $search{attrs} = [one(@attributes), one('objectClass', 'member', 'MEMBERUID', '1.1')] if rand() < 0.3;
    my ($theirs, $mine) = map { answer($_, %search) } $oracle, $ours;
    next if $theirs eq $mine;
    $different++;
    my ($t, $m) = map { join ' ', map { s/\n.*//sr } split /\n\n/ } $theirs, $mine;
    print "search $n of seed $seed: $search{scope} $search{base} $search{filter} @{ $search{attrs} // [] }\n  oracle: $t\n  ours:   $m\n";
    last if $different >= 10;
}
print "$different of $count searches were answered differently\n";
exit($different ? 1 : 0);
