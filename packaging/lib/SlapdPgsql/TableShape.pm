# TableShape.pm: finds tables of users by names, unique indexes, foreign keys and the form of hashes, and writes a recipe for them.
package SlapdPgsql::TableShape;
use strict;
use warnings;
use SlapdPgsql::Catalog ();
use SlapdPgsql::Recipe ();
use SlapdPgsql::RecipeMatch ();

my $sample = 200;
my $at_once = 50;    # columns in one statement
my $hash_name = qr/pass(?:wo?r?d|wd|_?hash|code)?|pwd|secret|credential|crypt/i;
my $no_hash   = qr/reset|token|expir|new|question|hint|temp|chang|last|type|algo|salt|_at\z|date|count|fail|forgot|provider/i;
my @login_names = (qr/user_?name|lower_?name/i, qr/login/i, qr/uid|user|nick(?:name)?|jid|account/i, qr/name/i, qr/e?mail|e?mail_?address/i);
# What begins like a hash of some program; a digest in hexadecimal digits may have a salt in another column.
my $hash_form = q{^(\$[0-9A-Za-z-]{1,20}[$=]|\{[A-Za-z0-9._@-]+\}|(argon2|bcrypt|bcrypt_sha256|scrypt|pbkdf2_?[a-z0-9]*|sha1|sha256|md5)[$:]|:(pbkdf2|A|B|bcrypt|argon2):|[123]\||SCRAM-SHA|AQAAAA|AAAAAA|MODE2:|SHA1X?:|SSHA-|![a-z0-9]+!)};
my $hex_form = '^([0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{100}|[0-9a-fA-F]{128})$';

# [{ name, recipe, match, text }...], the best ones; more than one only if they are equally good. USERS names the table, undef: all.
sub candidates {
    my ($catalog, $psql, $users) = @_;
    my $named = defined $users ? $catalog->table($users) // die "there is no table $users\n" : undef;
    my (@possible, @found);
    for my $table (grep { $_->{readable} && _can_be_written($_) } $named // $catalog->own_tables) {
        my @names = _login_columns($table) or next;
        push @possible, map { { table => $table, hash => $_, name => $names[0] } } grep { _may_be_hash($_) } @{ $table->{columns} };
    }
    my @columns = @possible;
    _look($psql, splice @columns, 0, $at_once) while @columns;
    for my $one (grep { $_->{forms} } @possible) {
        my ($table, $name, $forms) = @$one{qw(table name forms)};
        next if $forms->{rows} > $forms->{none} + $forms->{locked} && $forms->{hash} + $forms->{hex} <= $forms->{plain};
        my $named_well = $table->{name} =~ /user|account|member|person|people|auth/i ? 1 : 0;
        next if !$forms->{hash} && !$forms->{hex} && !$named && !($name->{unique} && $named_well);
        $one->{points} = 4 * $name->{unique} + 2 * $named_well + 2 * ($forms->{hash} ? 1 : 0) + ($one->{hash}{name} =~ /pass|pwd/i ? 1 : 0);
        push @found, $one;
    }
    my ($best) = sort { $b <=> $a } map { $_->{points} } @found;
    return [] if !@found;
    return [map { _candidate($catalog, $_) } grep { $_->{points} == $best } @found];
}

sub _candidate {
    my ($catalog, $found) = @_;
    my $text = _recipe($catalog, $found);
    my $name = "$found->{table}{name}.$found->{hash}{name}";
    my $recipe = SlapdPgsql::Recipe::parse($text, "the shape of $found->{table}{name}");
    $recipe->{shape} = 1;
    my ($match) = SlapdPgsql::RecipeMatch::of($recipe, $catalog, "$found->{table}{schema}.$found->{table}{name}");
    return { name => $name, recipe => $recipe, match => $match, text => $text };
}

# Whether a recipe can name the table.
sub _can_be_written { my ($table) = @_; return "$table->{schema}.$table->{name}" =~ /\A[\w\$ -]+\.[\w\$ -]+\z/ }

