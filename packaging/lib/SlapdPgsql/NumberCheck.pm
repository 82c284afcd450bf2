# NumberCheck.pm: finds numbers of users and groups that machines use for something else, or that meet.
package SlapdPgsql::NumberCheck;
use strict;
use warnings;
use MIME::Base64 ();
use SlapdPgsql::Remedies ();

# Private groups are read page by page, in a time that grows with the square of their number.
our $most = 200_000;

my $no_number   = 'give them other numbers, and their files with them (chown)';
my $local_range = 'fine where machines have no local users; otherwise let adduser and useradd begin above (FIRST_UID in /etc/adduser.conf, UID_MIN in /etc/login.defs)';
my $offset      = 'give the groups a larger offset, and their files with them (chgrp)';

# What machines use numbers for: UIDS-GIDS.md of systemd, section 9.2.2 of Debian's policy, login.defs(5). "level" is for both, or for
# "users", "groups" and the gidNumber of users ("primary"). First and last are included; without them there is no limit.
my @ranges = (
    { last => -1, level => { map { ($_ => 'error') } qw(users groups primary) }, text => 'negative numbers, which no machine can use', hint => $no_number },
    { first => 0, last => 0, level => { users => 'error' }, text => "root's number, 0", hint => "$no_number; with this one they may do everything on machines" },
    { first => 0, last => 0, level => { groups => 'error', primary => 'error' }, text => "the number of root's group, 0", hint => $no_number },
    { first => 1, last => 999, level => { users => 'warning' }, text => "numbers of the machines' system users (1 to 999)", hint => $no_number },
    { first => 1, last => 100, level => { groups => 'note' }, text => "numbers of Debian's own groups (1 to 100)", hint => 'intended if the members are to have the rights of these groups on machines; otherwise give them other numbers' },
    { first => 101, last => 999, level => { groups => 'warning' }, text => "numbers of the machines' system groups (101 to 999)", hint => "$no_number; the members have the rights of another system group on each machine" },
    { first => 1000, last => 59_999, level => { users => 'note', groups => 'note' }, text => "numbers of the machines' local users and groups (1000 to 59999)", hint => $local_range },
    { first => 60_000, last => 65_533, level => { users => 'warning', groups => 'warning' }, text => 'numbers that systemd gives to services (61184 to 65519), and Debian to packages (60000 to 65533)', hint => $no_number },
    { first => 65_534, last => 65_535, level => { users => 'error', groups => 'error' }, text => 'numbers that mean no user and no group (65534, 65535)', hint => "$no_number; files of unknown owners are theirs" },
    { first => 65_536, last => 2_147_483_647, level => { users => 'note', groups => 'note' }, text => 'numbers that unprivileged containers lack by default (above 65535)', hint => 'where users log in to such containers, map the numbers into them (lxc.idmap, /etc/subuid), or choose numbers below 60000' },
    { first => 100_000, last => 1_999_999, level => { users => 'note', groups => 'note' }, text => "numbers that machines give to containers of their local users (from 100000, 65536 each)", hint => 'begin at 2000000, as slapd-pgsql-new does, or move the numbers of containers (SUB_UID_MIN and SUB_GID_MIN in /etc/login.defs)' },
    { first => 2_147_483_648, last => 4_294_967_293, level => { users => 'warning', groups => 'warning' }, text => 'numbers that programs with signed integers cannot use (above 2147483647)', hint => $no_number },
    { first => 4_294_967_294, level => { map { ($_ => 'error') } qw(users groups primary) }, text => 'numbers that no machine can use (above 4294967293)', hint => $no_number },
);

