# Rights.pm: tells whether the roles of an actor permit a write, and whether the actor sees what it is about.
package Oracle::Hiding::Rights;
use strict;
use warnings;
use Oracle::Hiding::Roles;
use Oracle::Hiding::World qw(above normal);

my @found_by = qw(objectclass uid cn ou);

sub new {
    my ($class, $reduced) = @_;
    return bless { reduced => $reduced, map { $_ => $reduced->{$_} } qw(roles actor world) }, $class;
}

# The rules about an entry of a kind that permit an action: those of the places, and those of the own entry.
sub permitting {
    my ($self, $action, $kind, $normal) = @_;
    my $own = $self->{actor}{own} ne '' && $self->{actor}{own} eq $normal;
    my @rules = ($self->{roles}->rules_at($self->{actor}, $normal), $own ? $self->{roles}->own_rules($self->{actor}) : ());
    return grep { $_->{actions}{$action} } Oracle::Hiding::Roles::of_kind($kind, @rules);
}

sub at_place { # those about entries below
    my ($self, $action, $kind, $place) = @_;
    return grep { $_->{actions}{$action} } Oracle::Hiding::Roles::of_kind($kind, $self->{roles}->rules_at($self->{actor}, $place));
}

sub gains { # whether the actor has rules about the new name that the old one lacks
    my ($self, $old, $new) = @_;
    my %before = map { $_ => 1 } $self->{roles}->rules_at($self->{actor}, $old);
    return scalar grep { !$before{$_} } $self->{roles}->rules_at($self->{actor}, $new);
}

sub sees {
    my ($self, $kind, $normal) = @_;
    return $self->{reduced}{container}{$normal} if exists $self->{reduced}{container}{$normal};
    return $self->{roles}->readable($self->{actor}, $kind, $normal);
}

sub permits {
    my ($self, $op) = @_;
    my ($type, $kind) = @$op{qw(type kind)};
    my $normal = normal($op->{dn});
    return 0 if exists $self->{reduced}{container}{$normal};
    my $place = above($normal);
    if ($type eq 'delete') { return scalar $self->at_place('delete', $kind, $place) && scalar $self->permitting('delete', $kind, $normal) }
    if ($type eq 'add') {
        my @rules = $self->permitting('add', $kind, $normal);
        my $rdn = lc $self->{world}->rdn_of($kind);
        return $self->at_place('add', $kind, $place) && @rules && !grep {
            my $name = lc $_->[0];
            $name ne 'userpassword' && $name ne $rdn && !(grep { $_ eq $name } @found_by) && !grep { Oracle::Hiding::Roles::is_about($_, $name) } @rules
        } @{ $op->{attributes} };
    }
    if ($type eq 'modify') {
        return !grep {
            my $name = $_->[1];
            $name eq 'userPassword' ? !$self->permitting('password', $kind, $normal)
                : !grep { Oracle::Hiding::Roles::is_about($_, $name) } $self->permitting('modify', $kind, $normal);
        } @{ $op->{changes} };
    }
    my $superior = normal($op->{superior} // $place);
    my $rdn = normal($op->{rdn});
    # slapd asks for the new RDN at the new place.
    return 0 if ($superior eq $place || "$rdn,$place" ne $normal) && !$self->permitting('rename', $kind, $superior eq $place ? $normal : "$rdn,$superior");
    # A unit with all below it does not come to a place where its mover may do more.
    return 0 if $kind eq 'units' && $self->gains($normal, "$rdn,$superior");
    return $self->permitting('move', $kind, $normal) && $self->at_place('move', $kind, $place) && $self->at_place('move', $kind, $superior) if $superior ne $place;
    return scalar $self->at_place('rename', $kind, $place) || $self->{actor}{own} eq $normal;
}

1;