sub _is_text { my ($column) = @_; return $column->{category} eq 'S' }
sub _is_name { return $_[0]{name} =~ /\A[A-Za-z_][A-Za-z0-9_\$]*\z/ }

sub _may_be_hash {
    my ($column) = @_;
    return _is_name($column) && (_is_text($column) || $column->{type} eq 'bytea') && $column->{name} =~ $hash_name && $column->{name} !~ $no_hash;
}

# Text columns that may have login names, the best one first.
sub _login_columns {
    my ($table) = @_;
    my @columns;
    for my $column (grep { _is_text($_) && _is_name($_) } @{ $table->{columns} }) {
        my ($rank) = grep { $column->{name} =~ /\A(?:.*_)?$login_names[$_]\z/ } 0 .. $#login_names;
        push @columns, { %$column, rank => $rank, unique => _is_unique($table, $column->{name}) } if defined $rank;
    }
    return sort { $b->{unique} <=> $a->{unique} || $a->{rank} <=> $b->{rank} || length $a->{name} <=> length $b->{name} } @columns;
}

# Also by an index on lower(name).
sub _is_unique {
    my ($table, $name) = @_;
    my $identifier = quotemeta $name;
    return scalar(grep { /\A(?:lower\(\(?)?"?$identifier"?(?:\)?::text\))?\)?\z/ } @{ $table->{unique} }) ? 1 : 0;
}

