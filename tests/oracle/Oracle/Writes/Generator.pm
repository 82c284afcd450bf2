# Generator.pm: makes random writes to the entries that there are, and to others.
package Oracle::Writes::Generator;
use strict;
use warnings;
use Oracle::Writes::Names qw(one chance rdn parent name_in normalized spelled is_below);
use Oracle::Writes::Values;

my %types = (flat => [(qw(modify)) x 8, qw(add add add rename rename delete)], tree => [(qw(modify)) x 4, (qw(add)) x 4, (qw(rename)) x 6, (qw(delete)) x 3]);
my ($few, $many) = (18, 45); # entries in a tree

sub new {
    my ($class, $shape) = @_;
    return bless { shape => $shape, suffix => $shape->{suffix}, values => Oracle::Writes::Values->new($shape), state => {}, gone => [] }, $class;
}

# Takes notice of the entries that there are now, after a write to another state.
sub see {
    my ($self, $state) = @_;
    my @gone = map { $self->{state}{$_}{dn} } grep { !$state->{$_} } sort keys %{ $self->{state} };
    push @{ $self->{gone} }, @gone;
    splice @{ $self->{gone} }, 0, -20 if @{ $self->{gone} } > 20;
    $self->{state} = $state;
    return;
}

sub some_kind {
    my ($self) = @_;
    my $dice = rand 100;
    for my $kind ($self->{shape}->kinds) { return $kind if ($dice -= $kind->{share}) < 0 }
    return ($self->{shape}->kinds)[0];
}

sub entries { my ($self, $wanted) = @_; my $state = $self->{state}; return map { $state->{$_} } grep { $wanted->($state->{$_}) } sort keys %$state }
sub of_kind { my ($self, $name) = @_; return $self->entries(sub { $_[0]{kind} eq $name }) }

sub container { # spelled in one of the ways
    my ($self, $kind) = @_;
    my ($type, $name) = $kind->{container} =~ /^(\w+)=(\w+),\Q$self->{suffix}\E$/ or return $self->{suffix};
    return chance(95) ? $kind->{container} : chance(50) ? uc($type) . '=' . ucfirst($name) . " , $self->{suffix}" : "$type = $name,$self->{suffix}";
}

# Where an entry of the kind may be, mostly; and where none can be.
sub place {
    my ($self, $kind) = @_;
    return $self->container($kind) if !$kind->{above};
    my $dice = rand 100;
    my @above = map { $_->{dn} } $self->of_kind($kind->{above});
    my @leaves = map { $_->{dn} } $self->entries(sub { !$self->{shape}->may_have_children($_[0]{ndn}, $self->{state}) });
    return spelled(one(@above), $self->{suffix}) if @above && $dice < 66;
    return $self->container($kind) if $dice < 82;
    return one(map { $self->container($_) } $self->{shape}->kinds) if $dice < 86;
    return spelled(one(@leaves), $self->{suffix}) if @leaves && $dice < 90;
    return one(@{ $self->{gone} }) if @{ $self->{gone} } && $dice < 95;
    return join ',', one('ou=nowhere', 'ou=x,ou=nowhere', 'cn=nowhere'), chance(50) || !@above ? $self->{suffix} : one(@above);
}

