# ShapeRecipe.pm: writes a recipe for a table of users that was found by its shape.
package SlapdPgsql::ShapeRecipe;
use strict;
use warnings;
use SlapdPgsql::Catalog ();
use SlapdPgsql::ShapeFilter ();
use SlapdPgsql::ShapeGroups ();

# FOUND is { table, name, hash, forms, others } and, if the hashes are in another table, { by, user, user_key }.
sub text {
    my ($catalog, $psql, $found) = @_;
    my ($table, $name, $hash) = @$found{qw(table name hash)};
    my %used = ($name->{name} => 1, $found->{by} ? () : ($hash->{name} => 1));
    my $column = sub { my ($one) = @_; return as_text($one, 'u.' . SlapdPgsql::Catalog::identifier($one->{name})) };
    my $take = sub {
        my ($pattern) = @_;
        my ($one) = sort { !$found->{filled}{ $a->{name} } <=> !$found->{filled}{ $b->{name} } || length $a->{name} <=> length $b->{name} }
            grep { is_text($_) && is_name($_) && !$used{ $_->{name} } && SlapdPgsql::ShapeFilter::words($_->{name}, '') =~ /\A(?:.*_)?(?:$pattern)\z/ } @{ $table->{columns} };
        $used{ $one->{name} } = 1 if $one;
        return $one;
    };
    my $mail = $name->{name} =~ /e?mail/i ? $name : $take->('e?mail|e?mail_?address');
    my ($first, $last) = ($take->('first_?name|given_?name'), $take->('last_?name|surname|family_?name|sn'));
    my $full = $take->('full_?name|real_?name|display_?name|cn|gecos') // (!$first && $name->{name} !~ /\Aname\z/i ? $take->('name') : undef);
    my $id = _id($table, $name);
    my ($number, $group_number) = map { SlapdPgsql::Catalog::number_column($table, $_) } 'uid', 'gid';
    my ($numbered, $group_numbered) = map { defined $_->[0] && SlapdPgsql::Catalog::has_numbers($table, $psql, @$_) } [$number, 1], [$group_number, 0];
    my ($home, $shell) = ($take->('home_?dir(?:ectory)?'), $take->('(?:login_?)?shell'));
    my $filter = SlapdPgsql::ShapeFilter::of($table, $psql);
    my $profile = _profile($catalog, $table);
    my @allowed = (@{ $filter->{conditions} }, $profile ? _allowed_by($profile) : ());
    my $full_name = $full ? $column->($full) : $profile && !$first ? _full_name($profile) : undef;
    my $groups = SlapdPgsql::ShapeGroups::of($catalog, $psql, $table, $name->{name}, $id->{name});
    my %needed = map { ($_->{name} => 1) } $name, $id, $found->{by} ? () : $hash;
    my @lines = (
        "# Written by slapd-pgsql-new from the shape of the table $table->{schema}.$table->{name}. Check it, and use it with --recipe FILE.",
        "title: the table $table->{name}", 'source: the names and keys of the tables, a guess', '',
        '[tables]', "users: $table->{schema}.$table->{name} (" . join(', ', sort keys %needed) . ')',
        $found->{by} ? "hashes: $found->{by}{schema}.$found->{by}{name} ($found->{user}, $hash->{name})" : (),
        $profile ? "profiles: $profile->{table}{schema}.$profile->{table}{name} ($profile->{key})" : (),
        $groups ? SlapdPgsql::ShapeGroups::tables($groups) : (),
        '', '[users]', 'id: u.' . SlapdPgsql::Catalog::identifier($id->{name}), 'name: lower(' . $column->($name) . ')',
        (defined $full_name ? "full name: $full_name" : ()), ($first ? 'first name: ' . $column->($first) : ()), ($last ? 'last name: ' . $column->($last) : ()),
        ($mail ? 'mail: ' . $column->($mail) : ()), 'password: ' . _password($found), ($numbered ? "number: u.$number" : ()), ($numbered && $group_numbered ? "group number: u.$group_number" : ()),
        ($home ? 'attribute homeDirectory: ' . $column->($home) : ()), ($shell ? 'attribute loginShell: ' . $column->($shell) : ()),
        (@allowed ? 'login filter: ' . join(' AND ', @allowed) : ()),
        $groups ? SlapdPgsql::ShapeGroups::sections($groups) : (),
    );
    my @notes = (
        (map { "The column $_->{name} ($_->{type}" . (defined $filter->{values}{ $_->{name} } ? "; users: $filter->{values}{ $_->{name} }" : '') . ') may tell who may log in; if so, give --login-filter.' } @{ $filter->{doubtful} }),
        (map { "The column $_ has no numbers for machines: all are empty, some are 0, or several users have the same one." } $number && !$numbered ? $number : (), $numbered && $group_number && !$group_numbered ? $group_number : ()),
        SlapdPgsql::ShapeGroups::notes($groups),
        $name->{unique} == 2 ? () : ($name->{unique} ? "The column $name->{name} is unique only together with " . SlapdPgsql::Catalog::unique_with($table, $name->{name}) : "No unique index is on $name->{name}")
            . ': users with equal names cannot log in.',
        $found->{forms}{salted} ? 'The column ' . salt_of($found)->{name} . ' may belong to the hashes, and nobody can log in then; the file "recipe" can compose one text of both.'
            : $found->{forms}{digest} ? 'The hexadecimal digests are taken for MD5 or SHA-1 without salt; try a login.' : (),
        $found->{others} ? "Password hashes are also in: $found->{others}; --users takes them instead." : (),
    );
    return join("\n", @lines, '', '[notes]', map { "note: $_" } @notes) . "\n" if @notes;
    return join("\n", @lines) . "\n";
}

