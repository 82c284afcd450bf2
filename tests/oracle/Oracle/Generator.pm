# Generator.pm: turns a seed and a number into a search that has something to do with the data of an LDIF file.
package Oracle::Generator;
use strict;
use warnings;
use Digest::MD5 'md5';
use MIME::Base64 'decode_base64';
use Oracle::Spelling qw(one chance spelled dn_spelled);
use Oracle::Tree;

use constant { enough_values => 2000, enough_entries => 1000, values_of_an_entry => 40 };

my @attributes = qw(uid cn sn givenName mail uidNumber gidNumber memberUid member memberOf objectClass loginShell homeDirectory gecos description
    name userid surname 2.5.4.3 commonName entryDN entryUUID nosuchattribute telephoneNumber dc ou o hasSubordinates structuralObjectClass
    createTimestamp modifyTimestamp entryCSN creatorsName contextCSN subschemaSubentry distinguishedName userPassword cn;lang-de uid;x-none userCertificate;binary 1.2.3.4.5
    jpegPhoto seeAlso labeledURI);
my %aliases = (uid => [qw(userid UID 0.9.2342.19200300.100.1.1)], cn => [qw(commonName 2.5.4.3 name CN)], sn => ['surname', 'name', 'SN'], givenName => [qw(gn name)],
    member => ['distinguishedName', '2.5.4.31'], objectClass => ['OBJECTCLASS', '2.5.4.0'], mail => ['rfc822Mailbox'], memberUid => ['MEMBERUID']);
my @rules = qw(caseExactMatch caseIgnoreMatch integerMatch distinguishedNameMatch caseIgnoreIA5Match caseExactIA5Match caseIgnoreSubstringsMatch
    integerOrderingMatch caseIgnoreOrderingMatch objectIdentifierMatch numericStringMatch booleanMatch octetStringMatch generalizedTimeMatch
    generalizedTimeOrderingMatch UUIDMatch 1.2.840.113556.1.4.803 dnSubtreeMatch dnOneLevelMatch 2.5.13.5 2.5.13.2 nosuchMatch 1.2.3.4);
my %own_rule = (uid => 'caseIgnoreMatch', cn => 'caseIgnoreMatch', mail => 'caseIgnoreIA5Match', uidNumber => 'integerMatch', gidNumber => 'integerMatch',
    member => 'distinguishedNameMatch', memberOf => 'distinguishedNameMatch', memberUid => 'caseExactIA5Match', objectClass => 'objectIdentifierMatch',
    entryDN => 'distinguishedNameMatch', entryUUID => 'UUIDMatch', modifyTimestamp => 'generalizedTimeMatch', homeDirectory => 'caseExactIA5Match');
my %other_values = (
    objectClass => [qw(posixAccount posixGroup person organizationalPerson inetOrgPerson groupOfNames top alias subschema nosuchclass 2.5.6.6 2.5.6.0)],
    structuralObjectClass => [qw(inetOrgPerson groupOfNames person posixGroup organization)], hasSubordinates => [qw(TRUE FALSE true)],
    subschemaSubentry => ['cn=Subschema'], telephoneNumber => ['1', '+49 30 1'], entryUUID => ['11111111-2222-3333-4444-555555555555'],
    createTimestamp => ['20250301080000Z'], modifyTimestamp => ['20250301080000Z', '19700101000000Z'],
    map { $_ => ['2000', '2001', '5000'] } qw(uidNumber gidNumber));

