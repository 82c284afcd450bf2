# Shape.pm: turns the name of a configuration into its kinds of entries: their names, attributes and places.
package Oracle::Writes::Shape;
use strict;
use warnings;
use Oracle::Writes::Names qw(parent normalized);

my @people_names = (qw(ann bob boss hid carl eve fay gus), 'dot,ted', 'Jörg Müßig', '#hash', 'two  blanks', 'a+b', 'q"uote', 'back\\slash', '<less>', 'se;mi', 'eq=ual',
    ' leading', 'trailing ', 'ANN', 'İ', q(it's), '{x}', 'mid # hash', '%', '*', '(x)');
my @team_names = ('staff', 'night shift', 'devs', 'Ops', 'a,b', '#1', ' blank', 'café');
my %people = (
    type => 'uid', container => 'ou=people', names => \@people_names, classes => [qw(top inetOrgPerson posixAccount employee)], class => 'posixaccount',
    must => [qw(cn sn uidNumber gidNumber homeDirectory)], once => [qw(uid cn sn givenName seeAlso jpegPhoto)],
    attributes => [(qw(mail telephoneNumber description badge)) x 3, qw(cn sn givenName uidNumber gidNumber homeDirectory loginShell employeeNumber displayName
        seeAlso jpegPhoto hiredAt active)],
);
my %teams = (
    type => 'cn', container => 'ou=teams', names => \@team_names, classes => [qw(top posixGroup)], class => 'posixgroup',
    must => ['gidNumber'], once => [qw(cn description)], attributes => [(qw(memberUid)) x 4, qw(description gidNumber)],
);
my %units = (
    type => 'ou', key => 1, above => 'units', names => [qw(Bremen Berlin Steintor secret Empty people teams), 'a, b + c', 'Köln', 'two  blanks', '#x'],
    classes => [qw(top organizationalUnit)], class => 'organizationalunit', must => [], once => [qw(ou description seeAlso)],
    attributes => [(qw(description telephoneNumber)) x 3, 'seeAlso'],
);
my %roles = (
    type => 'cn', key => 1, container => 'ou=teams', above => 'units', names => ['lead', 'deputy', 'staff', 'Ops', 'a,b'], classes => [qw(top organizationalRole)],
    class => 'organizationalrole', must => [], once => [qw(cn description)], attributes => [(qw(roleOccupant)) x 4, 'description'],
);
my @tree_classes = (qw(top groupOfMembers posixGroup)); # of rfc2307bis
my %shapes = (
    flat => { people => { share => 75, %people }, teams => { share => 25, %teams } },
    tree => { # teams have no key: their names are unique
        units => { share => 32, %units }, people => { share => 38, %people, key => 1, above => 'units' },
        teams => { share => 18, %teams, above => 'units', classes => \@tree_classes, unique => 1 }, roles => { share => 12, %roles },
    },
    'tree-statements' => { # members have names and DNs, so the names of people are unique; they are stored in lower case
        units => { share => 32, %units }, people => { share => 36, %people, names => [grep { $_ ne 'İ' } @people_names], key => 1, above => 'units', unique => 1 },
        teams => { share => 22, %teams, key => 1, above => 'units', classes => \@tree_classes, attributes => [(qw(memberUid member)) x 3, qw(description gidNumber)] },
        roles => { share => 10, %roles, container => 'ou=roles', above => 'teams' },
    },
);

# tree: entries are below the entries of rows. linked: member has the DNs of the entries that memberUid names. lower: attributes
# whose values are stored in one form.
sub new {
    my ($class, $configuration, $suffix) = @_;
    my $self = bless { configuration => $configuration, suffix => $suffix, kinds => $shapes{$configuration} // $shapes{flat} }, $class;
    $self->{tree} = $configuration =~ /^tree/;
    $self->{linked} = $configuration eq 'tree-statements';
    $self->{lower}{uid} = 1 if $self->{linked};
    for my $name (keys %{ $self->{kinds} }) {
        my $kind = $self->{kinds}{$name};
        @$kind{qw(name container)} = ($name, normalized(join ',', $kind->{container} // (), $suffix));
        $kind->{once} = { map { $_ => 1 } @{ $kind->{once} } };
        $self->{fixed}{ $kind->{container} } = 1;
        $self->{has_children}{ $kind->{above} } = 1 if $kind->{above};
    }
    $self->{fixed}{$suffix} = 1;
    return $self;
}

sub kind { return $_[0]{kinds}{ $_[1] } }
sub kinds { return map { $_[0]{kinds}{$_} } sort keys %{ $_[0]{kinds} } }

# The users who write.
my %places = (ann => 'ou=Bremen,', bob => 'ou=Steintor,ou=Bremen,', carl => 'ou=Berlin,');
sub users {
    my ($self) = @_;
    my $suffix = $self->{suffix};
    return (admin => "cn=admin,$suffix", anonymous => '', map { ($_ => "uid=$_," . ($self->{tree} && $places{$_} || 'ou=people,') . $suffix) } qw(boss ann bob carl));
}

# The kind of an entry with these object classes; several kinds have names of one type.
sub kind_with {
    my ($self, @classes) = @_;
    my %there = map { lc $_ => 1 } @classes;
    my ($kind) = grep { $there{ $_->{class} } } $self->kinds;
    return $kind;
}

sub kinds_of_type { my ($self, $ndn) = @_; return grep { $ndn =~ /^$_->{type}=/i } $self->kinds }

# Whether entries of the kind can be there, as far as there is anything.
sub may_be_below {
    my ($self, $kind, $parent, $state) = @_;
    return 1 if $parent eq $kind->{container};
    return $kind->{above} && $state->{$parent} && ($state->{$parent}{kind} // '') eq $kind->{above};
}

# Whether the entry can have others below it.
sub may_have_children {
    my ($self, $ndn, $state) = @_;
    return $self->{fixed}{$ndn} || $state->{$ndn} && $self->{has_children}{ $state->{$ndn}{kind} // '' };
}

1;
