# Writes.pm: sends random writes of an actor to both servers, and says which results or which rows afterwards are not what they should be.
#
# The other server refuses nothing because of rights; Rights.pm tells what the roles permit. The rows of ours have to be those of the other
# server and the hidden ones, which no write changes.
package Oracle::Hiding::Writes;
use strict;
use warnings;
use Net::LDAP;
use Oracle::Hiding::Rights;
use Oracle::Hiding::World qw($password $suffix @kinds above escaped is_within normal);
use Oracle::Spelling qw(one chance);

my %naming = map { $_ => 1 } qw(memberUid member manager seeAlso);
my %attributes = (users => [qw(mail sn cn telephoneNumber manager seeAlso userPassword)], groups => [qw(memberUid memberUid description gidNumber)],
    lists => [qw(member member description)], computers => [qw(description seeAlso)], units => ['description']);

# rows: reads the rows of a server's database.
sub new {
    my ($class, $our_uri, $oracle_uri, $reduced, $rows) = @_;
    my $self = bless { reduced => $reduced, world => $reduced->{world}, rights => Oracle::Hiding::Rights->new($reduced), rows => $rows, codes => {} }, $class;
    $self->{ours} = connected($our_uri, $reduced->{actor}{user}{dn}, $password);
    $self->{oracle} = connected($oracle_uri, 'cn=config', 'config');
    $self->{admin} = connected($oracle_uri, "cn=admin,$suffix", 'admin');
    my ($ours, $theirs) = map { $rows->($_) } qw(ours oracle);
    $self->{hidden} = { map { $_ => 1 } grep { !$theirs->{$_} } keys %$ours };
    $self->{hidden_dns} = { map { $_->{normal} => 1 } grep { !$reduced->{readable}{ $_->{normal} } } $self->{world}->all };
    return $self->read_entries;
}

sub connected {
    my ($uri, $dn, $secret) = @_;
    my $ldap = Net::LDAP->new($uri) or die "cannot connect to $uri\n";
    my $bound = $ldap->bind($dn, password => $secret);
    die "$dn: " . $bound->error . "\n" if $bound->code;
    return $ldap;
}

sub kind_of { # an entry
    my ($entry) = @_;
    my %has = map { lc $_ => 1 } $entry->get_value('objectClass');
    return $has{posixaccount} ? 'users' : $has{posixgroup} ? 'groups' : $has{groupofnames} ? 'lists' : $has{account} ? 'computers' : 'units';
}

sub read_entries { # of the other server
    my ($self) = @_;
    my $found = $self->{admin}->search(base => $suffix, filter => '(objectClass=*)');
    die 'search: ' . $found->error . "\n" if $found->code;
    $self->{entries} = { map { normal($_->dn) => { dn => $_->dn, kind => kind_of($_), entry => $_ } } $found->entries };
    return $self;
}

# ---- writes

