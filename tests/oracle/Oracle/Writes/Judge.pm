# Judge.pm: sends a write to both databases, and says what differs; reduces a write that makes a difference to the smallest one.
package Oracle::Writes::Judge;
use strict;
use warnings;
use Oracle::Writes::Allowed qw(allowed_difference);
use Oracle::Writes::Members qw(link_members place_before);
use Oracle::Writes::Names qw(normalized rdns is_below depth);

my $most_tries = 400; # of smaller forms of one write

# theirs: back-mdb's.
sub new {
    my ($class, $shape, $ours, $theirs) = @_;
    return bless { shape => $shape, ours => $ours, theirs => $theirs, uuids => {} }, $class;
}

# ---- one write

# The normalized names that a write is about: the entry's, and for a rename the new one.
sub names {
    my ($op) = @_;
    my $old = normalized($op->{dn});
    return [$old] if $op->{type} ne 'rename' || $op->{rdn} eq '';
    my @above = rdns($op->{dn});
    return [$old, normalized(join ',', $op->{rdn}, defined $op->{superior} ? ($op->{superior} eq '' ? () : $op->{superior}) : @above[1 .. $#above])];
}

sub minus { my ($from, $what) = @_; my %there = map { $_ => 1 } split /\n/, $what; return grep { !$there{$_} } split /\n/, $from }
sub unlike { my ($what, $mine, $its) = @_; return $mine eq $its ? () : ("$what:", (map { "  - $_" } minus($its, $mine)), map { "  + $_" } minus($mine, $its)) }
sub text { return $_[0] ? $_[0]{text} : 'missing' }

# Nothing that ours may do, whatever back-mdb does.
sub faults {
    my ($self, $op, $mine, $before, $after) = @_;
    my @out;
    if ($mine->{code} != 0) {
        my @changed = grep { text($before->{$_}) ne text($after->{$_}) } sort keys %{ { %$before, %$after } };
        push @out, 'entries of ours changed although the write was refused:', map { "  $_" } @changed if @changed;
    }
    for my $ndn (sort keys %$after) {
        my ($is, $was) = ($after->{$ndn}, $before->{ $mine->{code} == 0 ? place_before($op, $ndn) : $ndn });
        my $kind = $self->{shape}->kind($is->{kind}) or next;
        next if !$kind->{key} && $op->{type} eq 'rename' && $ndn eq $op->{names}[-1]; # made of the name
        push @out, "entryUUID of $ndn: $was->{uuid} before, $is->{uuid} after the write" if $was && $was->{uuid} ne $is->{uuid};
        push @out, "entryUUID of the new entry $ndn: another entry had it, $self->{uuids}{ $is->{uuid} }" if !$was && $kind->{key} && $self->{uuids}{ $is->{uuid} };
        $self->{uuids}{ $is->{uuid} } = $ndn;
    }
    return @out;
}

# Sends a write to both, whose entries are `before`. how: what differs, as lines. allowed: which of the allowed differences it is.
# ours, theirs: the entries afterwards. uneven: both must be made equal again.
sub try {
    my ($self, $op, $before) = @_;
    $op->{names} = names($op);
    my ($mine, $its) = map { $self->{$_}->request($op) } qw(ours theirs);
    my $after = $self->{ours}->entries;
    my $its_after = $self->{shape}{linked} && $its->{code} == 0 ? link_members($self->{theirs}, $before, $op) : $self->{theirs}->entries;
    my @how;
    push @how, "result: $its->{code} ($its->{message})" . ($its->{matched} && " matched $its->{matched}") . " of back-mdb, $mine->{code} ($mine->{message})"
        . ($mine->{matched} && " matched $mine->{matched}") . ' of ours' if $its->{code} != $mine->{code} || $its->{matched} ne $mine->{matched};
    for my $when (qw(before after)) {
        my @read = ($mine->{$when}, $its->{$when});
        if ($self->{shape}{linked} && $when eq 'after') { s/\n(?:member|memberUid):[^\n]*//g for @read } # back-mdb's are linked later
        push @how, unlike("entry $when the write in the response", @read);
    }
    my $uneven;
    for my $ndn (sort keys %{ { %$after, %$its_after } }) {
        my ($one, $other) = ($after->{$ndn}, $its_after->{$ndn});
        push @how, unlike("entry $ndn afterwards", text($one), text($other));
        $uneven ||= $one && $other && $one->{classes} ne $other->{classes};
    }
    my @faults = $self->faults($op, $mine, $before, $after);
    my $case = { op => $op, mine => $mine, its => $its, before => $before, after => $after, its_after => $its_after, shape => $self->{shape}, theirs => $self->{theirs} };
    my $allowed = @how && !@faults ? allowed_difference($case) : undef;
    return { how => [@how, @faults], allowed => $allowed, ours => $after, theirs => $its_after, code => $mine->{code}, message => $mine->{message}, its => $its->{code}, uneven => $uneven };
}

# Makes both equal: as ours is, or as `wanted`. Returns the entries.
sub even_out {
    my ($self, $wanted) = @_;
    my @failed = $wanted ? %{ $self->{ours}->make($wanted) } : ();
    my $is = $self->{ours}->entries;
    push @failed, %{ $self->{theirs}->make($is) };
    link_members($self->{theirs}) if $self->{shape}{linked};
    my $other = $self->{theirs}->entries;
    my @bad = grep { Oracle::Writes::Database::differ($is->{$_}, $other->{$_}) } sort keys %{ { %$is, %$other } };
    return $is if !@bad;
    # Goes on without them.
    my %less = %$is;
    for my $bad (@bad) { delete @less{ $bad, grep { is_below($_, $bad) } keys %less } }
    push @failed, map { %{ $self->{$_}->make(\%less) } } qw(ours theirs);
    print "  (cannot make equal: @failed)\n", map { "    $_\n" } map { unlike("entry $_", text($is->{$_}), text($other->{$_})) } @bad;
    return $self->{ours}->entries;
}

# ---- the smallest form

sub lines { # of a write, as LDIF, nearly
    my ($op) = @_;
    my @out = ("dn: $op->{dn}", "# as $op->{who}" . join '', map { my ($name, @more) = @$_; ", $name" . join '', map { ' ' . (ref() ? "[@$_]" : $_) } @more } @{ $op->{controls} });
    my $shown = \&Oracle::Writes::Database::shown;
    push @out, 'changetype: ' . ($op->{type} eq 'rename' ? 'modrdn' : $op->{type});
    push @out, map { my $name = $_->[0]; map { "$name: " . $shown->($_) } @{ $_->[1] } } @{ $op->{attributes} || [] };
    push @out, map { my ($how, $name, $many) = @$_; ("$how: $name", (map { "$name: " . $shown->($_) } @$many), '-') } @{ $op->{changes} || [] };
    push @out, "newrdn: $op->{rdn}", 'deleteoldrdn: ' . ($op->{delete} ? 1 : 0), defined $op->{superior} ? "newsuperior: $op->{superior}" : () if $op->{type} eq 'rename';
    return @out;
}

# Writes with less in them.
sub smaller {
    my ($op) = @_;
    my @out;
    for my $part (qw(controls changes attributes)) {
        my $list = $op->{$part} || [];
        for my $i (0 .. $#$list) {
            next if $part eq 'attributes' && $list->[$i][0] =~ /^(objectClass|uid|cn|ou|userid|commonName|organizationalUnitName|[02]\..*)$/i; # lest it become another difference
            my @less = @$list;
            splice @less, $i, 1;
            push @out, { %$op, $part => \@less } if @less || $part eq 'controls';
        }
    }
    for my $i (0 .. $#{ $op->{changes} || [] }) { # fewer values
        my ($how, $name, $many) = @{ $op->{changes}[$i] };
        for my $j (@$many > 1 ? 0 .. $#$many : ()) {
            my @less = @{ $op->{changes} };
            $less[$i] = [$how, $name, [@$many[grep { $_ != $j } 0 .. $#$many]]];
            push @out, { %$op, changes => \@less };
        }
    }
    push @out, { %$op, superior => undef } if defined $op->{superior};
    push @out, { %$op, who => 'admin' } if $op->{who} ne 'admin';
    for my $part (qw(dn superior)) { # spelled as usual
        my $usual = defined $op->{$part} ? normalized($op->{$part}) : '';
        push @out, { %$op, $part => $usual } if $usual ne '' && $usual ne $op->{$part};
    }
    return @out;
}

# Entries without one of them, and what is below it; not those that the write names, nor their superiors.
sub fewer {
    my ($op, $entries) = @_;
    my @named = (@{ names($op) }, defined $op->{superior} ? normalized($op->{superior}) : ());
    return map { my $top = $_; my %less = %$entries; delete @less{ $top, grep { is_below($_, $top) } keys %less }; \%less }
        grep { my $ndn = $_; !grep { $_ eq $ndn || is_below($_, $ndn) } @named } sort { depth($a) <=> depth($b) || $a cmp $b } keys %$entries;
}

# The smallest write and the fewest entries that still make such a difference, and what it is.
sub shrink {
    my ($self, $op, $found, $before) = @_;
    my $tries = 0;
    my $same = sub {
        my ($less, $entries) = @_;
        return if ++$tries > $most_tries;
        my $now = $self->even_out($entries);
        my $still = $self->try($less, $now);
        return if !@{ $still->{how} } || $still->{allowed} || "$still->{code} $still->{its}" ne "$found->{code} $found->{its}";
        ($op, $before, $found) = ($less, $now, $still);
        return 1;
    };
    for (my $again = 1; $again;) {
        $again = 0;
        for my $less (smaller($op)) { $again = 1, last if $same->($less, $before) }
    }
    if ($self->{shape}{tree}) {
        for (my $again = 1; $again;) {
            $again = 0;
            for my $entries (fewer($op, $before)) { $again = 1, last if $same->($op, $entries) }
        }
    }
    return ($op, $found, $before);
}

1;