sub new_name { # mostly one that is not in use, where the names of the kind are unique
    my ($self, $kind) = @_;
    my %used = map { lc(name_in($_->{ndn}) // '') => 1 } $kind->{unique} ? $self->of_kind($kind->{name}) : ();
    my $name;
    for (1 .. 20) { $name = one(@{ $kind->{names} }); last if !$used{ lc $name } }
    return $name;
}

sub target { # a DN, and the state of the entry that has it
    my ($self, $kind) = @_;
    my $state = $self->{state};
    my @there = $self->of_kind($kind->{name});
    if (chance($self->{shape}{tree} ? 88 : 82) && @there) {
        my $entry = one(@there);
        my $name = name_in($entry->{dn});
        return (spelled($entry->{dn}, $self->{suffix}), $entry) if $self->{shape}{tree};
        return (chance(80) || !defined $name ? $entry->{dn} : rdn($kind->{type}, $name) . ',' . $self->container($kind), $entry);
    }
    return 'uid=below,' . one(@there)->{dn} if chance(20) && @there;
    if (@{ $self->{gone} } && chance($self->{shape}{tree} ? 40 : 5)) {
        my $dn = one(@{ $self->{gone} });
        return ($dn, $state->{ normalized($dn) });
    }
    return one("ou=nowhere,$self->{suffix}", "uid=x,ou=nowhere,$self->{suffix}", "uid=ann,$self->{suffix}", "uid=a,,ou=people,$self->{suffix}") if chance(15);
    my $dn = rdn($kind->{type}, one(@{ $kind->{names} })) . ',' . $self->place($kind);
    return ($dn, $state->{ normalized($dn) });
}

sub superior { # of an entry that moves
    my ($self, $kind, $dn) = @_;
    my $dice = rand 100;
    my $below = one($self->entries(sub { is_below($_[0]{ndn}, normalized($dn)) }));
    return $below->{dn} if $below && $dice < 10;
    return one($dn, "uid=x,$dn", "ou=x,$dn") if $dice < 14;
    return spelled(parent($dn), $self->{suffix}) if $dice < 20;
    return one('dc=elsewhere', '', "ou=nowhere,$self->{suffix}", 'x') if $dice < 22;
    return $self->place($kind);
}

sub add_to {
    my ($self, $op, $kind) = @_;
    my $state = $self->{state};
    for (1 .. 20) { # most are new ones
        last if !$state->{ normalized($op->{dn}) } || chance(15);
        $op->{dn} = rdn($kind->{type}, $self->new_name($kind)) . ',' . $self->place($kind);
    }
    my @kinds = $self->{shape}->kinds_of_type(normalized($op->{dn}));
    $kind = one(@kinds) if @kinds && !grep { $_ == $kind } @kinds;
    $op->{attributes} = $self->{values}->attributes($kind, name_in($op->{dn}) // 'x', $state);
    return;
}

sub rename_to {
    my ($self, $op, $kind) = @_;
    my $tree = $self->{shape}{tree};
    my $same = chance($tree ? 50 : 15);
    $op->{rdn} = rdn($kind->{type}, $same ? name_in($op->{dn}) // 'x' : $self->new_name($kind));
    $op->{rdn} = one('nosuch=x', "$kind->{type}=", 'x', 'uid=a,ou=b') if chance(2);
    $op->{delete} = $same ? chance(50) : !chance(3);
    if ($tree) { $op->{superior} = $self->superior($kind, $op->{dn}) if chance(70) }
    else {
        $op->{superior} = $self->container($kind) if chance(15);
        $op->{superior} = one("ou=nowhere,$self->{suffix}", $op->{dn}, "uid=x,$op->{dn}", 'dc=elsewhere') if chance(4);
    }
    push @{ $op->{controls} }, ['relax'] if chance(1);
    return;
}

# What access rules are about, which chance would leave rare: the units that they name, and units with nothing but hidden entries below.
sub scene {
    my ($self) = @_;
    my ($state, $suffix) = @$self{qw(state suffix)};
    my $writes = sub { my ($type, $who, $dn, @more) = @_; return { type => $type, who => $who, dn => $dn, controls => [], @more } };
    for my $named (grep { !$state->{ lc "$_,$suffix" } } 'ou=Bremen', 'ou=Berlin', 'ou=Steintor,ou=Bremen') {
        my ($unit) = $named =~ /^ou=(\w+)/;
        return $writes->('add', 'admin', "$named,$suffix", attributes => [[objectClass => ['organizationalUnit']], [ou => [$unit]]]);
    }
    my $hidden = qr/^(uid=hid|ou=secret),/;
    my %all;
    my %hidden;
    for my $ndn (sort keys %$state) { $all{ parent($ndn) }++; $hidden{ parent($ndn) }++ if $ndn =~ $hidden }
    my @looks_empty = grep { $state->{$_} && $_ !~ /(hid|secret)/ && $all{$_} == $hidden{$_} } sort keys %hidden;
    return $writes->('delete', one(qw(ann bob carl)), $state->{ one(@looks_empty) }{dn}) if @looks_empty && chance(70);
    my $empty = one($self->entries(sub { $_[0]{kind} eq 'units' && !$all{ $_[0]{ndn} } && $_[0]{ndn} !~ $hidden })) or return;
    my $hid = one($self->entries(sub { $_[0]{ndn} =~ $hidden }));
    return $writes->('rename', 'admin', $hid->{dn}, rdn => $hid->{dn} =~ s/,.*//sr, delete => 0, superior => $empty->{dn}) if $hid;
    return $writes->('add', 'admin', "ou=secret,$empty->{dn}", attributes => [[objectClass => ['organizationalUnit']], [ou => ['secret']]]);
}

sub operation {
    my ($self) = @_;
    my ($shape, $state) = @$self{qw(shape state)};
    my $tree = $shape->{tree};
    if ($tree && chance(6)) { my $op = $self->scene; return $op if $op }
    my $kind = $self->some_kind;
    my ($dn, $entry) = $self->target($kind);
    ($dn, $entry) = $self->target($kind) while $shape->{fixed}{ normalized($dn) }; # which only back-mdb would change
    my $type = one(@{ $types{ $tree ? 'tree' : 'flat' } });
    $type = 'add' if $tree && $type eq 'delete' && keys %$state < $few;
    my $crowded = $tree && $type eq 'add' && keys %$state > $many;
    if ($crowded) {
        $entry = one($self->entries(sub { my $ndn = $_[0]{ndn}; !grep { is_below($_, $ndn) } keys %$state }));
        ($type, $dn) = ('delete', $entry->{dn});
    }
    my @users = $crowded ? 'admin' : $tree ? qw(admin admin admin admin boss boss boss ann ann ann bob bob carl carl carl) : qw(admin admin admin admin admin boss boss boss ann ann bob carl);
    my %op = (type => $type, dn => $dn, who => one(@users, $crowded || chance(80) ? 'admin' : 'anonymous'), controls => $self->{values}->controls($entry, $type, $state));
    $op{who} = $1 if $dn =~ /^uid=(boss|ann|bob|carl),/ && chance(40);
    $op{changes} = $self->{values}->changes($kind, $entry, $state) if $type eq 'modify';
    $self->add_to(\%op, $kind) if $type eq 'add';
    $self->rename_to(\%op, $entry && $shape->kind($entry->{kind}) || $kind) if $type eq 'rename';
    # back-mdb says success, stores nothing and corrupts slapd's memory if access rules forbid what a control reads: in its
    # modify.c, SLAP_CONTROL_CRITICAL is a mask that every control has, and attributes are freed that are not its own.
    my $names = join "\n", map { normalized($_) } grep { defined } @op{qw(dn rdn superior)};
    $op{controls} = [grep { $_->[0] !~ /read$/ } @{ $op{controls} }] if $op{who} !~ /^(admin|boss)$/ && $names =~ /hid|secret/;
    return \%op;
}

1;
