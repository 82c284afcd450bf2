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
        my ($one) = sort { length $a->{name} <=> length $b->{name} }
            grep { is_text($_) && is_name($_) && !$used{ $_->{name} } && SlapdPgsql::ShapeFilter::words($_->{name}, '') =~ /\A(?:.*_)?(?:$pattern)\z/ } @{ $table->{columns} };
        $used{ $one->{name} } = 1 if $one;
        return $one;
    };
    my $mail = $name->{name} =~ /e?mail/i ? $name : $take->('e?mail|e?mail_?address');
    my ($first, $last) = ($take->('first_?name|given_?name'), $take->('last_?name|surname|family_?name|sn'));
    my $full = $take->('full_?name|real_?name|display_?name|cn|gecos') // (!$first && $name->{name} !~ /\Aname\z/i ? $take->('name') : undef);
    my $id = _id($table, $name);
    my ($number, $group_number) = map { SlapdPgsql::Catalog::number_column($table, $_) } 'uid', 'gid';
    my ($home, $shell) = ($take->('home_?dir(?:ectory)?'), $take->('(?:login_?)?shell'));
    my $filter = SlapdPgsql::ShapeFilter::of($table, $psql);
    my $groups = SlapdPgsql::ShapeGroups::of($catalog, $table, $name->{name}, $id->{name});
    my %needed = map { ($_->{name} => 1) } $name, $id, $found->{by} ? () : $hash;
    my @lines = (
        "# Written by slapd-pgsql-new from the shape of the table $table->{schema}.$table->{name}. Check it, and use it with --recipe FILE.",
        "title: the table $table->{name}", 'source: the names and keys of the tables, a guess', '',
        '[tables]', "users: $table->{schema}.$table->{name} (" . join(', ', sort keys %needed) . ')',
        $found->{by} ? "hashes: $found->{by}{schema}.$found->{by}{name} ($found->{user}, $hash->{name})" : (),
        $groups ? SlapdPgsql::ShapeGroups::tables($groups) : (),
        '', '[users]', 'id: u.' . SlapdPgsql::Catalog::identifier($id->{name}), 'name: lower(' . $column->($name) . ')',
        ($full ? 'full name: ' . $column->($full) : ()), ($first ? 'first name: ' . $column->($first) : ()), ($last ? 'last name: ' . $column->($last) : ()),
        ($mail ? 'mail: ' . $column->($mail) : ()), 'password: ' . _password($found), ($number ? "number: u.$number" : ()), ($number && $group_number ? "group number: u.$group_number" : ()),
        ($home ? 'attribute homeDirectory: ' . $column->($home) : ()), ($shell ? 'attribute loginShell: ' . $column->($shell) : ()),
        (@{ $filter->{conditions} } ? 'login filter: ' . join(' AND ', @{ $filter->{conditions} }) : ()),
        $groups ? SlapdPgsql::ShapeGroups::sections($groups) : (),
    );
    my @notes = (
        (map { "The column $_->{name} ($_->{type}) may tell who may log in; if so, give --login-filter." } @{ $filter->{doubtful} }),
        SlapdPgsql::ShapeGroups::notes($groups),
        $name->{unique} ? () : "No unique index is on $name->{name}: users with equal names cannot log in.",
        _salt($found) ? "The column " . _salt($found) . ' may belong to the hashes; if so, write a recipe that composes one text of both.'
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

# The shortest unique integer, a column "id", or the login name.
sub _id {
    my ($table, $name) = @_;
    my ($id) = sort { length $a->{name} <=> length $b->{name} } grep { $_->{type} =~ /\A(?:smallint|integer|bigint)\z/ && is_name($_) && SlapdPgsql::Catalog::is_unique($table, $_->{name}) } @{ $table->{columns} };
    ($id) = grep { $_->{name} eq 'id' && ($_->{type} =~ /\A(?:integer|bigint|uuid)\z/ || is_text($_) && SlapdPgsql::Catalog::is_unique($table, 'id')) } @{ $table->{columns} } if !$id;
    return $id // $name;
}

sub _salt {
    my ($found) = @_;
    my ($salt) = grep { /salt\z/i } map { $_->{name} } @{ ($found->{by} // $found->{table})->{columns} };
    return $salt;
}

# The hash in SQL. Of several rows of another table the newest one counts that has a hash and has not expired.
sub _password {
    my ($found) = @_;
    my $hash = $found->{hash};
    my $value = as_text($hash, ($found->{by} ? 'h.' : 'u.') . SlapdPgsql::Catalog::identifier($hash->{name}));
    my $composed = $found->{forms}{digest} && !_salt($found)
        ? "CASE WHEN $value ~ '^([0-9a-fA-F]{32}|[0-9a-fA-F]{40})\$' THEN CASE length($value) WHEN 32 THEN '{MD5}' ELSE '{SHA}' END || encode(decode($value, 'hex'), 'base64') ELSE $value END" : $value;
    my $by = $found->{by} // return $composed;
    my ($user, $key) = map { SlapdPgsql::Catalog::identifier($found->{$_}) } qw(user user_key);
    my ($expires) = grep { $_->{type} =~ /\A(?:timestamp|date)/ && SlapdPgsql::ShapeFilter::words($_->{name}, '') =~ /\A(?:expires_at|expires|valid_until)\z/ } @{ $by->{columns} };
    my ($newest) = ((grep { $_->{type} =~ /\A(?:timestamp|date)/ && SlapdPgsql::ShapeFilter::words($_->{name}, '') =~ /\A(?:created|creat(?:ed|ion)_(?:at|on|date|time))\z/ } @{ $by->{columns} }),
        (grep { $_->{type} =~ /\A(?:integer|bigint)\z/ && SlapdPgsql::Catalog::is_unique($by, $_->{name}) } @{ $by->{columns} }));
    my $h = sub { return 'h.' . SlapdPgsql::Catalog::identifier($_[0]{name}) };
    return "(SELECT $composed FROM {{hashes}} h WHERE h.$user = u.$key AND " . $h->($hash) . ' IS NOT NULL'
        . ($expires ? ' AND (' . $h->($expires) . ' IS NULL OR ' . $h->($expires) . ' > now())' : '') . ' ORDER BY ' . $h->($newest // $hash) . ' DESC LIMIT 1)';
}

1;
