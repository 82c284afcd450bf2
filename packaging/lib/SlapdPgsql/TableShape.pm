# TableShape.pm: finds tables of users by names, unique indexes, foreign keys and the form of hashes, and writes a recipe for them.
package SlapdPgsql::TableShape;
use strict;
use warnings;
use SlapdPgsql::Catalog ();
use SlapdPgsql::Recipe ();
use SlapdPgsql::RecipeMatch ();
use SlapdPgsql::ShapeFilter ();
use SlapdPgsql::ShapeRecipe ();

my $sample = 200;
my $at_once = 50;    # columns in one statement
my $patience = 5;    # seconds for some rows of one table, which may be a slow view
my $hash_name = qr/pass(?:wo?r?d|wd|_?hash|code)?|pwd|secret|credential|crypt/i;
my $no_hash   = qr/reset|token|expir|new|old|prev|question|hint|temp|tmp|chang|last|type|method|algo|salt|_?at\z|date|count|fail|forgot|provider|histor|factor|otp|mfa|2fa|tfa|client|api|webhook/i;
my $no_hashes = qr/reset|token|histor|tmp|temp|session|api|application/i;    # tables with secrets of other kinds
my $user_name = qr/user|usr|account|member|person|people|auth/i;
my $no_login    = qr/(?:\A|_)(?:display|full|real|first|last|middle|given|family|sur|company|organi[sz]ation|provider|file|host|domain|maiden|nice)_?name\z/;
my @login_names = (qr/user_?name|lower_?name/, qr/login/, qr/uid|user|nick(?:_?name)?|jid|account/, qr/name/, qr/e?mail|e?mail_?address/);
# What begins like a hash of some program; a digest of hexadecimal digits, or parts of such digits, that may be several things.
my %form = (
    hash   => q{^(\$[0-9A-Za-z-]{1,20}[$=]|\{[A-Za-z0-9._@-]+\}|(argon2|bcrypt|scrypt|pbkdf2|sha-?[0-9]|md5)[a-z0-9_.-]*[$:]|:(pbkdf2|A|B|bcrypt|argon2):|[123]\||SCRAM-SHA|AQAAAA|AAAAAA|MODE2:|SHA1X?:|SSHA-|![a-z0-9]+!)},
    digest => '^([0-9a-fA-F]{32}|[0-9a-fA-F]{40})$',
    # PostgreSQL counts repetitions up to 255.
    parts  => '^([0-9a-fA-F]{64}|[0-9a-fA-F]{100}|[0-9a-fA-F]{128}|[0-9a-fA-F]{16,}[:.$][0-9a-fA-F]{32,})$',
);

# Long enough for a digest, in a form that only the application knows: counts beside a salt.
my $opaque = '^\S{32,}$';

# [{ name, recipe, match, text }...], the best ones; more than one only if they are equally good. USERS names the table, undef: all.
# NEAR gets the columns that look like hashes by their name only.
sub candidates {
    my ($catalog, $psql, $users, $near) = @_;
    my $named = defined $users ? $catalog->table($users) // die "there is no table $users\n" : undef;
    my @possible;
    for my $table (grep { $_->{readable} && !defined $_->{hazard} && SlapdPgsql::Catalog::can_be_written($_) } $catalog->own_tables) {
        for my $hash (grep { _may_be_hash($table, $_) } @{ $table->{columns} }) {
            my ($own, @of_others) = (_own($table, $hash), _of_other($catalog, $table, $hash));
            push @possible, grep { !$named || $_->{table} == $named } $own && (!@of_others || $own->{name}{unique}) ? $own : (), @of_others;
        }
    }
    my @columns = @possible;
    _look($psql, 30, splice @columns, 0, $at_once) while @columns;
    my @found = grep { $_->{forms} && _points($_, defined $named) } @possible;
    @$near = grep { my $one = $_; !grep { $one == $_ } @found } @possible;
    # Another table counts for users whose own one has no hashes; of the columns of one table, the shortest name.
    my %own = map { $_->{by} || !_has_hashes($_) ? () : (_table($_) => 1) } @found;
    @found = grep { !$_->{by} || !$own{ _table($_) } } sort { $b->{points} <=> $a->{points} || length $a->{hash}{name} <=> length $b->{hash}{name} || $a->{hash}{name} cmp $b->{hash}{name} } @found;
    my %seen;
    @found = grep { !$seen{ _table($_) }++ } @found or return [];
    my @best = _not_of_others(grep { $_->{points} == $found[0]{points} } @found);
    my %best = map { (_table($_) => 1) } @best;
    my @others = grep { !$best{$_} } map { _table($_) } @found;
    $_->{others} = @others && join ', ', @others for @best;
    _choose_name($psql, $_) for @best;
    return [map { _candidate($catalog, $psql, $_) } @best];
}

