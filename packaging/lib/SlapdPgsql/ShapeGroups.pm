# ShapeGroups.pm: finds the groups of a table of users: by foreign keys, by equal names of columns, or in the table of users itself.
package SlapdPgsql::ShapeGroups;
use strict;
use warnings;
use SlapdPgsql::Catalog ();
use SlapdPgsql::ShapeFilter ();

my $noun    = qr/group|grp|role|team|member/i;
# Tables that refer to users and groups as well.
my $no_members = qr/(?:\A|_)(?:invit\w*|requests?|tokens?|keys?|sessions?|logs?|audits?|histor\w*|bans?|blocks?)(?:_|\z)/;
my $is_name = qr/\A[A-Za-z_][A-Za-z0-9_\$]*\z/;

# The best one, undef: none. { table, name, group_key, by, user, user_key, group, sure, others, number }: rows of BY belong to the user whose
# user_key is in the column USER and to the group whose group_key is in GROUP; without BY, GROUP is a column of the users' table. LOGIN and
# ID are the names of the columns of the users.
sub of {
    my ($catalog, $psql, $users, $login, $id) = @_;
    my @groups = map { my $name = _group_name($_); $name ? { table => $_, name => $name } : () }
        grep { $_ != $users && $_->{readable} && $_->{name} =~ /group|grp|role|team/i && SlapdPgsql::Catalog::can_be_written($_) } $catalog->own_tables;
    my @found;
    for my $group (@groups) {
        push @found, _in_users($users, $group), map { _by_table($_, $users, $login, $id, $group) }
            grep { $_->{readable} && $_ != $users && $_ != $group->{table} && SlapdPgsql::Catalog::can_be_written($_) } $catalog->own_tables;
    }
    @found = sort { $b->{sure} <=> $a->{sure} || _is_group($b) <=> _is_group($a) || _width($a) <=> _width($b) || _by_name($a) cmp _by_name($b) || length $a->{table}{name} <=> length $b->{table}{name} || $a->{table}{name} cmp $b->{table}{name} } @found;
    my $best = shift @found // return;
    my %other = map { ($_->{table}{name} => 1) } grep { $_->{table} != $best->{table} } @found;
    $best->{others} = join ', ', sort keys %other if %other;
    my $number = SlapdPgsql::Catalog::number_column($best->{table}, 'gid');
    $best->{number} = $number if defined $number && SlapdPgsql::Catalog::has_numbers($best->{table}, $psql, $number, 1);
    return $best;
}

sub _is_group { return $_[0]{table}{name} =~ /group|grp/i ? 1 : 0 }
sub _width    { return $_[0]{by} ? scalar @{ $_[0]{by}{columns} } : 0 }
sub _by_name  { return $_[0]{by} ? $_[0]{by}{name} : '' }

# The column with the names of groups: a unique text that is called so, another one that is neither an id nor a secret, or one that is
# called so.
sub _group_name {
    my ($table) = @_;
    my @texts = map { $_->{name} } grep { $_->{category} eq 'S' && $_->{name} =~ $is_name } @{ $table->{columns} };
    my %named = map { ($_ => 1) } grep { SlapdPgsql::ShapeFilter::words($_, '') =~ /\A(?:.*_)?(?:name|title)\z/ } @texts;
    my @unique = grep { SlapdPgsql::Catalog::is_unique($table, $_) } @texts;
    return ((grep { $named{$_} } @unique), (grep { !/(?:id|code|token|secret|hash|key|password|link)\z/i } @unique), (grep { $named{$_} } @texts))[0];
}

# One group for each user, by a foreign key of the users' table.
sub _in_users {
    my ($users, $group) = @_;
    my $own = "$group->{table}{schema}.$group->{table}{name}";
    return map { { %$group, group => $_->{column}, group_key => $_->{key}, sure => 2 } }
        grep { $_->{table} eq $own && _usable(@$_{qw(column key)}) && $_->{column} =~ /group|grp|role|team/i } @{ $users->{foreign_keys} };
}