# The file as ldapsearch -o ldif-wrap=no prints it. Of long lists enough is kept to choose from. For a directory of many levels there is
# another file, of names that no entry has.
sub new {
    my ($class, $file, $absent) = @_;
    my $self = bless { values => {}, entries => [], names => [] }, $class;
    my (%seen, $entry);
    open my $in, '<', $file or die "$file: $!\n";
    while (<$in>) {
        chomp;
        my ($attribute, $coded, $value) = /^([^:]+):(:?) (.*)$/s or next;
        $value = decode_base64($value) if $coded;
        if ($attribute eq 'dn') {
            push @{ $self->{names} }, $value;
            $entry = [[entryDN => $value]];
            push @{ $self->{entries} }, $entry if @{ $self->{entries} } < enough_entries;
            push @{ $self->{values}{entryDN} }, $value;
            next;
        }
        push @$entry, [$attribute, $value] if ++$seen{$entry}{$attribute} <= values_of_an_entry;
        my $values = $self->{values}{$attribute} //= [];
        push @$values, $value if @$values < enough_values && !$seen{$attribute}{$value}++;
    }
    push @{ $self->{values}{$_} }, @{ $other_values{$_} } for keys %other_values;
    $self->{attributes} = [sort keys %{ { map { $_ => 1 } @attributes, keys %{ $self->{values} } } }];
    if ($absent) {
        open my $names, '<', $absent or die "$absent: $!\n";
        chomp(my @absent = <$names>);
        $self->{tree} = Oracle::Tree->new($self->{names}, \@absent);
    }
    return $self;
}