# Of equally good tables those that refer to none of the others, as a table of registrations refers to the users that came of them.
sub _not_of_others {
    my @best = @_;
    my %best = map { (_table($_) => 1) } @best;
    my @first = grep { my $one = $_; !grep { $_->{table} ne _table($one) && $best{ $_->{table} } } @{ $one->{table}{foreign_keys} } } @best;
    return @first ? @first : @best;
}

sub _has_hashes { my ($one) = @_; my $forms = $one->{forms}; return $forms->{hash} + $forms->{digest} + $forms->{parts} + $forms->{opaque} > 0 }

sub _table { my ($one) = @_; return "$one->{table}{schema}.$one->{table}{name}" }

# The column of hashes in the table of the users.
sub _own {
    my ($table, $hash) = @_;
    my ($name) = _login_columns($table);
    return $name && { table => $table, hash => $hash, name => $name };
}

# The column in a table that refers to the users.
sub _of_other {
    my ($catalog, $by, $hash) = @_;
    return if $hash->{name} !~ /pass|pwd|hash|crypt/i || $by->{name} =~ $no_hashes;
    my @found;
    for my $key (@{ $by->{foreign_keys} }) {
        my $table = $catalog->table($key->{table}) // next;
        next if $table == $by || $table->{name} !~ $user_name || !$table->{readable} || !SlapdPgsql::Catalog::can_be_written($table);
        next if SlapdPgsql::ShapeFilter::is_other_person($key->{column});
        next if grep { !/\A[A-Za-z_][A-Za-z0-9_\$]*\z/ } @$key{qw(column key)};
        my ($name) = _login_columns($table) or next;
        push @found, { table => $table, hash => $hash, name => $name, by => $by, user => $key->{column}, user_key => $key->{key} };
    }
    return @found;
}

# How likely the candidate is, 0: it is none.
sub _points {
    my ($one, $named) = @_;
    my ($forms, $name) = @$one{qw(forms name)};
    my $digits = $forms->{digest} + $forms->{parts} + ($named || $name->{unique} ? $forms->{opaque} : 0);
    my $named_well = $one->{table}{name} =~ $user_name ? 1 : 0;
    return 0 if $forms->{rows} > $forms->{none} + $forms->{locked} && $forms->{hash} + $digits <= $forms->{plain};
    return 0 if !$forms->{hash} && !$digits && !$named && !($name->{unique} && $named_well && !$one->{by});
    return $one->{points} = 1 + 2 * $name->{unique} + 2 * $named_well + 2 * ($forms->{hash} ? 1 : 0) + ($one->{hash}{name} =~ /pass|pwd/i ? 1 : 0);
}

sub _candidate {
    my ($catalog, $psql, $found) = @_;
    my $text = SlapdPgsql::ShapeRecipe::text($catalog, $psql, $found);
    my $recipe = SlapdPgsql::Recipe::parse($text, "the shape of $found->{table}{name}");
    $recipe->{shape} = 1;
    my ($match) = SlapdPgsql::RecipeMatch::of($recipe, $catalog, _table($found));
    return { name => "$found->{table}{name}.$found->{hash}{name}", recipe => $recipe, match => $match, text => $text };
}

# "hash" alone names many things: beside a salt, or in a table of users.
sub _may_be_hash {
    my ($table, $column) = @_;
    return if !SlapdPgsql::ShapeRecipe::is_name($column) || !SlapdPgsql::ShapeRecipe::is_text($column) && $column->{type} ne 'bytea';
    return if $column->{name} =~ $no_hash;
    return $column->{name} =~ $hash_name || $column->{name} =~ /\A(?:.*_)?hash\z/i && ($table->{name} =~ $user_name || grep { $_->{name} =~ /salt\z/i } @{ $table->{columns} });
}

# Text columns that may have login names, the best one first.
sub _login_columns {
    my ($table) = @_;
    my @columns;
    for my $column (grep { SlapdPgsql::ShapeRecipe::is_text($_) && SlapdPgsql::ShapeRecipe::is_name($_) } @{ $table->{columns} }) {
        my $words = SlapdPgsql::ShapeFilter::words($column->{name}, '');
        next if $words =~ $no_login;
        my ($rank) = grep { $words =~ /\A(?:.*_)?$login_names[$_](?:_user)?\z/ } 0 .. $#login_names;
        $rank //= @login_names if $words =~ /\A(?:identifier|handle)\z/;
        push @columns, { %$column, rank => $rank, unique => _uniqueness($table, $column->{name}) } if defined $rank;
    }
    return sort { $b->{unique} <=> $a->{unique} || $a->{rank} <=> $b->{rank} || length $a->{name} <=> length $b->{name} } @columns;
}

# 2: alone, 1: together with other columns, 0: not at all.
sub _uniqueness {
    my ($table, $name) = @_;
    return SlapdPgsql::Catalog::is_unique($table, $name) ? 2 : defined SlapdPgsql::Catalog::unique_with($table, $name) ? 1 : 0;
}

