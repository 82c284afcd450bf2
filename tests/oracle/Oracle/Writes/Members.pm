# Members.pm: gives back-mdb's groups the members that ours show: memberUid has names, member the DNs of the users who have them.
package Oracle::Writes::Members;
use strict;
use warnings;
use Exporter 'import';
use Oracle::Writes::Names qw(name_in is_below);

our @EXPORT_OK = qw(link_members place_before);

# The name that an entry had before a rename or a move.
sub place_before {
    my ($op, $ndn) = @_;
    my ($old, $new) = @{ $op->{names} };
    return $ndn if $op->{type} ne 'rename' || !defined $new;
    return $old if $ndn eq $new;
    return is_below($ndn, $new) ? substr($ndn, 0, length($ndn) - length $new) . $old : $ndn;
}

sub values_of { my ($entry, $name) = @_; return $entry ? @{ $entry->{attributes}{$name} // [] } : () }

sub minus { my ($from, $what) = @_; my %there = map { $_ => 1 } @$what; return grep { !$there{$_} } @$from }

# The names after a change of DNs: those of the DNs that were removed go, those of new ones come, as the users have them.
sub names_after {
    my ($before, $after, $users) = @_;
    my @names = values_of($after, 'memberUid');
    my (@was, @is) = values_of($before, 'member');
    @is = values_of($after, 'member');
    my %gone = map { lc name_in($_) => 1 } minus(\@was, \@is);
    my @new = map { values_of($users->{$_}, 'uid') } minus(\@is, \@was);
    my %there = map { $_ => 1 } @names;
    return [(grep { !$gone{ lc s/ +/ /gr } } @names), grep { !$there{$_} } @new];
}

# Changes what differs of the groups in back-mdb, where the write `op` was made to the entries `before`, and returns its entries.
sub link_members {
    my ($database, $before, $op) = @_;
    my $after = $database->entries;
    my %by_name;
    for my $user (grep { $_->{kind} eq 'people' } values %$after) { push @{ $by_name{ lc $_ } }, $user->{ndn} for values_of($user, 'uid') }
    my $changed;
    for my $group (grep { $_->{kind} eq 'teams' } values %$after) {
        my $old = $op ? $before->{ place_before($op, $group->{ndn}) } : $group;
        my $names = "@{[sort(values_of($old, 'member'))]}" eq "@{[sort(values_of($group, 'member'))]}" ? [values_of($group, 'memberUid')] : names_after($old, $group, $after);
        push @$names, grep { /[^\x00-\x7f]/ } map { values_of($after->{$_}, 'uid') } values_of($group, 'member');
        my %dns = map { $_ => 1 } map { @{ $by_name{ lc $_ } // [] } } @$names;
        # memberUid has no place for other letters than those of ASCII; its syntax is IA5 String.
        my %wanted = (memberUid => [sort grep { !/[^\x00-\x7f]/ } @$names], member => [sort keys %dns]);
        my %replace = map { ($_ => [map { $database->in($_) } @{ $wanted{$_} }]) } grep { "@{ $wanted{$_} }" ne "@{[values_of($group, $_)]}" } keys %wanted;
        next if !%replace;
        my $answer = $database->{as}{admin}->modify($database->in($group->{dn}), replace => \%replace);
        die "members of $group->{dn}: " . $answer->error . "\n" if $answer->code;
        $changed = 1;
    }
    return $changed ? $database->entries : $after;
}

1;