sub _by_table {
    my ($by, $users, $login, $id, $group) = @_;
    return if SlapdPgsql::ShapeFilter::words($by->{name}, '') =~ $no_members;
    my ($own, $theirs) = map { "$_->{schema}.$_->{name}" } $users, $group->{table};
    my @to_users  = map { { column => $_->{column}, key => $_->{key} } } grep { $_->{table} eq $own && !SlapdPgsql::ShapeFilter::is_other_person($_->{column}) } @{ $by->{foreign_keys} };
    my @to_groups = map { { column => $_->{column}, key => $_->{key} } } grep { $_->{table} eq $theirs } @{ $by->{foreign_keys} };
    my $sure = @to_users && @to_groups ? $by->{name} =~ $noun ? 3 : 1 : 0;
    if (!$sure) {
        return if $by->{name} !~ $noun || @{ $by->{columns} } > 6;
        @to_users = _named($by, $users, $login, $id) if !@to_users;
        my ($key) = grep { SlapdPgsql::Catalog::is_unique($group->{table}, $_) && $_ ne $group->{name} } map { $_->{name} } @{ $group->{table}{columns} };
        @to_groups = _named($by, $group->{table}, $group->{name}, $key) if !@to_groups;
    }
    my @found;
    for my $user (@to_users) {
        for my $one (grep { $_->{column} ne $user->{column} } @to_groups) {
            next if !_usable(@$user{qw(column key)}, @$one{qw(column key)}) || $sure == 1 && !_is_link($by, $user->{column}, $one->{column});
            push @found, { %$group, by => $by, user => $user->{column}, user_key => $user->{key}, group => $one->{column}, group_key => $one->{key}, sure => $sure };
        }
    }
    return @found;
}

# Whether BY only says which user is in which group: each pair is unique, or there are three columns at most.
sub _is_link {
    my ($by, @pair) = @_;
    my %pair = map { ($_ => 1) } @pair;
    return @{ $by->{columns} } <= 3 || grep { @$_ == 2 && !grep { !$pair{$_} } @$_ } @{ $by->{joint} };
}

# The column of BY that belongs to TABLE by its name, without a foreign key, and its key: one called like a unique column, or like the
# table: user_id, username, group_id. NAME and ID are columns of TABLE. An address alone may be that of the group.
sub _named {
    my ($by, $table, $name, $id) = @_;
    my $stem = $table->{name} =~ /(group|grp|role|team)s?\z/i ? $1 : $table->{name} =~ $noun ? return : 'user';
    for my $key (grep { defined $_->{name} } map { my $key = $_; { name => $key, category => $table->{column}{ $key // '' }{category} } } $id, $name, grep { SlapdPgsql::Catalog::is_unique($table, $_) } map { $_->{name} } @{ $table->{columns} }) {
        my ($column) = grep { $_->{category} eq $key->{category} } grep { $_->{name} eq $key->{name} ? $key->{name} !~ /\A(?:id|uuid|guid|name)\z/ && ($key->{name} !~ /mail/i || $by->{name} =~ /member|user/i) : $key->{name} =~ /\A(?:\Q$id\E|\Q$name\E)\z/ && $_->{name} =~ /\A\Q$stem\E_?(?:id|uuid|guid|name)?\z/i } @{ $by->{columns} };
        return { column => $column->{name}, key => $key->{name} } if $column;
    }
    return;
}

sub _usable { return !grep { !/$is_name/ } @_ }

# The lines of [tables], [groups] and [members] of a recipe.
sub tables {
    my ($groups) = @_;
    return ("groups: $groups->{table}{schema}.$groups->{table}{name} ($groups->{name}, $groups->{group_key})",
        $groups->{by} ? "members: $groups->{by}{schema}.$groups->{by}{name} ($groups->{user}, $groups->{group})" : ());
}

sub sections {
    my ($groups) = @_;
    my %name = map { ($_ => SlapdPgsql::Catalog::identifier($groups->{$_})) } grep { defined $groups->{$_} } qw(name group group_key user user_key);
    my $from = $groups->{by} ? "{{members}} m JOIN {{users}} u ON u.$name{user_key} = m.$name{user} JOIN {{groups}} g ON g.$name{group_key} = m.$name{group}"
        : "{{users}} u JOIN {{groups}} g ON g.$name{group_key} = u.$name{group}";
    my $exists = join ' AND ', SlapdPgsql::ShapeFilter::by_name($groups->{table}, 'g', qr/deleted|disabled|active|enabled/);
    my $belongs = $groups->{by} ? join ' AND ', SlapdPgsql::ShapeFilter::by_name($groups->{by}, 'm') : '';
    return ('', '[groups]', 'from: {{groups}} g', $exists ? "where: $exists" : (), "id: g.$name{group_key}", "name: g.$name{name}", defined $groups->{number} ? "number: g.$groups->{number}" : (),
        '', '[members]', "from: $from", $belongs ? "where: $belongs" : ());
}

sub notes {
    my ($groups) = @_;
    return 'No groups were found: no table joins the users and a table whose name has group, role or team.' if !$groups;
    my $by = $groups->{by};
    return (
        $groups->{sure} ? () : "The members are by the names of the columns $by->{name}.$groups->{user} and $by->{name}.$groups->{group}, without a foreign key; check them.",
        $groups->{others} ? "Groups may also be in: $groups->{others}." : (),
    );
}

1;