sub value_of {
    my ($self, $attribute) = @_;
    $attribute = one(@{ $self->{attributes} }) if chance(0.03);
    return one(@{ $self->{values}{$attribute} // ['x'] });
}

# A term, of an entry's attributes when there is one.
sub leaf {
    my ($self, $entry) = @_;
    my ($attribute, $value) = $entry && chance(0.85) ? @{ one(@$entry) } : one(@{ $self->{attributes} });
    $value = spelled($value // $self->value_of($attribute));
    $attribute = one(@{ $aliases{$attribute} }) if $aliases{$attribute} && chance(0.15);
    my $kind = rand;
    return ['equal', $attribute, $value] if $kind < 0.42;
    return ['present', $attribute] if $kind < 0.52;
    if ($kind < 0.74) {
        my @at = sort { $a <=> $b } map { int rand(1 + length $value) } 1 .. 2 * one(1, 1, 1, 2, 2, 3);
        my @parts = map { substr $value, $at[2 * $_], $at[2 * $_ + 1] - $at[2 * $_] } 0 .. $#at / 2;
        my $initial = chance(0.4) ? substr $value, 0, $at[0] : '';
        my $final = chance(0.4) ? substr $value, $at[-1] : '';
        my @any = grep { $_ ne '' } @parts;
        $_ = chance(0.12) ? $_ =~ s/./one('%', '_', '\\', '*')/er : $_ for @any;
        return ['substrings', $attribute, $initial, \@any, $final] if @any || $initial ne '' || $final ne '';
        return ['present', $attribute];
    }
    return ['least', $attribute, $value] if $kind < 0.80;
    return ['most', $attribute, $value] if $kind < 0.86;
    return ['approx', $attribute, $value] if $kind < 0.91;
    my $rule = chance(0.2) ? '' : chance(0.3) ? $own_rule{$attribute} // 'caseIgnoreMatch' : one(@rules);
    return ['extensible', $rule ne '' && chance(0.25) ? '' : $attribute, $rule, chance(0.25), $value];
}

# What clients make of lists: many values of one attribute.
sub listed {
    my ($self) = @_;
    my $attribute = chance(0.5) ? one(qw(uid cn memberUid member memberOf uidNumber gidNumber mail entryDN)) : one(@{ $self->{attributes} });
    return [one('or', 'or', 'or', 'and'), map { chance(0.1) ? $self->leaf : ['equal', $attribute, spelled($self->value_of($attribute))] } 1 .. one(2, 5, 18, 40)];
}

sub nested {
    my ($self, $depth, $entry) = @_;
    my $filter = $self->leaf($entry);
    $filter = chance(0.5) ? ['not', $filter] : [one('and', 'or'), $filter] for 1 .. $depth;
    return $filter;
}

sub filter {
    my ($self, $depth, $entry) = @_;
    my $kind = rand;
    return $self->listed if $kind < 0.03;
    return $self->nested(one(5, 20, 90, 130), $entry) if $kind < 0.035;
    return $self->leaf($entry) if $depth <= 0 || $kind < 0.3;
    return ['not', $self->filter($depth - 1, $entry)] if $kind < 0.5;
    return [$kind < 0.75 ? 'and' : 'or', map { $self->filter($depth - 1, $entry) } 1 .. one(0, 1, 2, 2, 2, 3, 3, 4)];
}

# Base and scope: mostly such that the entry whose name is given is reached.
sub place {
    my ($self, $name) = @_;
    my ($suffix, $parent) = ($self->{names}[0], $name =~ s/^(?:[^,\\]|\\.)+,//r);
    my $kind = rand;
    return ($suffix, one(qw(sub sub sub sub children one base))) if $kind < 0.5;
    return ($parent, one(qw(one one sub children base))) if $kind < 0.7;
    return ($name, one(qw(base base base sub one children))) if $kind < 0.8;
    my $odd = one(
        sub { dn_spelled($name) }, sub { dn_spelled($name) }, sub { dn_spelled($parent) }, sub { dn_spelled($parent) }, sub { "cn=x,$name" }, sub { "uid=x,cn=y,$name" },
        sub { "uid=nosuch,$parent" }, sub { "cn=nosuch,$parent" }, sub { $name =~ s/^\w+=/one('cn=', 'uid=', 'gidNumber=', 'objectClass=', 'nosuch=')/er },
        sub { $suffix =~ s/^[^,]+,//r }, sub { 'dc=org' }, sub { "ou=nosuch,$suffix" }, sub { spelled($name) || 'x' })->();
    return ($odd, one(qw(base base one sub sub children)));
}

my @lists = ([], [], [], ['*'], ['+'], ['*', '+'], ['1.1'], ['1.1', 'cn'], ['@posixAccount'], ['@posixGroup'], ['@person', 'gidNumber'], ['@nosuch'], ['!posixAccount'],
    ['cn;lang-de'], ['userCertificate;binary'], ['nosuch'], [' '], [''], ['cn', 'CN', '2.5.4.3'], ['name'], ['memberUid'], ['member'], ['memberOf', 'uid'], ['entryDN', 'hasSubordinates']);

sub list {
    my ($self) = @_;
    return one(@lists) if chance(0.6);
    return [map { my $a = one(@{ $self->{attributes} }); chance(0.2) ? uc $a : $a } 1 .. one(1, 1, 2, 3, 8)];
}

# The same search for the same file, seed and number, whoever asks for it.
sub search {
    my ($self, $seed, $number) = @_;
    srand unpack 'N', md5("$seed $number");
    my $entry = one(@{ $self->{entries} });
    my $tree = $self->{tree};
    my ($base, $scope) = $tree && chance(0.6) ? $tree->place($entry->[0][1]) : $self->place(chance(0.8) ? $entry->[0][1] : one(@{ $self->{names} }));
    if (chance($ENV{COMPARES} // 0.08)) {
        my ($attribute, $value) = @{ one(@$entry) };
        $attribute = one(@{ $self->{attributes} }) if chance(0.3);
        return { compare => [$attribute, spelled($value)], base => chance(0.7) ? $entry->[0][1] : $base };
    }
    my $filter = sub { $self->filter($_[0] // int rand 4, chance(0.75) ? $entry : undef) };
    return {
        base => $base, scope => $scope, filter => $tree && chance(0.5) ? $tree->filter(int rand 3, sub { $filter->(1) }) : $filter->(),
        attributes => $self->list, types => chance(0.08) ? 1 : 0, limit => chance(0.1) ? one(1, 2, 3, 10, 100) : 0,
        deref => chance(0.1) ? one(qw(search find always)) : 'never', page => chance($tree ? 0.25 : 0.15) ? one(0, 1, 2, 3, 3, 7, 20, 50, 499, 2147483647) : undef,
    };
}

1;
