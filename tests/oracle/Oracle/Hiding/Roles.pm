# Roles.pm: turns a world into rules of roles and actors who have them at places, and tells what each actor sees by its roles.
package Oracle::Hiding::Roles;
use strict;
use warnings;
use Oracle::Hiding::World qw($suffix inserted is_within normal seeded);
use Oracle::Spelling qw(one chance dn_spelled);

my @attributes = qw(mail description memberUid member manager seeAlso uidNumber gidNumber sn telephoneNumber hasSubordinates entryUUID objectClass cn uid ou
    memberOf entryDN structuralObjectClass loginShell homeDirectory);
my %spelled = (surname => 'sn', MAIL => 'mail', commonName => 'cn', UIDNUMBER => 'uidNumber');
my @found_by = qw(objectClass uid cn ou);

sub new {
    my ($class, $world, $seed, $number, $writes) = @_;
    seeded($seed, 'roles', $number);
    my $self = bless { world => $world, rules => [], actors => [] }, $class;
    my @kinds = ('users', 'users', 'users', 'groups', 'groups', 'lists', 'computers', '*', '*', chance(0.4) ? 'units' : 'groups');
    for my $role (map { "role-$_" } 1 .. 7) {
        push @{ $self->{rules} }, rule($role, one(@kinds), $writes) for 1 .. one(1, 1, 2, 3);
    }
    $self->{units_named} = grep { $_->{kind} eq 'units' } @{ $self->{rules} };
    return $self;
}

sub some { my ($share, @of) = @_; my @out = grep { chance($share) } @of; return @out ? @out : one(@of) }

sub rule {
    my ($role, $kind, $writes) = @_;
    my %rule = (role => $role, kind => $kind, self => chance(0.2));
    my @actions = @{ one(['search'], ['search', 'read'], ['search', 'read'], ['search', 'read'], ['read'], ['modify'], ['search', 'modify'], ['password']) };
    push @actions, grep { chance(0.2) } qw(add move delete) if !$rule{self};
    push @actions, 'rename' if chance(0.1);
    push @actions, 'search' if $rule{self};    # the own entry is not hidden from who may change it
    push @actions, grep { chance(0.6) } 'modify', 'rename', 'password', $rule{self} ? () : qw(add move delete) if $writes;
    $rule{targets} = 'any' if $writes;
    $rule{actions} = { map { $_ => 1 } @actions };
    $rule{attrs} = [some(0.25, @attributes, sort keys %spelled)] if chance(0.4);
    $rule{except} = [some(0.15, @attributes, sort keys %spelled)] if chance(0.3);
    return \%rule;
}

sub text {
    my ($rule) = @_;
    return join ' ', 'pgsql-role', @$rule{qw(role kind)}, join(',', sort keys %{ $rule->{actions} }), $rule->{self} ? 'self' : (),
        $rule->{targets} ? "targets=$rule->{targets}" : (),
        map { $rule->{$_} ? "$_=" . join ',', @{ $rule->{$_} } : () } qw(attrs except);
}

sub configuration {
    my ($self) = @_;
    return join '', "pgsql-roles users SELECT role, position FROM roles WHERE person = :key\n", map { text($_) . "\n" } @{ $self->{rules} };
}

