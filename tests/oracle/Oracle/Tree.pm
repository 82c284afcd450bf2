# Tree.pm: turns the names of a directory into places at every depth of it, whether or not there are entries, and filters about places.
package Oracle::Tree;
use strict;
use warnings;
use Oracle::Spelling qw(one chance spelled rdns dn_spelled);

# names: of all entries, as slapd shows them. absent: names that no entry has, and that rows might be taken to have.
sub new {
    my ($class, $names, $absent) = @_;
    my $self = bless { levels => [], inner => [], absent => [sort @$absent], values => {} }, $class;
    my %inner = map { above($_) => 1 } @$names;
    for my $name (sort @$names) {
        my @rdns = rdns($name);
        push @{ $self->{levels}[@rdns] }, $name;
        push @{ $self->{inner}[@rdns] }, $name if $inner{$name};
        my ($type, $value) = $rdns[0] =~ /^([^=]*)=(.*)$/s;
        push @{ $self->{values}{$type} }, $value =~ s/\\([0-9A-Fa-f]{2}|.)/length $1 == 2 ? chr hex $1 : $1/gesr;
    }
    $_ = [grep { $_ } @$_] for @$self{qw(levels inner)};
    return $self;
}

sub above { my @rdns = rdns($_[0]); return join ',', @rdns[1 .. $#rdns] }

# Every depth is as likely as another one.
sub entry { return one(@{ one(@{ $_[0]{levels} }) }) }
sub inner { return one(@{ one(@{ $_[0]{inner} }) }) }

# A name that no entry has, or only by chance: what is below its superior, or the superior itself, is somewhere else.
sub moved {
    my ($self) = @_;
    my ($name, $other) = ($self->entry, $self->inner);
    my @rdns = rdns($name);
    my $inside = @rdns > 3 ? 1 + int rand(@rdns - 3) : 0; # neither the first nor the suffix
    return one(
        sub { "$rdns[0],$other" }, sub { "$rdns[0],$other" },
        sub { join ',', $rdns[0], $rdns[$inside], $other },
        sub { my @less = @rdns; splice @less, $inside, 1; join ',', @less },
        sub { my @more = @rdns; splice @more, $inside, 0, $rdns[$inside]; join ',', @more },
        sub { my @turned = @rdns; @turned[0, $inside] = @turned[$inside, 0]; join ',', @turned },
        sub { my @turned = @rdns; $turned[$inside] = (rdns($other))[0]; join ',', @turned },
        sub { my @typed = @rdns; $typed[$inside] =~ s/^\w+=/one('ou=', 'l=', 'cn=', 'uid=', 'dc=')/e; join ',', @typed },
        sub { my @named = @rdns; $named[$inside] .= 'x'; join ',', @named },
    )->();
}

# A name below an entry, of any kind and at any depth, that has no entry by itself.
sub unknown {
    my ($self) = @_;
    my $top = chance(0.5) ? $self->inner : $self->entry;
    return join ',', (map { one('ou', 'ou', 'l', 'uid', 'cn') . '=' . one('nosuch', 'no such', 'x', 'no\\2Csuch') } 1 .. one(1, 1, 2, 3, 7)), $top;
}

sub absent {
    my ($self) = @_;
    return $self->moved if !@{ $self->{absent} };
    my $name = one(@{ $self->{absent} });
    return chance(0.2) ? 'uid=x,' . $name : $name;
}

sub name {
    my ($self) = @_;
    my $kind = rand;
    my $name = $kind < 0.35 ? $self->inner : $kind < 0.65 ? $self->entry : $kind < 0.8 ? $self->moved : $kind < 0.9 ? $self->unknown : $self->absent;
    return chance(0.3) ? dn_spelled($name) : $name;
}

# Base and scope: often such that the entry whose name is given is reached, from any level above it.
sub place {
    my ($self, $name) = @_;
    return ($self->name, one(qw(sub sub one one children base))) if chance(0.5);
    my @rdns = rdns($name);
    my $up = int rand(@rdns - 1);
    my $base = join ',', @rdns[$up .. $#rdns];
    return (chance(0.2) ? dn_spelled($base) : $base, $up == 0 ? one(qw(base base sub one)) : $up == 1 ? one(qw(one one sub children)) : one(qw(sub sub children one)));
}

my @classes = qw(organizationalUnit posixAccount posixGroup groupOfNames locality device);

# A term about where an entry is, or what is below it.
sub leaf {
    my ($self) = @_;
    my $kind = rand;
    return ['equal', 'entryDN', $self->name] if $kind < 0.2;
    return ['extensible', 'entryDN', one(qw(dnSubtreeMatch dnOneLevelMatch dnSubordinateMatch dnSuperiorMatch distinguishedNameMatch)), 0, $self->name] if $kind < 0.25;
    return ['equal', 'hasSubordinates', one('TRUE', 'FALSE', 'FALSE')] if $kind < 0.4;
    return ['equal', one(qw(member member memberOf memberOf seeAlso)), $self->name] if $kind < 0.6;
    return ['present', one(qw(objectClass objectClass objectClass member memberOf ou l hasSubordinates))] if $kind < 0.7;
    return ['equal', 'objectClass', one(@classes)] if $kind < 0.78;
    my $type = one(sort keys %{ $self->{values} });
    my $value = spelled(one(@{ $self->{values}{$type} }));
    return ['equal', $type, $value] if $kind < 0.86;
    # With the attributes of the names above: RFC 4511 §4.5.1.7.7.
    $type = one('', 'ou', 'l', 'cn', 'uid', 'dc') if chance(0.2);
    return ['extensible', $type, one($type ne '' ? '' : 'caseIgnoreMatch', 'caseIgnoreMatch', 'caseIgnoreMatch', 'caseExactMatch'), 1, $value];
}

sub filter {
    my ($self, $depth, $other) = @_;
    my $kind = rand;
    return $self->leaf if $depth <= 0 || $kind < 0.35;
    return ['not', $self->filter($depth - 1, $other)] if $kind < 0.5;
    return [one('and', 'or'), map { chance(0.3) ? $other->() : $self->filter($depth - 1, $other) } 1 .. one(2, 2, 2, 3, 5)];
}

# Names that say less: without the first of their parts, or without another one below the suffix.
sub shorter {
    my @rdns = rdns($_[0]);
    return map { my @less = @rdns; splice @less, $_, 1; join ',', @less } 0 .. $#rdns - 2;
}

1;