sub is_text { my ($column) = @_; return $column->{category} eq 'S' }
sub is_name { return $_[0]{name} =~ /\A[A-Za-z_][A-Za-z0-9_\$]*\z/ }

sub as_text {
    my ($column, $expression) = @_;
    return $column->{type} eq 'bytea' ? "encode($expression, 'escape')" : $column->{type} =~ /\A(?:text|character varying)\z/ ? $expression : "$expression\::text";
}

# The shortest unique integer, a column "id", a unique uuid or another unique id, an integer that refers to another table, or the login name.
sub _id {
    my ($table, $name) = @_;
    my $stem = $table->{name} =~ s/s\z//ir;
    my %refers = map { ($_->{column} => 1) } @{ $table->{foreign_keys} };
    my @unique = sort { length $a->{name} <=> length $b->{name} } grep { is_name($_) && SlapdPgsql::Catalog::is_unique($table, $_->{name}) } @{ $table->{columns} };
    my @integers = grep { $_->{type} =~ /\A(?:smallint|integer|bigint)\z/ } @unique;
    return (
        (grep { !$refers{ $_->{name} } } @integers),
        (grep { $_->{name} eq 'id' && ($_->{type} =~ /\A(?:integer|bigint|uuid)\z/ || is_text($_) && SlapdPgsql::Catalog::is_unique($table, 'id')) } @{ $table->{columns} }),
        (sort { ($b->{type} eq 'uuid') <=> ($a->{type} eq 'uuid') } grep { ($_->{type} eq 'uuid' || is_text($_)) && $_->{name} =~ /\A(?:\Q$stem\E_?)?(?:id|uuid|guid)\z/i } @unique),
        @integers, $name
    )[0];
}