# A position as a row of roles has it, and the DN that it stands for, in normal form; none if it stands for nothing.
sub position {
    my ($self) = @_;
    my $world = $self->{world};
    my $kind = rand;
    return (one(undef, ''), $suffix) if $kind < 0.12;
    return one(['ou=nowhere', undef], [one(map { $_->{dn} } @{ $world->{rows}{users} }), undef], ['999', undef], ["dc=example,dc=org", undef]) if $kind < 0.2;
    my $unit = one(@{ $world->{rows}{units} });
    return ($unit->{id}, $unit->{normal}) if $kind < 0.45;
    my $dn = $kind < 0.55 ? one(@{ $world->{containers} }) : $unit->{dn};
    my $normal = normal($dn);
    return ($dn, $normal) if $kind < 0.7 || $dn eq $suffix;
    return (join(' , ', split /,/, $dn), $normal) if $kind < 0.8;
    return ($dn =~ s/,\Q$suffix\E$//r, $normal);
}

# The actor is a user, or nobody: then it has no assignments. An actor in SQL is one of the rows of roles.
sub make_actors {
    my ($self, $count) = @_;
    my $world = $self->{world};
    my @users = @{ $world->{rows}{users} };
    for my $n (1 .. $count) {
        if (!$world->{writes} && chance(0.04)) { push @{ $self->{actors} }, { own => '', assigned => [] }; next }
        last if !@users;
        my $user = splice @users, rand @users, 1;
        my @assigned = map {
            my ($position, $top) = map { ref $_ ? @$_ : $_ } $self->position;
            { role => chance(0.05) ? 'role-none' : 'role-' . (1 + int rand 7), position => $position, top => $top }
        } 1 .. (chance(0.04) ? 0 : one(1, 1, 2, 3, 4));
        push @{ $self->{actors} }, { user => $user, own => $user->{normal}, assigned => \@assigned };
    }
    return @{ $self->{actors} };
}

sub sql {
    my ($self) = @_;
    return inserted('roles', map { my $id = $_->{user} && $_->{user}{id}; map { [$id, @$_{qw(role position)}] } @{ $_->{assigned} } } @{ $self->{actors} });
}

# The rules that hold for an actor at a DN in normal form, those about the own entry apart.
sub rules_at {
    my ($self, $actor, $normal) = @_;
    my @out;
    for my $one (@{ $actor->{assigned} }) {
        push @out, grep { $_->{role} eq $one->{role} && !$_->{self} } @{ $self->{rules} }
            if defined $one->{top} && is_within($normal, $one->{top});
    }
    return @out;
}

sub own_rules {
    my ($self, $actor) = @_;
    my %has = map { $_->{role} => 1 } grep { defined $_->{top} } @{ $actor->{assigned} };
    return grep { $_->{self} && $has{ $_->{role} } } @{ $self->{rules} };
}

sub of_kind { my ($kind, @rules) = @_; return grep { $_->{kind} eq '*' || $_->{kind} eq $kind } @rules }
sub shows { return $_[0]{actions}{search} || $_[0]{actions}{read} }

sub is_about {
    my ($rule, $attribute) = @_;
    my $has = sub { return grep { lc($spelled{$_} // $_) eq lc $attribute } @{ $_[0] } };
    return !$has->($rule->{except} // []) && (!$rule->{attrs} || $has->($rule->{attrs}));
}

# What an actor may read of an entry of a kind: nothing, or what tells whether an attribute may be read.
sub readable {
    my ($self, $actor, $kind, $normal) = @_;
    my @here = $self->rules_at($actor, $normal);
    my $own = $actor->{own} eq $normal && $actor->{own} ne '';
    return sub { 1 } if @here && $kind eq 'units' && !$self->{units_named};
    return sub { 1 } if $own && $self->{world}{self_read};
    my @rules = of_kind($kind, @here, $own ? $self->own_rules($actor) : ());
    return if !grep { shows($_) } @rules;
    my %finds = map { lc $_ => 1 } @found_by, $self->{world}->rdn_of($kind);
    return sub {
        my ($attribute) = $_[0] =~ /^([^;]*)/;
        return $finds{ lc $attribute } && 1 || scalar grep { $_->{actions}{read} && is_about($_, $attribute) } @rules;
    };
}

sub sees_container {
    my ($self, $actor, $dn) = @_;
    my $normal = normal($dn);
    return 1 if $normal eq $suffix || $self->rules_at($actor, $normal);
    return scalar grep { my $role = $_->{role}; defined $_->{top} && is_within($_->{top}, $normal)
        && grep { $_->{role} eq $role && !$_->{self} } @{ $self->{rules} } } @{ $actor->{assigned} };
}

1;
