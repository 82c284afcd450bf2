# RecipeMatch.pm: finds the tables of a recipe in a catalog, and fills in their names.
package SlapdPgsql::RecipeMatch;
use strict;
use warnings;
use SlapdPgsql::Catalog ();

# All sets of tables that a recipe fits: [{ role => { table, columns => { alias => name } } }...], the best ones only: names without * win.
# With USERS, the name of a table, only those with it, whatever its name is.
sub of {
    my ($recipe, $catalog, $users) = @_;
    my ($first, @further) = @{ $recipe->{tables} };
    my (%best, @matches);
    if (defined $users) {
        my $table = $catalog->table($users) // return;
        my $columns = _columns($first, $table) // return;
        @matches = { table => $table, columns => $columns, star => _star($first, $table) // '' };
    } else {
        for my $table (@{ $catalog->{tables} }) {
            my ($rank, $star) = _rank($first, $table, {}) or next;
            my $columns = _columns($first, $table) // next;
            push @{ $best{ $rank ? 1 : 0 } }, { table => $table, columns => $columns, star => $star };
        }
        @matches = @{ $best{0} // $best{1} // [] };
    }
    return grep { _add_further($_, $catalog, @further) } map { { users => $_ } } @matches;
}

sub _add_further {
    my ($match, $catalog, @further) = @_;
    my $users = $match->{users};
    my %fill = (users => $users->{table}{name}, '*' => $users->{star});
    my %fitting;
    for my $wanted (@further) {
        my @found = sort { $a->{rank} <=> $b->{rank} } map {
            my ($rank) = _rank($wanted, $_, \%fill, $users->{table}{schema});
            my $columns = defined $rank ? _columns($wanted, $_) : undef;
            $columns ? { table => $_, columns => $columns, rank => $rank } : ();
        } @{ $catalog->{tables} };
        if (@found) { ($match->{ $wanted->{role} }) = @{ $fitting{ $wanted->{role} } = \@found } }
        elsif (!$wanted->{optional}) { return 0 }
    }
    _follow_references($match, \%fitting, @further);
    return 1;
}

# Of several tables that fit, the one to which a foreign key refers.
sub _follow_references {
    my ($match, $fitting, @further) = @_;
    for my $wanted (grep { $match->{ $_->{role} } } @further) {
        my $own = $match->{ $wanted->{role} };
        for my $column (grep { defined $_->{refers_to} } @{ $wanted->{columns} }) {
            my %target = map { ($_->{table} => 1) } grep { $_->{column} eq ($own->{columns}{ $column->{alias} } // '') } @{ $own->{table}{foreign_keys} };
            my ($meant) = grep { $target{"$_->{table}{schema}.$_->{table}{name}"} } @{ $fitting->{ $column->{refers_to} } // [] };
            $match->{ $column->{refers_to} } = $meant if $meant;
        }
    }
    return;
}

# The place of the first name that fits, 0 for one without *; and what * stands for. Empty: none.
sub _rank {
    my ($wanted, $table, $fill, $schema) = @_;
    my $place = 0;
    for my $name (@{ $wanted->{names} }) {
        my $filled = $name =~ s/\{\{(users|\*)\}\}/$fill->{$1} \/\/ ''/ger;
        my ($in, $pattern) = $filled =~ /\A([^.]+)\.(.*)\z/ ? ($1, $2) : ($schema, $filled);
        $place++;
        next if defined $in ? $table->{schema} ne $in : $table->{schema} eq 'pg_catalog';
        return ($schema ? $place : 0, '') if $pattern eq $table->{name};
        next if $name !~ /\*/ || $pattern !~ /\*/;
        my $regex = join '(.*)', map { quotemeta } split /\*/, $pattern, -1;
        return ($place, $1) if $table->{name} =~ /\A$regex\z/;
    }
    return;
}

sub _star { my ($wanted, $table) = @_; my (undef, $star) = _rank($wanted, $table, {}); return $star }

# { alias => column }, undef if one is missing.
sub _columns {
    my ($wanted, $table) = @_;
    my %columns;
    for my $column (@{ $wanted->{columns} }) {
        my ($name) = grep { $table->{column}{$_} } @{ $column->{names} };
        if (defined $name) { $columns{ $column->{alias} } = $name }
        elsif (!$column->{optional}) { return }
    }
    return \%columns;
}

# What the database lacks for the recipe.
sub lack {
    my ($recipe, $catalog, $users) = @_;
    my @lack;
    for my $wanted (grep { !$_->{optional} } defined $users ? $recipe->{tables}[0] : @{ $recipe->{tables} }) {
        my @tables = $wanted->{role} eq 'users' && defined $users ? grep { defined } $catalog->table($users) : grep { my ($rank) = _rank($wanted, $_, {}); defined $rank } @{ $catalog->{tables} };
        if (!@tables) { push @lack, 'there is no table ' . (defined $users && $wanted->{role} eq 'users' ? $users : join ' or ', @{ $wanted->{names} }); next }
        next if grep { _columns($wanted, $_) } @tables;
        my @columns = map { my $column = $_; $column->{optional} || grep({ $tables[0]{column}{$_} } @{ $column->{names} }) ? () : join '|', @{ $column->{names} } } @{ $wanted->{columns} };
        push @lack, "$tables[0]{schema}.$tables[0]{name} has no column " . join ', ', @columns;
    }
    return @lack ? join('; ', @lack) : 'its tables are in several schemas';
}

# The values of SECTION that hold for MATCH: { key => SQL }, with names filled in; notes as a list. A section whose "from" does not hold is
# empty.
sub section {
    my ($recipe, $match, $section) = @_;
    my (%values, @list);
    my @from = grep { $_->{key} eq 'from' } @{ $recipe->{$section} };
    return {} if @from && !grep { my $entry = $_; !grep { !_holds($_, $match) } @{ $entry->{when} } } @from;
    for my $entry (@{ $recipe->{$section} }) {
        next if defined $values{ $entry->{key} } && $section ne 'notes' || grep { !_holds($_, $match) } @{ $entry->{when} };
        $values{ $entry->{key} } = _filled($entry, $match, $recipe);
        push @list, $values{ $entry->{key} };
    }
    return $section eq 'notes' ? \@list : \%values;
}

# The values that a parameter may have, as far as the recipe names their column; empty: any. More than twenty do not count.
sub known_values {
    my ($parameter, $match, $psql) = @_;
    my $of = $parameter->{of} // return;
    my $table = $match->{ $of->{role} } or die "$parameter->{where}: $of->{role} is no table of [tables] that exists\n";
    my $name = $table->{columns}{ $of->{column} } // die "$parameter->{where}: $of->{role}.$of->{column} is no column of [tables]\n";
    my $column = SlapdPgsql::Catalog::identifier($name);
    my $values = $psql->json("SELECT coalesce(json_agg(v), '[]') FROM (SELECT DISTINCT $column\::text AS v FROM " . SlapdPgsql::Catalog::qualified($table->{table}) . " WHERE $column IS NOT NULL ORDER BY 1 LIMIT 21) s");
    return @$values > 20 ? () : @$values;
}

sub _holds {
    my ($condition, $match) = @_;
    my $table = $match->{ $condition->{table} };
    my $name = $table && defined $condition->{column} ? $table->{columns}{ $condition->{column} } // $condition->{column} : undef;
    my $column = defined $name ? $table->{table}{column}{$name} : undef;
    my $holds = !defined $condition->{column} ? $table : $column && (!defined $condition->{type} || $column->{type} eq $condition->{type});
    return $condition->{not} ? !$holds : $holds;
}

sub _filled {
    my ($entry, $match, $recipe) = @_;
    my %parameter = map { ($_->{name} => SlapdPgsql::Catalog::literal($_->{value} // '')) } @{ $recipe->{parameters} };
    my $missing = sub { die "$entry->{where}: {{$_[0]}} is no table or column of [tables] that exists\n" };
    return $entry->{value} =~ s/\{\{(\w+)(?:\.(\w+))?\}\}/
        my ($role, $column) = ($1, $2);
        !defined $column && defined $parameter{$role} ? $parameter{$role} : do {
        my $table = $match->{$role} or $missing->($role);
        !defined $column ? SlapdPgsql::Catalog::qualified($table->{table})
            : SlapdPgsql::Catalog::identifier($table->{columns}{$column} \/\/ $missing->("$role.$column")) }/gerx;
}

1;