# Which text columns most of some rows have, and the first of those with login names.
sub _choose_name {
    my ($psql, $one) = @_;
    my @texts = map { $_->{name} } grep { SlapdPgsql::ShapeRecipe::is_text($_) && SlapdPgsql::ShapeRecipe::is_name($_) } @{ $one->{table}{columns} };
    my @names = map { SlapdPgsql::Catalog::identifier($_) } @texts;
    my @counts = map { "2 * count(nullif($_\::text, '')) > count(*)" } @names;
    my $filled = eval { $psql->json('SELECT json_build_array(' . join(', ', @counts) . ') FROM (SELECT ' . join(', ', @names) . ' FROM ' . SlapdPgsql::Catalog::qualified($one->{table}) . " LIMIT $sample) s", $patience) } // [];
    $one->{filled} = { map { ($texts[$_] => $filled->[$_]) } 0 .. $#texts };
    my ($best) = grep { $one->{filled}{ $_->{name} } } _login_columns($one->{table});
    $one->{name} = $best if $best;
    return;
}

# Sets how many of some values of each column have which form; no value leaves PostgreSQL. One that cannot be read has an error.
sub _look {
    my ($psql, $seconds, @possible) = @_;
    my $forms = eval { $psql->json('SELECT json_build_array(' . join(', ', map { _forms($_) } @possible) . ')', $seconds) };
    if ($forms) { $possible[$_]{forms} = $forms->[$_] for 0 .. $#possible }
    elsif (@possible > 1) { _look($psql, $patience, $_) for @possible }
    else { $possible[0]{error} = $@ =~ s/\n.*//sr }
    return;
}

sub _forms {
    my ($one) = @_;
    my $value = SlapdPgsql::ShapeRecipe::as_text($one->{hash}, SlapdPgsql::Catalog::identifier($one->{hash}{name}));
    my $locked = "v ~ '^[!*x]\$|^[!*]'";
    my %like = map { ($_ => "v ~ " . SlapdPgsql::Catalog::literal($form{$_})) } keys %form;
    my $unknown = join ' AND ', map { "NOT ($_)" } $locked, map { $like{$_} } sort keys %like;
    my $salt = SlapdPgsql::ShapeRecipe::salt_of($one);
    my $salt_value = $salt ? SlapdPgsql::ShapeRecipe::as_text($salt, SlapdPgsql::Catalog::identifier($salt->{name})) : 'NULL';
    $like{opaque} = $salt ? 'v ~ ' . SlapdPgsql::Catalog::literal($opaque) . " AND $unknown" : 'false';
    $like{salted} = "s <> '' AND strpos(v, s) = 0";
    my %count = (none => "coalesce(v, '') = ''", locked => $locked, %like, plain => "v <> '' AND $unknown AND ($like{opaque}) IS NOT TRUE");
    return "(SELECT json_build_object('rows', count(*), " . join(', ', map { "'$_', count(*) FILTER (WHERE $count{$_})" } sort keys %count)
        . ") FROM (SELECT $value AS v, $salt_value AS s FROM " . SlapdPgsql::Catalog::qualified($one->{by} // $one->{table}) . " LIMIT $sample) s)";
}

# Why a database has no candidate, with what to do: lines. NEAR as candidates() filled it.
sub why_none {
    my ($catalog, $users, $near) = @_;
    my @tables = $catalog->own_tables;
    my %seen;
    my @near = grep { !$seen{$_}++ } map {
        my ($table, $forms) = ($_->{by} // $_->{table}, $_->{forms});
        my $values = $forms ? $forms->{rows} - $forms->{none} : 0;
        "  $table->{schema}.$table->{name}.$_->{hash}{name}: " . ($_->{error} // (!$values ? 'no values' : $forms->{opaque} ? "$forms->{opaque} of $values values may be digests with the column " . SlapdPgsql::ShapeRecipe::salt_of($_)->{name} . ', in a form of the application' : "$forms->{plain} of $values values are no hash of a known form (plain text?)"))
    } @$near;
    return ("the table $users has no password hashes:", @near) if defined $users && @near;
    return "the table $users has no text column with login names and another one with password hashes; write a recipe for it" if defined $users;
    return "it has no tables; is it the application's database?" if !@tables;
    my @unreadable = grep { !$_->{readable} } @tables;
    return "the role $catalog->{role} may read none of its " . @tables . ' tables; connect as their owner or as a superuser' if @unreadable == @tables;
    my $more = @near > 10 ? @near - 10 : 0;
    return ('no table has login names and password hashes' . (@unreadable ? ' (the role ' . $catalog->{role} . ' may not read ' . @unreadable . ' of ' . @tables . ' tables)' : '') . '; name it with --users, or write a recipe',
        @near[0 .. $#near - $more], $more ? "  and $more more" : ());
}

1;
