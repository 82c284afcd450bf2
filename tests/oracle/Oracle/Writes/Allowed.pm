# Allowed.pm: the differences from back-mdb that are intended, each with its reason.
package Oracle::Writes::Allowed;
use strict;
use warnings;
use Exporter 'import';
use Oracle::Writes::Names qw(normalized parent name_in is_below);

our @EXPORT_OK = qw(allowed_difference);

my %code = (constraint => 19, missing => 32, refused => 50, unwilling => 53, naming => 64, exists => 68);

# ---- about a case: the write, both results, the entries before and after it

sub stored { my ($case) = @_; return $case->{its}{code} == 0 || $case->{its}{code} == 16654 } # the latter: would be, but for the control no-op
sub values_in { my ($op) = @_; return $op->{type} eq 'add' ? map { @{ $_->[1] } } @{ $op->{attributes} } : map { @{ $_->[2] } } @{ $op->{changes} || [] } }
sub attributes_in { my ($op) = @_; return $op->{type} eq 'add' ? map { $_->[0] } @{ $op->{attributes} } : map { $_->[1] } @{ $op->{changes} || [] } }
sub in_configuration { my ($case, $pattern) = @_; return $case->{shape}{configuration} =~ $pattern }

# The kind of the entry; of a new one, or one that does not exist, each kind that has names of its type.
sub kinds {
    my ($case) = @_;
    my $name = $case->{op}{names}[0];
    my $entry = $case->{before}{$name};
    return $entry && $entry->{kind} ? $case->{shape}->kind($entry->{kind}) : $case->{shape}->kinds_of_type($name);
}

sub is_hidden {
    my ($case, @names) = @_;
    my ($who, $before) = ($case->{op}{who}, $case->{before});
    return $who ne 'admin' && grep { $_ ne '' && $case->{theirs}->hides($who, $before->{$_} ? $before->{$_}{dn} : $_) } @names;
}

# Where the entry is to be after the write.
sub new_parent { my ($op) = @_; return parent($op->{names}[-1]) }