# The table that has one more row for each user, to which a unique column of the users refers: { table, column, key }; undef: none with a name or a condition.
sub _profile {
    my ($catalog, $users) = @_;
    for my $reference (grep { SlapdPgsql::Catalog::is_unique($users, $_->{column}) } @{ $users->{foreign_keys} }) {
        my $table = $catalog->table($reference->{table}) // next;
        next if $table == $users || !$table->{readable} || defined $table->{hazard} || !SlapdPgsql::Catalog::can_be_written($table) || $table->{name} !~ /user|member|person|people|profile|account|contact/i;
        next if grep { !/\A[A-Za-z_][A-Za-z0-9_\$]*\z/ } @$reference{qw(column key)};
        my $profile = { table => $table, column => $reference->{column}, key => $reference->{key} };
        return $profile if _allowed_by($profile) || defined _full_name($profile);
    }
    return;
}

sub _of_profile { my ($profile) = @_; return "FROM {{profiles}} p WHERE p." . SlapdPgsql::Catalog::identifier($profile->{key}) . ' = u.' . SlapdPgsql::Catalog::identifier($profile->{column}) }

# The condition by which the profile of a user who may log in is not locked; empty: none.
sub _allowed_by {
    my ($profile) = @_;
    my @conditions = SlapdPgsql::ShapeFilter::by_name($profile->{table}, 'p');
    return @conditions ? 'NOT EXISTS (SELECT ' . _of_profile($profile) . ' AND (' . join(' AND ', @conditions) . ') IS NOT TRUE)' : ();
}

sub _full_name {
    my ($profile) = @_;
    my ($column) = grep { is_text($_) && is_name($_) && SlapdPgsql::ShapeFilter::words($_->{name}, '') =~ /\A(?:full_?|real_?|display_?)name\z/ } @{ $profile->{table}{columns} };
    return $column ? '(SELECT ' . as_text($column, 'p.' . SlapdPgsql::Catalog::identifier($column->{name})) . ' ' . _of_profile($profile) . ')' : undef;
}

# The column beside the hashes with their salts; undef: none.
sub salt_of {
    my ($found) = @_;
    my ($salt) = grep { $_->{name} =~ /salt\z/i && is_name($_) && (is_text($_) || $_->{type} eq 'bytea') } @{ ($found->{by} // $found->{table})->{columns} };
    return $salt;
}

# The hash in SQL. Of several rows of another table the newest one counts that has a hash and is neither expired nor locked.
sub _password {
    my ($found) = @_;
    my $hash = $found->{hash};
    my $value = as_text($hash, ($found->{by} ? 'h.' : 'u.') . SlapdPgsql::Catalog::identifier($hash->{name}));
    my $composed = $found->{forms}{digest} && !$found->{forms}{salted}
        ? "CASE WHEN $value ~ '^([0-9a-fA-F]{32}|[0-9a-fA-F]{40})\$' THEN CASE length($value) WHEN 32 THEN '{MD5}' ELSE '{SHA}' END || encode(decode($value, 'hex'), 'base64') ELSE $value END" : $value;
    my $by = $found->{by} // return $composed;
    my ($user, $key) = map { SlapdPgsql::Catalog::identifier($found->{$_}) } qw(user user_key);
    my ($newest) = ((grep { $_->{type} =~ /\A(?:timestamp|date)/ && SlapdPgsql::ShapeFilter::words($_->{name}, '') =~ /\A(?:created|creat(?:ed|ion)_(?:at|on|date|time))\z/ } @{ $by->{columns} }),
        (grep { $_->{type} =~ /\A(?:integer|bigint)\z/ && SlapdPgsql::Catalog::is_unique($by, $_->{name}) } @{ $by->{columns} }));
    my $h = sub { return 'h.' . SlapdPgsql::Catalog::identifier($_[0]{name}) };
    return "(SELECT $composed FROM {{hashes}} h WHERE h.$user = u.$key AND " . $h->($hash) . ' IS NOT NULL'
        . join('', map { " AND $_" } SlapdPgsql::ShapeFilter::by_name($by, 'h')) . ' ORDER BY ' . $h->($newest // $hash) . ' DESC LIMIT 1)';
}

1;
