# Recipe.pm: reads the recipe of an application: its tables, and the SQL that makes users, groups and members of their rows.
package SlapdPgsql::Recipe;
use strict;
use warnings;
use SlapdPgsql::Sql ();

my $largest = 1 << 20;    # bytes of a recipe
my $name   = qr/[A-Za-z_][A-Za-z0-9_\$]*/;
my $column = qr/(?:$name=)?$name(?:\|$name)*\??(?:>$name)?/;
my %keys = (
    ''      => [qw(title for tested source auto)],
    users   => ['from', 'where', 'id', 'name', 'full name', 'first name', 'last name', 'mail', 'password', 'login filter', 'created', 'updated', 'number', 'group number'],
    groups  => ['from', 'where', 'id', 'name', 'number'],
    members => ['from', 'where'],
    watch   => [],
    notes   => ['note'],
);

# Of the recipes in DIRECTORY, in the order of their names.
sub names {
    my ($directory) = @_;
    opendir my $dir, $directory or die "the recipes in '$directory' cannot be read: $!\n";
    return sort map { /\A([a-z0-9-]+)\.recipe\z/ ? $1 : () } readdir $dir;
}

sub read_file {
    my ($path) = @_;
    die "the recipe '$path' is not a file\n" if -e $path && !-f _;
    open my $in, '<:encoding(UTF-8)', $path or die "the recipe '$path' cannot be read: $!\n";
    die "the recipe '$path' has more than $largest bytes\n" if -s $in > $largest;
    local $/;
    my $text = do { local $SIG{__WARN__} = sub { die "the recipe '$path' is not UTF-8\n" }; <$in> };
    return parse(($text // '') =~ s/\A\x{feff}//r, $path);
}

# Returns { title, for, tested or source, parameters => [{ name, text, value, of }...], tables => [table...], users, groups, members, watch, notes }. The five are lists of
# { key, when => [condition...], value, where }; the first one of a key whose conditions hold counts.
sub parse {
    my ($text, $path) = @_;
    my %recipe = (tables => [], parameters => [], map { ($_ => []) } grep { length } keys %keys);
    my ($section, $number, $last) = ('', 0, undef);
    for my $line (split /\n/, $text) {
        my $where = "$path line " . ++$number;
        die "$where: has a control character\n" if $line =~ /(?![\t\r])[[:cntrl:]]/;
        next if $line =~ /^\s*(?:#|\z)/;
        if ($line =~ /^\[(.*)\]\s*\z/) {
            $section = $1;
            $section =~ /\A(?:tables|parameters)\z/ || $section ne '' && $keys{$section} or die "$where: '[$section]' is no section; they are [parameters], [tables], [users], [groups], [members], [watch] and [notes]\n";
            undef $last;
            next;
        }
        if ($line =~ /^\s+(.*?)\s*\z/) {
            $last or die "$where: continues no line\n";
            $last->{value} .= "\n$1";
            next;
        }
        $line =~ /^([^:]+?)\s*:\s*(.*?)\s*\z/ or die "$where: write 'key: value', or indent a line that continues another one\n";
        my $entry = $last = { value => $2, where => $where };
        ($entry->{key}, my @conditions) = split /\s+(?:if|and)\s+/, $1;
        $entry->{when} = [map { _condition($_, $where) } @conditions];
        if ($section =~ /\A(?:tables|parameters|watch)\z/) { push @{ $recipe{$section} }, $entry; next }
        my $known = grep { $_ eq $entry->{key} } @{ $keys{$section} };
        $known || $section =~ /^(?:users|groups)\z/ && $entry->{key} =~ /\Aattribute $name\z/
            or die "$where: '$entry->{key}' is no key of ", $section eq '' ? 'the head' : "[$section]", '; they are ', join(', ', @{ $keys{$section} }), "\n";
        if ($section eq '') { $recipe{ $entry->{key} } = $last = $entry } else { push @{ $recipe{$section} }, $entry }
    }
    for my $entry (map { @{ $recipe{$_} } } qw(users groups members)) {
        die "$entry->{where}: has an odd number of quotation marks (\"), which slapd.conf refuses; write chr(34) for one in a literal\n" if ($entry->{value} =~ tr/"//) % 2;
    }
    for my $entry (map { @{ $recipe{$_} } } qw(users groups members watch)) {
        my $fault = SlapdPgsql::Sql::fault_of_expression($entry->{value});
        die "$entry->{where}: the value of '$entry->{key}' $fault\n" if defined $fault;
    }
    for my $key (@{ $keys{''} }) { $recipe{$key} = $recipe{$key}{value} =~ s/\s+/ /gr if $recipe{$key} }
    $_ = _table($_) for @{ $recipe{tables} };
    $_ = _parameter($_) for @{ $recipe{parameters} };
    _require(\%recipe, $path);
    return \%recipe;
}

sub _condition {
    my ($text, $where) = @_;
    $text =~ /\A(not )?($name)(?:\.($name)(?: is ([a-z ]+))?)?\z/ or die "$where: '$text' is no condition; write TABLE, TABLE.column, or TABLE.column is TYPE, with or without 'not'\n";
    return { not => defined $1, table => $2, column => $3, type => $4 };
}

# "realm: the name of the realm = master"; without = it has no default.
sub _parameter {
    my ($entry) = @_;
    my ($text, $default) = $entry->{value} =~ /\A(.*?)(?:\s+=\s+(.*))?\z/s;
    $entry->{key} =~ /\A$name\z/ && length $text or die "$entry->{where}: write 'name: description = default'\n";
    my $of = $text =~ s/\s*\(($name)\.($name)\)\z// ? { role => $1, column => $2 } : undef;
    return { name => $entry->{key}, text => $text, value => $default, of => $of, where => $entry->{where} };
}

# Sets a parameter. Dies if the recipe has none of this name.
sub set {
    my ($recipe, $name, $value) = @_;
    my ($parameter) = grep { $_->{name} eq $name } @{ $recipe->{parameters} };
    $parameter or die "the recipe has no parameter '$name'", @{ $recipe->{parameters} } ? '; it has ' . join(', ', map { $_->{name} } @{ $recipe->{parameters} }) : '', "\n";
    $parameter->{value} = $value;
    return;
}

# "users: auth_user, *_user (id, login=username|login, email?)"; "groups?:" need not exist.
sub _table {
    my ($entry) = @_;
    my ($role, $optional) = $entry->{key} =~ /\A($name)(\?)?\z/ or die "$entry->{where}: '$entry->{key}' is no name of a table\n";
    my ($names, $columns) = $entry->{value} =~ /\A([^()]+?)\s*\(([^()]*)\)\z/s
        or die "$entry->{where}: write the names of the table, and its columns in parentheses\n";
    my @columns = map {
        /\A$column\z/ or die "$entry->{where}: '$_' is no column; write name, name?, alias=name|name, or name>table\n";
        my $refers_to = s/>(.*)\z// ? $1 : undef;
        my $may_miss = s/\?\z//;
        my ($alias, $choices) = /\A(.*?)=(.*)\z/ ? ($1, $2) : ($_, $_);
        +{ alias => $alias =~ s/\|.*//sr, names => [split /\|/, $choices], optional => $may_miss, refers_to => $refers_to };
    } split /[\s,]+/, $columns;
    @columns or die "$entry->{where}: at least one column is needed, by which the table is recognized\n";
    return { role => $role, optional => defined $optional, names => [split /\s*,\s*/, $names], columns => \@columns, where => $entry->{where} };
}

sub _require {
    my ($recipe, $path) = @_;
    $recipe->{auto} //= 'yes';
    $recipe->{auto} =~ /\A(?:yes|no|last)\z/ or die "$path: 'auto:' is yes, no or last\n";
    defined $recipe->{title} or die "$path: the line 'title:' is missing\n";
    defined $recipe->{tested} xor defined $recipe->{source} or die "$path: write one of the lines 'tested:' and 'source:'\n";
    my $first = $recipe->{tables}[0];
    $first && $first->{role} eq 'users' && !$first->{optional} or die "$path: the first line of [tables] must be 'users:'\n";
    for (['users', qw(id name password)], @{ $recipe->{groups} } || @{ $recipe->{members} } ? (['groups', qw(from id name)], ['members', 'from']) : ()) {
        my ($section, @needed) = @$_;
        for my $key (@needed) {
            grep { $_->{key} eq $key } @{ $recipe->{$section} } or die "$path: the line '$key:' of [$section] is missing\n";
        }
    }
    return;
}

1;