sub fixed { # what roles of the actor depend on
    my ($self, $normal) = @_;
    return grep { $_ ne '' && is_within($_, $normal) } $self->{reduced}{actor}{own}, map { $_->{top} // '' } @{ $self->{reduced}{actor}{assigned} };
}

sub existing { my ($self) = @_; return map { $self->{entries}{$_} } sort keys %{ $self->{entries} } }

sub some_dn {
    my ($self) = @_;
    return one(map { $_->{dn} } $self->existing) if chance(0.75);
    return one(map { $_->{dn} } $self->{world}->all) if chance(0.7);
    return one('uid=missing,', 'cn=missing,', 'ou=missing,') . one(map { $_->{dn} } $self->{world}->all);
}

sub value {
    my ($self, $attribute, $n) = @_;
    return $self->some_dn if $naming{$attribute} && $attribute ne 'memberUid';
    return chance(0.9) ? one(map { $_->{name} } map { @{ $self->{world}{rows}{$_} } } qw(users computers)) : 'missing' if $attribute eq 'memberUid';
    return "$n\@example.com" if $attribute eq 'mail';
    return 3000 + $n if $attribute eq 'gidNumber';
    return one('', '+49 ') . $n . one(' x', '') if $attribute ne 'telephoneNumber';
    return "+49 421 $n";
}

sub place { # for a new entry
    my ($self) = @_;
    return one((map { $_->{dn} } @{ $self->{world}{rows}{units} }), @{ $self->{world}{containers} }) if chance(0.4);
    return one(map { $_->{dn} } grep { $_->{kind} eq 'units' } $self->existing);
}

sub added {
    my ($self, $n) = @_;
    my $kind = one(@kinds, 'users', 'groups');
    my ($rdn, $name) = ($self->{world}->rdn_of($kind), chance(0.8) ? "new$n" : one(map { $_->{name} } @{ $self->{world}{rows}{$kind} }));
    my %of = (
        users => [[objectClass => ['inetOrgPerson', 'posixAccount']], [cn => ["The $name"]], [sn => [$name]], [uidNumber => [4000 + $n]], [gidNumber => [4000 + $n]],
            [homeDirectory => ["/home/$name"]], chance(0.3) ? [mail => ["$n\@example.com"]] : (), chance(0.2) ? [manager => [$self->some_dn]] : (),
            chance(0.2) ? [userPassword => ['new']] : ()],
        groups => [[objectClass => ['posixGroup', $self->{world}{auxiliary_groups} ? 'groupOfNames' : ()]], [gidNumber => [5000 + $n]],
            $self->{world}{auxiliary_groups} ? [member => [$self->some_dn]] : (),
            chance(0.4) ? [memberUid => [$self->value('memberUid', $n)]] : (), chance(0.2) ? [description => ['x']] : ()],
        lists => [[objectClass => ['groupOfNames']], [member => [$self->some_dn]]], computers => [[objectClass => ['account']], chance(0.3) ? [seeAlso => [$self->some_dn]] : ()],
        units => [[objectClass => [$rdn eq 'ou' ? 'organizationalUnit' : 'locality']], chance(0.3) ? [description => ['x']] : ()]);
    return { type => 'add', kind => $kind, dn => "$rdn=" . escaped($name) . ',' . $self->place, attributes => [@{ $of{$kind} }, [$rdn => [$name]]] };
}

sub target {
    my ($self) = @_;
    my @rows = grep { !exists $self->{reduced}{container}{ normal($_->{dn}) } } $self->existing;
    my $entry = @rows && chance(0.75) ? one(@rows) : one(chance(0.1) ? $self->existing : $self->{world}->all);
    return @$entry{qw(dn kind)};
}

sub some_write {
    my ($self, $n) = @_;
    my $type = one(qw(add add modify modify modify modify delete rename rename));
    return $self->added($n) if $type eq 'add';
    my ($dn, $kind) = $self->target;
    my $normal = normal($dn);
    $type = 'modify' if $self->fixed($normal) || $dn eq $suffix;
    my $op = { type => $type, dn => chance(0.1) ? uc($dn =~ s/ö/oe/r) : $dn, kind => $kind };
    if ($type eq 'modify') {
        my $many = one(1, 1, 1, 2);
        for my $attribute (map { one(@{ $attributes{$kind} }) } 1 .. $many) {
            my $how = $attribute =~ /^(?:userPassword|gidNumber|sn|cn)$/ ? 'replace' : one(qw(add delete replace replace));
            my $entry = $self->{entries}{$normal};
            my @old = $entry ? $entry->{entry}->get_value($attribute) : ();
            my @values = $how eq 'delete' ? (chance(0.3) || !@old ? () : one(@old))
                : map { $self->value($attribute, $n) } 1 .. ($attribute =~ /^member/ ? one(0, 1, 2) : 1);
            @values = ($self->value($attribute, $n)) if $how eq 'add' && !@values;
            my %seen;
            push @{ $op->{changes} }, [$how, $attribute, [grep { !$seen{ normal($_) }++ } @values]];
        }
    }
    if ($type eq 'rename') {
        my ($rdn) = $dn =~ /^([^,]*),/;
        $op->{rdn} = chance(0.5) ? $rdn : $rdn =~ s/=.*/=new$n/r;
        $op->{superior} = $self->place if chance(0.6);
    }
    return $op;
}

sub lines { # LDIF, nearly
    my ($op) = @_;
    return "dn: $op->{dn}", 'changetype: ' . ($op->{type} eq 'rename' ? 'modrdn' : $op->{type}),
        (map { my $name = $_->[0]; map { "$name: $_" } @{ $_->[1] } } @{ $op->{attributes} // [] }),
        (map { my ($how, $name, $values) = @$_; ("$how: $name", (map { "$name: $_" } @$values), '-') } @{ $op->{changes} // [] }),
        $op->{type} eq 'rename' ? ("newrdn: $op->{rdn}", 'deleteoldrdn: 1', defined $op->{superior} ? "newsuperior: $op->{superior}" : ()) : ();
}

sub request {
    my ($ldap, $op) = @_;
    my $type = $op->{type};
    my $answer = $type eq 'add' ? $ldap->add($op->{dn}, attr => [map { @$_ } @{ $op->{attributes} }])
        : $type eq 'modify' ? $ldap->modify($op->{dn}, changes => [map { $_->[0] => [$_->[1] => $_->[2]] } @{ $op->{changes} }])
        : $type eq 'delete' ? $ldap->delete($op->{dn})
        : $ldap->moddn($op->{dn}, newrdn => $op->{rdn}, deleteoldrdn => 1, defined $op->{superior} ? (newsuperior => $op->{superior}) : ());
    return { code => $answer->code, matched => $answer->dn // '', text => $answer->server_error // '' };
}

# ---- judgement

sub below_itself { # what nobody has to look for
    my ($op) = @_;
    return defined $op->{superior} && is_within(map { normal($_) } @$op{qw(superior dn)});
}

# The values that a write adds and that name nothing that the actor sees.
sub names_unseen {
    my ($self, $op) = @_;
    my $entry = $self->{entries}{ normal($op->{dn}) };
    my @changes = ((map { ['add', @$_] } @{ $op->{attributes} // [] }), @{ $op->{changes} // [] });
    while (my $change = shift @changes) {
        my ($how, $attribute, $values) = @$change;
        next if !$naming{$attribute} || $how eq 'delete' || grep { $_->[1] eq $attribute && ($_->[0] eq 'replace' || !@{ $_->[2] }) } @changes;
        for my $value (@$values) {
            return 1 if $attribute eq 'memberUid' ? !$self->sees_account($value) : !$self->sees_dn($value);
        }
    }
    return 0;
}

sub sees_dn {
    my ($self, $dn) = @_;
    my $normal = normal($dn);
    return 1 if !is_within($normal, $suffix);
    my $entry = $self->{entries}{$normal} or return 0;
    return $self->{rights}->sees($entry->{kind}, $normal);
}

sub sees_account {
    my ($self, $name) = @_;
    return scalar grep { my $e = $_; $e->{kind} =~ /^(?:users|computers)$/ && (grep { lc $_ eq lc $name } $e->{entry}->get_value('uid'))
        && $self->sees_dn($e->{dn}) } values %{ $self->{entries} };
}

# Whether a hidden entry may be in the way: it has the name, or it is below.
sub is_in_the_way {
    my ($self, $op) = @_;
    my @names = normal($op->{dn});
    push @names, normal("$op->{rdn}," . ($op->{superior} // above($names[0]))) if $op->{type} eq 'rename';
    my $hidden = $self->{hidden_dns};
    return scalar grep { my $name = $_; grep { is_within($_, $name) } keys %$hidden } @names;
}

# Whether a write made something hidden, which the other server does not know of.
sub hides_more {
    my ($self, $op) = @_;
    return 0 if $op->{type} eq 'modify';
    my $dn = $op->{type} eq 'rename' ? "$op->{rdn}," . ($op->{superior} // above($op->{dn})) : $op->{dn};
    return 1 if $op->{type} ne 'delete' && !$self->{rights}->sees($op->{kind}, normal($dn));
    my ($name) = lc($op->{dn}) =~ /^[^=]*=([^,]*)/;
    return scalar grep { lc $_->{name} eq $name && $self->{hidden_dns}{ $_->{normal} } } $self->{world}->all;
}

# A role that permits to add to a place or to move to it, and to see entries there, but not the place itself: what comes of it is not tested.
sub is_odd {
    my ($self, $op) = @_;
    my $place = $op->{type} eq 'add' ? above($op->{dn}) : $op->{superior} // return 0;
    return !$self->sees_dn($place) && $self->{rights}->at_place($op->{type} eq 'add' ? 'add' : 'move', $op->{kind}, normal($place));
}

sub was_below_renamed {
    my ($self, $row) = @_;
    my ($dn) = $row =~ /([^|]*)\z/;
    return scalar grep { is_within(normal($dn), $_) } @{ $self->{renamed} // [] };
}

# What is wrong, as lines.
sub judge {
    my ($self, $op) = @_;
    my $normal = normal($op->{dn});
    my $entry = $self->{entries}{$normal};
    return if $self->is_odd($op);
    my $unseen = $op->{type} ne 'add' && $entry && !$self->{rights}->sees($entry->{kind}, $normal)
        || $op->{type} eq 'add' && !$self->sees_dn(above($op->{dn}))
        || defined $op->{superior} && normal($op->{superior}) ne above($normal) && !$self->sees_dn($op->{superior});
    my $permitted = $self->{rights}->permits($op);
    # Who may not take an entry away is told so, whether or not there is the new superior.
    my $mine;
    if ($op->{type} eq 'rename' && $unseen && !$permitted && defined $op->{superior}) {
        $mine = request($self->{ours}, { %$op, superior => "ou=missing,$suffix" });
        $unseen = 0 if $mine->{code} == 50;
    }
    # Who sees everything may store a name of nothing.
    my $refusal = $unseen ? '32' : !$permitted ? '50' : %{ $self->{hidden_dns} } && $self->names_unseen($op) ? '19' : '';
    my $before = $self->{rows}->('ours');
    $mine = request($self->{ours}, $op);
    my $its = $refusal eq '' ? request($self->{oracle}, $op) : undef;
    $self->{codes}{"$op->{type} $mine->{code}"}++;
    my @wrong;
    if ($refusal ne '') {
        # Who asks for what breaks the schema may be told so first.
        my $may = $refusal eq '50' || $refusal eq '19';
        push @wrong, "result $mine->{code} ($mine->{text}), not $refusal" if $mine->{code} != $refusal && !(($may || below_itself($op) || $mine->{code} =~ /^(?:21|65)$/) && $mine->{code} != 0);
    } elsif ($mine->{code} != $its->{code} && !($mine->{code} != 0 && $self->is_in_the_way($op)) && !($mine->{code} == 50 && $its->{code} == 53)) {
        push @wrong, "result $its->{code} ($its->{text}) of the oracle, $mine->{code} ($mine->{text}) of ours";
    } elsif ($mine->{code} == 32 && !%{ $self->{reduced}{scaffold} } && "$mine->{matched} $mine->{text}" ne "$its->{matched} $its->{text}") {
        push @wrong, "matched $its->{matched} ($its->{text}) of the oracle, $mine->{matched} ($mine->{text}) of ours";
    }
    my ($ours, $theirs) = map { $self->{rows}->($_) } qw(ours oracle);
    if ($mine->{code} != 0) {
        push @wrong, map { "row " . ($before->{$_} ? 'gone' : 'new') . " although refused: $_" } grep { !$before->{$_} || !$ours->{$_} } sort keys %{ { %$before, %$ours } };
    } elsif ($its && $its->{code} == 0) {
        # What a deleted entry had in its own row is gone with it.
        delete @{ $self->{hidden} }{ grep { /^(?:boss|assistant)/ && !$ours->{$_} } keys %{ $self->{hidden} } } if $op->{type} eq 'delete';
        # A column that holds one value has no place for a hidden one beside the new one.
        for my $change ($op->{type} eq 'modify' ? @{ $op->{changes} } : ()) {
            my $list = { manager => 'boss', seeAlso => 'assistant' }->{ $change->[1] } // next;
            delete @{ $self->{hidden} }{ grep { /^$list(?: of a computer)?\|/ && !$ours->{$_} } keys %{ $self->{hidden} } };
        }
        # What names nothing any more, since a unit has another name, is shown, and can be removed.
        delete @{ $self->{hidden} }{ grep { !$ours->{$_} && $self->was_below_renamed($_) } keys %{ $self->{hidden} } };
        push @{ $self->{renamed} }, $normal if $op->{type} eq 'rename';
        push @wrong, map { "row missing: $_" } grep { !$ours->{$_} } sort keys %{ { %{ $self->{hidden} }, %$theirs } };
        push @wrong, map { "row that should not be: $_" } grep { !$theirs->{$_} && !$self->{hidden}{$_} } sort keys %$ours;
        $self->read_entries;
    }
    $self->{uneven} = @wrong || $mine->{code} == 0 && $self->hides_more($op) || $its && ($its->{code} == 0) != ($mine->{code} == 0);
    return @wrong;
}

1;