# Adds findings to REPORT, of one database. READ calls a function for each entry that matches a filter, with its names and numbers;
# it dies if it cannot.
sub examine {
    my ($report, $read) = @_;
    my (@users, @groups);    # the kinds that have these numbers
    for my $kind (@{ $report->{kinds} // [] }) {
        my %has = map { ($_ => 1) } (map { @{ $_->{attributes} } } @{ $kind->{columns} }), map { $_->{name} } @{ $kind->{without_column} };
        push @users,  $kind if $has{uidNumber};
        push @groups, $kind if $has{gidNumber} && !$has{uidNumber};
    }
    return if !@users && !@groups;
    my $add = sub {
        my ($level, $message, $hint, @examples) = @_;
        push @{ $report->{findings} }, { level => $level, object => 'numbers', message => $message, defined $hint ? (hint => $hint) : (), @examples ? (examples => [@examples]) : () };
    };
    my $seen = eval { _read($read, \@groups, $add) };
    if (!$seen) {
        my $reason = $@ =~ s/\n\z//r;
        return $add->('note', 'they were not checked, because of the errors') if grep { $_->{level} eq 'error' } @{ $report->{findings} };
        return $add->('warning', "they could not be read: $reason");
    }
    _report_ranges($seen, $add);
    _report_offsets($report, $seen, \@users, \@groups, $add);
    return;
}

# Returns { users, groups, primary => { range => { count, least, most, examples } }, most => { users, groups } }.
sub _read {
    my ($read, $kinds, $add) = @_;
    my (%seen, %blocks);
    my $block = 1000;
    my $users = 0;
    $read->('(objectClass=posixAccount)', sub {
        my ($entry) = @_;
        my ($name) = @{ $entry->{uid} // $entry->{dn} };
        my ($uid, $gid) = map { ($entry->{$_} // [])->[0] } qw(uidNumber gidNumber);
        ++$users;
        _count(\%seen, 'users', $uid, "user \"$name\": $uid") if defined $uid;
        return if !defined $gid;
        _count(\%seen, 'primary', $gid, "user \"$name\": gidNumber $gid") if $gid ne ($uid // '');
        $blocks{ ($gid - $gid % $block) / $block } = 1 if abs $gid < 2**53;
    });
    return \%seen if !@$kinds;
    # A private group has the number of a user. Other groups are found quickly.
    my @taken = _intervals($block, keys %blocks);
    my $found = 0;
    my $count_group = sub { my ($name, $number) = @_; _count(\%seen, 'groups', $number, "group \"$name\": $number") };
    my $group = '(objectClass=posixGroup)';
    $read->(@taken ? "(&$group(|" . _outside(@taken) . '))' : $group, sub {
        my ($entry) = @_;
        ++$found;
        $count_group->($entry->{cn}[0] // $entry->{dn}[0], $entry->{gidNumber}[0]) if $entry->{gidNumber};
    });
    my $missing = -$found;
    $missing += $_->{entries} // 0 for @$kinds;
    return \%seen if !@taken || $missing <= 0;
    if ($users > $most) {
        $add->('note', 'numbers of users and groups that were not compared, which takes too long: ' . _counted('users', $users) . ', ' . _counted('groups', $missing) . ' among them');
        return \%seen;
    }
    my %groups;    # names by number
    $read->("(&$group(|" . join('', map { "(&(gidNumber>=$_->[0])(gidNumber<=$_->[1]))" } @taken) . '))', sub {
        my ($entry) = @_;
        $groups{ $entry->{gidNumber}[0] } = $entry->{cn} if $entry->{gidNumber} && $entry->{cn};
    });
    _report_private($read, \%groups, $add);
    $count_group->($groups{$_}[0], $_) for sort { $a <=> $b } keys %groups;
    return \%seen;
}

# Adjacent blocks as [first, last] number.
sub _intervals {
    my ($block, @blocks) = @_;
    my @intervals;
    for (sort { $a <=> $b } @blocks) {
        if (@intervals && $intervals[-1][1] == $_ * $block - 1) { $intervals[-1][1] += $block }
        else                                                    { push @intervals, [$_ * $block, ($_ + 1) * $block - 1] }
    }
    return @intervals > 20 ? [$intervals[0][0], $intervals[-1][1]] : @intervals;
}

# Filters for the numbers outside of intervals.
sub _outside {
    my @intervals = @_;
    return '(gidNumber<=' . ($intervals[0][0] - 1) . ')'
        . join('', map { '(&(gidNumber>=' . ($intervals[$_][1] + 1) . ')(gidNumber<=' . ($intervals[ $_ + 1 ][0] - 1) . '))' } 0 .. $#intervals - 1)
        . '(gidNumber>=' . ($intervals[-1][1] + 1) . ')';
}

# Users whose own number, which is their gidNumber, belongs to a group of another name. Removes groups with the names of their users.
# A group that other users have as well is a primary group that was chosen; and if most users have such a group, that is how groups
# are named there.
sub _report_private {
    my ($read, $groups, $add) = @_;
    my (%chosen, %own, %met);
    my $alike = 0;
    $read->('(objectClass=posixAccount)', sub {
        my ($entry) = @_;
        my ($uid, $gid) = map { ($entry->{$_} // [])->[0] // return } qw(uidNumber gidNumber);
        ++$alike if $uid eq $gid;
        my $names = $groups->{$gid} // return;
        my ($name) = @{ $entry->{uid} // $entry->{dn} };
        if    (grep { lc $_ eq lc $name } @$names) { $own{$gid} = 1 }
        elsif ($uid eq $gid)                       { $met{$gid} = "user \"$name\": $uid, group \"$names->[0]\"" }
        else                                       { $chosen{$gid} = 1 }
    });
    delete @$groups{keys %own};
    my @met = map { $met{$_} } sort { $a <=> $b } grep { !$chosen{$_} && $groups->{$_} } keys %met;
    $add->('warning', "numbers of users' own groups that groups of other names have: " . @met,
        'the group is the primary group of this user, whose new files it may read; give the group another number, and its files with it (chgrp)', @met[0 .. ($#met < 2 ? $#met : 2)])
        if @met && @met * 2 <= $alike;
    return;
}

sub _count {
    my ($seen, $section, $number, $example) = @_;
    $seen->{most}{$section} = $number if $number > ($seen->{most}{$section} // -1);
    for my $i (0 .. $#ranges) {
        my $range = $ranges[$i];
        next if !$range->{level}{$section} || defined $range->{first} && $number < $range->{first} || defined $range->{last} && $number > $range->{last};
        my $of = $seen->{$section}{$i} //= { count => 0, least => $number, most => $number, examples => [] };
        ++$of->{count};
        $of->{least} = $number if $number < $of->{least};
        $of->{most}  = $number if $number > $of->{most};
        push @{ $of->{examples} }, $example if @{ $of->{examples} } < 3;
    }
    return;
}

my %sections = (users => ['user', 'users'], groups => ['group', 'groups'], primary => ['user by gidNumber', 'users by gidNumber']);

sub _counted { my ($section, $count) = @_; return "$count $sections{$section}[$count == 1 ? 0 : 1]" }

sub _report_ranges {
    my ($seen, $add) = @_;
    for my $i (0 .. $#ranges) {
        my ($level, @counts, @examples);
        for my $section (qw(users groups primary)) {
            my $of = $seen->{$section}{$i} // next;
            $level = $ranges[$i]{level}{$section};
            my $extent = $of->{least} eq $of->{most} ? $of->{least} : "$of->{least} to $of->{most}";
            push @counts, _counted($section, $of->{count}) . " ($extent)";
            push @examples, @{ $of->{examples} };
        }
        $add->($level, "$ranges[$i]{text}: " . join(', ', @counts), $ranges[$i]{hint}, @examples[0 .. ($#examples < 2 ? $#examples : 2)]) if @counts;
    }
    return;
}

# What the list query of a kind adds to an id to make the number in a column; undef if it does something else.
sub _offset {
    my ($report, $kind, $attribute) = @_;
    my ($column) = map { $_->{name} } grep { grep { $_ eq $attribute } @{ $_->{attributes} } } @{ $kind->{columns} } or return;
    my %offsets;
    for (SlapdPgsql::Remedies::statements($report, $kind->{name})) {
        $offsets{ $1 // $2 } = 1 while /(?:\w"?\s*\+\s*(\d+)|(\d+)\s*\+\s*[\w."]+)\s*\)?(?:::\w+)?\s+AS\s+"?\Q$column\E(?!\w)/gi;
    }
    return keys %offsets == 1 ? (keys %offsets)[0] : undef;
}

# Numbers id + offset of users with private groups, and of groups: they must not reach each other.
sub _report_offsets {
    my ($report, $seen, $users, $groups, $add) = @_;
    return if @$users != 1 || @$groups != 1;
    my ($user, $own, $group) = (_offset($report, $users->[0], 'uidNumber'), _offset($report, $users->[0], 'gidNumber'), _offset($report, $groups->[0], 'gidNumber'));
    return if !defined $user || !defined $group || ($own // -1) != $user;
    my ($low, $high) = sort { $a->[1] <=> $b->[1] } ['users', $user], ['groups', $group];
    my $largest = $seen->{most}{ $low->[0] } // $low->[1];
    my $left = $high->[1] - $largest - 1;
    my $numbers = "numbers of $low->[0] (id + $low->[1]) and of $high->[0] (id + $high->[1])";
    if ($left < 0) { $add->('warning', "$numbers that meet: the largest of $low->[0] is $largest", $offset) }
    elsif ($left < ($high->[1] - $low->[1]) / 5) { $add->('warning', "$numbers that meet soon: $left are left", $offset) }
    return;
}

# Calls USE for each entry of LDIF, without folded lines: { attribute => [values] } of names and numbers.
sub each_entry {
    my ($in, $use) = @_;
    my %entry;
    while (my $line = <$in>) {
        if ($line =~ /^(dn|uid|cn|uidNumber|gidNumber):(:?) (.*)$/) {
            my $value = length $2 ? MIME::Base64::decode_base64($3) : $3;
            utf8::decode($value);
            push @{ $entry{$1} }, $value;
        } elsif ($line eq "\n" && %entry) {
            $use->({%entry});
            %entry = ();
        }
    }
    $use->(\%entry) if %entry;
    return;
}

1;