my @allowed = (
    ['a column holds one value', sub {
        my ($case) = @_;
        my ($op, $mine, $its) = @$case{qw(op mine its)};
        return 0 unless stored($case) && $mine->{code} == ($op->{type} eq 'rename' ? $code{unwilling} : $code{constraint});
        return $mine->{message} =~ /the database stores one value/ if $its->{code} == 16654; # no entry shows what it would be
        my $after = $case->{its_after}{ $op->{names}[-1] } or return 0;
        return grep { my $kind = $_; grep { @{ $after->{attributes}{$_} } > 1 && $kind->{once}{$_} } keys %{ $after->{attributes} } } kinds($case);
    }],
    ['the object classes are those of the kind', sub {
        my ($case) = @_;
        return stored($case) && $case->{mine}{code} == $code{unwilling} && $case->{mine}{message} =~ /^entries of this kind cannot have the object class /;
    }],
    ['no column has the attribute', sub {
        my ($case) = @_;
        return stored($case) && $case->{mine}{code} == $code{unwilling} && $case->{mine}{message} =~ /: the database has no place for this attribute$/
            && grep { /^(title|roomNumber|.*;.*)$/i } attributes_in($case->{op});
    }],
    ['PostgreSQL stores no text with a NUL, and an empty one is a missing value', sub {
        my ($case) = @_;
        return stored($case) && $case->{mine}{code} =~ /^(19|65)$/ && $case->{mine}{message} =~ /: the database (stores no (NUL characters|empty values)|requires a value that is missing)$/
            && grep { $_ eq '' || /\0/ } values_in($case->{op});
    }],
    ['entries that access rules do not disclose are missing', sub {
        my ($case) = @_;
        my ($op, $mine, $its) = @$case{qw(op mine its)};
        return 0 unless $its->{code} =~ /^(50|68|122)$/ && $mine->{code} == $code{missing};
        return 1 if is_hidden($case, $op->{type} eq 'add' ? () : $op->{names}[0], parent($op->{names}[0]));
        # As a superior that is missing.
        return $op->{type} eq 'rename' && ($op->{superior} // '') ne '' && is_hidden($case, normalized($op->{superior})) && $mine->{matched} eq '' && $mine->{message} eq 'new superior not found';
    }],
    ['back-mdb names a matched DN that access rules do not disclose', sub {
        my ($case) = @_;
        my ($mine, $its) = @$case{qw(mine its)};
        return $its->{code} == $code{missing} && $mine->{code} == $code{missing} && $mine->{matched} eq '' && is_hidden($case, $its->{matched});
    }],
    ['back-mdb names no matched DN if the parent of an entry to be renamed is missing (modrdn.c)', sub {
        my ($case) = @_;
        my ($op, $mine, $its) = @$case{qw(op mine its)};
        return $op->{type} eq 'rename' && $its->{code} == $code{missing} && $mine->{code} == $code{missing} && $its->{matched} eq '' && !$case->{before}{ parent($op->{names}[0]) };
    }],
    ['back-mdb cannot rename the entry that was added last if others are below it (MDB_APPEND in dn2id.c)', sub {
        my ($case) = @_;
        my ($op, $its) = @$case{qw(op its)};
        return $op->{type} eq 'rename' && $its->{code} == 80 && $its->{message} eq 'DN index add failed' && grep { is_below($_, $op->{names}[0]) } keys %{ $case->{before} };
    }],
    ['who may not add an entry does not learn that it exists', sub {
        my ($case) = @_;
        my ($op, $mine, $its) = @$case{qw(op mine its)};
        return $op->{type} eq 'add' && $its->{code} == $code{exists} && $mine->{code} == $code{refused} && $op->{who} ne 'admin';
    }],
    ['entries of this kind have no subordinates', sub {
        my ($case) = @_;
        my ($op, $mine) = @$case{qw(op mine)};
        my $parent = new_parent($op);
        return $op->{type} =~ /^(add|rename)$/ && $mine->{code} == $code{unwilling} && $case->{before}{$parent} && !$case->{shape}->may_have_children($parent, $case->{before});
    }],
    ['no kind has entries with such a name there', sub {
        my ($case) = @_;
        my ($op, $mine, $its) = @$case{qw(op mine its)};
        my $parent = new_parent($op);
        return $op->{type} =~ /^(add|rename)$/ && $mine->{code} == $code{unwilling} && $mine->{message} =~ / cannot be (added|moved) there$/
            && ($op->{type} eq 'add' ? stored($case) : $its->{code} !~ /^(32|50|71)$/ || $its->{code} == 50 && $its->{message} eq '') && !grep { $case->{shape}->may_be_below($_, $parent, $case->{before}) } kinds($case);
    }],
    ['a statement may supply a required attribute, so its lack is found later', sub {
        my ($case) = @_;
        my ($op, $mine, $its) = @$case{qw(op mine its)};
        return $op->{type} eq 'add' && in_configuration($case, qr/statements$/) && (in_configuration($case, qr/^tree/) || grep { $_->{name} ne 'teams' } kinds($case)) && $its->{code} == 65
            && $its->{message} =~ /requires attribute/ && $mine->{code} =~ /^(32|50|53|68|122|19)$/;
    }],
    ['the names of the kind are unique in the table', sub {
        my ($case) = @_;
        my ($op, $mine) = @$case{qw(op mine)};
        my ($name, $before) = (lc(name_in($op->{names}[-1]) // ''), $case->{before});
        return stored($case) && $mine->{code} == $code{constraint} && $mine->{message} =~ /already in use/
            && grep { my $kind = $_; $kind->{unique} && grep { $_->{kind} eq $kind->{name} && lc name_in($_->{ndn}) eq $name } values %$before } kinds($case);
    }],
    ['memberUid and member are the same members', sub {
        my ($case) = @_;
        my ($op, $mine) = @$case{qw(op mine)};
        my @names = attributes_in($op);
        return $case->{shape}{linked} && stored($case) && $mine->{code} == $code{constraint} && $mine->{message} =~ /have the same members and cannot be changed to different ones$/
            && (grep { /^(memberUid|1\.3\.6\.1\.1\.1\.1\.12)$/i } @names) && grep { /^(member|2\.5\.4\.31)$/i } @names;
    }],
    ['a member by DN is a user', sub {
        my ($case) = @_;
        my ($op, $mine, $before) = @$case{qw(op mine before)};
        return $case->{shape}{linked} && stored($case) && $mine->{code} == $code{constraint} && $mine->{message} =~ /a value names no entry that can be stored$|already in use$/
            && grep { /=/ && (($before->{ normalized($_) } // {})->{kind} // '') ne 'people' } values_in($op);
    }],
);

sub allowed_difference {
    my ($case) = @_;
    my ($why) = grep { $_->[1]->($case) } @allowed;
    return $why && $why->[0];
}

1;
