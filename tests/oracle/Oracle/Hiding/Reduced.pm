# Reduced.pm: turns what an actor sees into SQL that removes everything else, and into access rules that name no role.
#
# A unit or a container that the actor does not see stays if something below it is seen, since its name is part of theirs; the access rules hide it.
package Oracle::Hiding::Reduced;
use strict;
use warnings;
use Oracle::Hiding::World qw($suffix @kinds above is_within literal normal);

my %tables = (units => 'units', users => 'people', groups => 'teams', lists => 'lists', computers => 'computers');
# Those of the searches; access rules take the subtypes of an attribute for the attribute.
my @with_options = ('cn;lang-de', 'userCertificate;binary');
my @attributes = qw(uid cn sn givenName mail uidNumber gidNumber memberUid member memberOf objectClass loginShell homeDirectory gecos description
    entryDN entryUUID telephoneNumber dc ou o l hasSubordinates structuralObjectClass createTimestamp modifyTimestamp entryCSN creatorsName modifiersName
    contextCSN subschemaSubentry jpegPhoto seeAlso labeledURI manager);
my @supertypes = qw(name distinguishedName);

sub new {
    my ($class, $roles, $actor) = @_;
    my $self = bless { roles => $roles, world => $roles->{world}, actor => $actor, readable => {}, scaffold => {} }, $class;
    for my $row ($self->{world}->all) {
        my $readable = $roles->readable($actor, $row->{kind}, $row->{normal}) or next;
        $self->{readable}{ $row->{normal} } = $readable;
    }
    $self->{container} = { map { normal($_) => $roles->sees_container($actor, $_) } @{ $self->{world}{containers} } };
    for my $normal (keys %{ $self->{readable} }) {
        for (my $above = above($normal); $above ne $suffix; $above = above($above)) {
            $self->{scaffold}{$above} = 1 if !$self->is_visible($above);
        }
    }
    return $self;
}

# Containers are those of kinds. One that the actor does not see and that has no entry which is seen is not made.
sub mapping {
    my ($self) = @_;
    my $world = $self->{world};
    return $world->mapping({ map { my $normal = normal($world->top_of($_));
        ($_ => $self->{container}{$normal} || $self->{scaffold}{$normal}) } @kinds });
}

sub is_visible { my ($self, $normal) = @_; return $self->{readable}{$normal} || $self->{container}{$normal} }

# Whether a DN names what the actor may not know of: a hidden entry, or a place where the actor would see no entry.
sub is_hidden_dn {
    my ($self, $dn) = @_;
    my $normal = normal($dn);
    return if !is_within($normal, $suffix);
    return !$self->{container}{$normal} if exists $self->{container}{$normal};
    my $world = $self->{world};
    return !$self->{readable}{$normal} if $world->{by_dn}{$normal};
    my ($type, $above) = ($normal =~ /^(\w+)=/, above($normal));
    my $unit = $world->{by_dn}{$above};
    my @may_be = grep { $world->rdn_of($_) eq $type && ($unit ? $unit->{kind} eq 'units' : $above eq normal($world->top_of($_))) } @kinds;
    return @may_be && !grep { $self->{roles}->readable($self->{actor}, $_, $normal) } @may_be;
}

sub is_hidden_account {
    my ($self, $name) = @_;
    my @named = grep { lc $_->{name} eq lc $name } map { @{ $self->{world}{rows}{$_} } } qw(users computers);
    return @named && !grep { $self->{readable}{ $_->{normal} } } @named;
}

sub sql {
    my ($self) = @_;
    my $rows = $self->{world}{rows};
    my %literal = map { $_ => [] } qw(account dn);
    my @out;
    for my $kind (@kinds) {
        my @gone = map { $_->{id} } grep { !$self->{readable}{ $_->{normal} } && !$self->{scaffold}{ $_->{normal} } } @{ $rows->{$kind} };
        push @out, "DELETE FROM $tables{$kind} WHERE id IN (" . join(', ', @gone) . ');' if @gone;
    }
    my %hidden = (members => {}, dns => {});
    $hidden{members}{$_} = 1 for grep { $self->is_hidden_account($_) } map { @{ $_->{members} } } @{ $rows->{groups} };
    $hidden{dns}{$_} = 1 for grep { defined && $self->is_hidden_dn($_) } (map { @{ $_->{members} } } @{ $rows->{lists} }),
        map { @$_{qw(boss assistant)} } map { @{ $rows->{$_} } } qw(users computers);
    my ($members, $dns) = map { join ', ', map { literal($_) } 'none', sort keys %{ $hidden{$_} } } qw(members dns);
    return join "\n", @out, "DELETE FROM members WHERE who IN ($members);", "DELETE FROM list_members WHERE dn IN ($dns);",
        "UPDATE people SET boss = NULL WHERE boss IN ($dns);", "UPDATE people SET assistant = NULL WHERE assistant IN ($dns);",
        "UPDATE computers SET assistant = NULL WHERE assistant IN ($dns);", 'DELETE FROM roles;', '';
}

sub quoted { return '"' . ($_[0] =~ s/(["\\])/\\$1/gr) . '"' }

sub access_rules {
    my ($self) = @_;
    my @out = ('access to attrs=userPassword by * none');
    for my $dn (grep { $self->{container}{ normal($_) } } @{ $self->{world}{containers} }) {
        push @out, 'access to dn.base=' . quoted($dn) . ' by * read';
    }
    for my $row ($self->{world}->all) {
        my $readable = $self->{readable}{ $row->{normal} } or next;
        my $what = 'access to dn.base=' . quoted($row->{dn});
        for my $level (\@with_options, ['entry', @attributes], \@supertypes) {
            my %by = (read => [], none => []);
            push @{ $by{ $_ eq 'entry' || $readable->($_) ? 'read' : 'none' } }, $_ for @$level;
            push @out, map { "$what attrs=" . join(',', @{ $by{$_} }) . " by * $_" } grep { @{ $by{$_} } } qw(read none);
        }
        push @out, "$what by * " . ($readable->('an attribute of no list') ? 'read' : 'none');
    }
    return join '', map { "$_\n" } @out, 'access to * by * none';
}

sub all_rights { # to all but what the actor does not see
    my ($self) = @_;
    my %dn = map { normal($_) => $_ } map({ $_->{dn} } $self->{world}->all), @{ $self->{world}{containers} };
    my @hidden = map { 'access to dn.base=' . quoted($dn{$_}) } sort keys %{ $self->{scaffold} };
    return join '', map({ "$_ attrs=children by * write\n$_ by * none\n" } @hidden), "access to * by * write\n";
}

# Entries of whose subordinates only hidden ones are there.
sub seemingly_superior {
    my ($self) = @_;
    my %below; # whether a visible entry is
    for my $normal (keys %{ $self->{readable} }, grep { $self->{container}{$_} } keys %{ $self->{container} }) {
        $below{ above($normal) } = 1;
    }
    return grep { $self->is_visible($_) && !$below{$_} } map { above($_) } keys %{ $self->{scaffold} };
}

1;