# Sets how many of some values of each column have which form; no value leaves PostgreSQL. One that cannot be read has no forms.
sub _look {
    my ($psql, @possible) = @_;
    my $forms = eval { $psql->json('SELECT json_build_array(' . join(', ', map { _forms($_) } @possible) . ')', 30) };
    if ($forms) { $possible[$_]{forms} = $forms->[$_] for 0 .. $#possible }
    elsif (@possible > 1) { _look($psql, $_) for @possible }
    return;
}

sub _forms {
    my ($one) = @_;
    my $value = _as_text($one->{hash}, SlapdPgsql::Catalog::identifier($one->{hash}{name}));
    my ($hash, $hex) = map { SlapdPgsql::Catalog::literal($_) } $hash_form, $hex_form;
    return "(SELECT json_build_object('rows', count(*), 'none', count(*) FILTER (WHERE coalesce(v, '') = ''), 'locked', count(*) FILTER (WHERE v ~ '^[!*x]\$|^[!*]'), 'hash', count(*) FILTER (WHERE v ~ $hash),"
        . " 'hex', count(*) FILTER (WHERE v ~ $hex), 'plain', count(*) FILTER (WHERE v <> '' AND v !~ '^[!*x]\$|^[!*]' AND v !~ $hash AND v !~ $hex))"
        . " FROM (SELECT $value AS v FROM " . SlapdPgsql::Catalog::qualified($one->{table}) . " LIMIT $sample) s)";
}

sub _as_text {
    my ($column, $expression) = @_;
    return $column->{type} eq 'bytea' ? "encode($expression, 'escape')" : $column->{type} =~ /\A(?:text|character varying)\z/ ? $expression : "$expression\::text";
}

sub _recipe {
    my ($catalog, $found) = @_;
    my ($table, $name) = @$found{qw(table name)};
    my %used = ($name->{name} => 1, $found->{hash}{name} => 1);
    my $column = sub { my ($one) = @_; return _as_text($one, 'u.' . SlapdPgsql::Catalog::identifier($one->{name})) };
    my $take = sub {
        my ($pattern) = @_;
        my ($one) = sort { length $a->{name} <=> length $b->{name} } grep { _is_text($_) && _is_name($_) && !$used{ $_->{name} } && $_->{name} =~ /\A(?:.*_)?(?:$pattern)\z/i } @{ $table->{columns} };
        $used{ $one->{name} } = 1 if $one;
        return $one;
    };
    my $mail = $name->{name} =~ /e?mail/i ? $name : $take->('e?mail|e?mail_?address');
    my ($first, $last) = ($take->('first_?name|given_?name'), $take->('last_?name|surname|family_?name|sn'));
    my $full = $take->('full_?name|real_?name|display_?name|cn') // (!$first && $name->{name} !~ /\Aname\z/i ? $take->('name') : undef);
    my $id = _id($table, $name);
    my ($number, $group_number) = map { _number($table, $_) } 'uid', 'gid';
    my ($home, $shell) = ($take->('home_?dir(?:ectory)?'), $take->('(?:login_?)?shell'));
    my @filter = map { _filter($_) } @{ $table->{columns} };
    my @lines = (
        "# Written by slapd-pgsql-new from the shape of the table $table->{schema}.$table->{name}. Check it, and use it with --recipe FILE.",
        "title: the table $table->{name}", 'source: the names and keys of the tables, a guess', '',
        '[tables]', "users: $table->{schema}.$table->{name} (" . join(', ', sort keys %{ { map { ($_->{name} => 1) } grep { defined } $name, $found->{hash}, $id } }) . ')',
    );
    my $groups = _groups($catalog, $table);
    push @lines, "groups: $groups->{table}{schema}.$groups->{table}{name} ($groups->{name})", "members: $groups->{by}{schema}.$groups->{by}{name} ($groups->{user}, $groups->{group})" if $groups;
    push @lines, '', '[users]', 'id: u.' . SlapdPgsql::Catalog::identifier($id->{name}), 'name: lower(' . $column->($name) . ')',
        ($full ? 'full name: ' . $column->($full) : ()), ($first ? 'first name: ' . $column->($first) : ()), ($last ? 'last name: ' . $column->($last) : ()),
        ($mail ? 'mail: ' . $column->($mail) : ()), 'password: ' . $column->($found->{hash}), ($number ? "number: u.$number" : ()), ($number && $group_number ? "group number: u.$group_number" : ()),
        ($home ? 'attribute homeDirectory: ' . $column->($home) : ()), ($shell ? 'attribute loginShell: ' . $column->($shell) : ()), (@filter ? 'login filter: ' . join(' AND ', @filter) : ());
    if ($groups) {
        my ($g, $u, $gc, $gk, $uk) = map { SlapdPgsql::Catalog::identifier($_) } @$groups{qw(group user name group_key user_key)};
        push @lines, '', '[groups]', 'from: {{groups}} g', "id: g.$gk", "name: g.$gc", (map { "number: g.$_" } _number($groups->{table}, 'gid') // ()), '', '[members]',
            "from: {{members}} m JOIN {{users}} u ON u.$uk = m.$u JOIN {{groups}} g ON g.$gk = m.$g";
    }
    my @notes = _notes($table, $groups, $found);
    return join("\n", @lines, @notes ? ('', '[notes]', map { "note: $_" } @notes) : ()) . "\n";
}

# The column of the Unix number uidNumber or gidNumber, if the table has it.
sub _number {
    my ($table, $which) = @_;
    my ($column) = grep { $_->{type} =~ /\A(?:smallint|integer|bigint)\z/ && $_->{name} =~ /\A(?:unix_)?${which}_?number\z/i } @{ $table->{columns} };
    return $column ? SlapdPgsql::Catalog::identifier($column->{name}) : undef;
}

# The shortest unique integer, a column "id", or the login name.
sub _id {
    my ($table, $name) = @_;
    my ($id) = sort { length $a->{name} <=> length $b->{name} } grep { $_->{type} =~ /\A(?:smallint|integer|bigint)\z/ && _is_name($_) && _is_unique($table, $_->{name}) } @{ $table->{columns} };
    ($id) = grep { $_->{name} eq 'id' && $_->{type} =~ /\A(?:integer|bigint|uuid)\z/ } @{ $table->{columns} } if !$id;
    return $id // $name;
}

# A condition for a column that says who may log in, where the name and the type leave no doubt.
sub _filter {
    my ($column) = @_;
    my $value = 'u.' . SlapdPgsql::Catalog::identifier($column->{name});
    my $rest = $column->{name} =~ s/\A(?:is|user|account)_//ir;
    if ($column->{type} eq 'boolean') {
        return $value if $rest =~ /\A(?:active|enabled|is_?active)\z/i;
        return "NOT coalesce($value, false)" if $rest =~ /\A(?:disabled|blocked|suspended|deleted|banned|locked|inactive)\z/i;
    } elsif ($column->{type} =~ /\A(?:timestamp|date)/) {
        return "$value IS NULL" if $rest =~ /\A(?:deleted|disabled|blocked|suspended|deactivated|banned)(?:_(?:at|on))?\z/i;
        return "($value IS NULL OR $value < now())" if $rest =~ /\A(?:banned|suspended|blocked|locked|lockout)_?(?:until|till|end)\z/i;
    }
    return;
}

sub _notes {
    my ($table, $groups, $found) = @_;
    my @doubtful = grep { !_filter({ %$_ }) && $_->{name} =~ /active|enabled|disabled|blocked|suspended|deleted|banned|locked|status|state\z/i && $_->{name} !~ $hash_name } @{ $table->{columns} };
    return (
        (map { "The column $_->{name} ($_->{type}) may tell who may log in; if so, give --login-filter." } @doubtful),
        $groups ? $groups->{others} ? "Groups may also be in: $groups->{others}." : () : 'No groups were found: no table has foreign keys to the users and to a table with unique names.',
        $found->{name}{unique} ? () : "No unique index is on $found->{name}{name}: users with equal names cannot log in.",
    );
}

# Groups by foreign keys: a table that refers to the users and to a table with a unique text.
sub _groups {
    my ($catalog, $users) = @_;
    my $own = "$users->{schema}.$users->{name}";
    my @found;
    for my $by ($catalog->own_tables) {
        my @keys = @{ $by->{foreign_keys} };
        for my $user (grep { $_->{table} eq $own } @keys) {
            for my $group (grep { $_->{column} ne $user->{column} && $_->{table} ne $own } @keys) {
                my $table = $catalog->table($group->{table}) // next;
                my ($name) = grep { _is_text($_) && _is_name($_) && _is_unique($table, $_->{name}) } @{ $table->{columns} };
                next if !$name || grep { !/\A[A-Za-z_][A-Za-z0-9_\$]*\z/ } $user->{column}, $group->{column}, $user->{key}, $group->{key};
                next if $table->{name} !~ /group|grp|role|team/i || grep { !$_->{readable} || !_can_be_written($_) } $table, $by;
                push @found, { by => $by, table => $table, name => $name->{name}, user => $user->{column}, user_key => $user->{key}, group => $group->{column}, group_key => $group->{key} };
            }
        }
    }
    @found = sort { ($b->{table}{name} =~ /group|grp/i) <=> ($a->{table}{name} =~ /group|grp/i) || @{ $a->{by}{columns} } <=> @{ $b->{by}{columns} } || $a->{by}{name} cmp $b->{by}{name} } @found;
    my $best = shift @found // return;
    my %other = map { ($_->{table}{name} => 1) } grep { $_->{table} != $best->{table} } @found;
    $best->{others} = join ', ', sort keys %other if %other;
    return $best;
}

# Why a database has no candidate, with what to do.
sub why_none {
    my ($catalog, $users) = @_;
    my @tables = $catalog->own_tables;
    return "the table $users has no text column with login names and another one with password hashes; write a recipe for it" if defined $users;
    return "it has no tables; is it the application's database?" if !@tables;
    my @unreadable = grep { !$_->{readable} } @tables;
    return "the role $catalog->{role} may read none of its " . @tables . ' tables; connect as their owner or as a superuser' if @unreadable == @tables;
    return 'no table has login names and password hashes' . (@unreadable ? ' (the role ' . $catalog->{role} . ' may not read ' . @unreadable . ' of ' . @tables . ' tables)' : '') . '; name it with --users, or write a recipe';
}

1;
