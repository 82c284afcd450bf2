# NewDirectory.pm: describes a directory for the users of an application, by a recipe and the tables that fit it.
package SlapdPgsql::NewDirectory;
use strict;
use warnings;
use SlapdPgsql::Catalog ();
use SlapdPgsql::RecipeMatch ();

my $largest = 2**31 - 1;
our %base = (uid_base => 2_000_000, gid_base => 3_000_000);

# The directory of RecipeQueries, without a purpose. Dies if the role cannot read the tables, or an expression of the recipe fails.
sub describe {
    my ($recipe, $match, $psql) = @_;
    my @unreadable = map { $match->{$_}{table}{readable} ? () : SlapdPgsql::Catalog::qualified($match->{$_}{table}) } sort keys %$match;
    die 'this role may not read ', join(', ', @unreadable), "; connect as the owner of the tables or as a superuser\n" if @unreadable;
    for my $table (map { $match->{$_}{table} } sort keys %$match) {
        die SlapdPgsql::Catalog::qualified($table), " runs functions of the role $table->{hazard}, and this role is a superuser; connect as $table->{hazard}\n" if defined $table->{hazard};
    }
    my @secured = map { $match->{$_}{table}{row_security} ? SlapdPgsql::Catalog::qualified($match->{$_}{table}) : () } sort keys %$match;
    my %directory = (row_security => \@secured, recipe => $recipe, match => $match, names => 'as-is', notes => SlapdPgsql::RecipeMatch::section($recipe, $match, 'notes'),
        watch => SlapdPgsql::RecipeMatch::section($recipe, $match, 'watch'));
    for my $section (qw(users groups members)) {
        next if $section eq 'members' && !$directory{groups};
        my $values = SlapdPgsql::RecipeMatch::section($recipe, $match, $section);
        $values->{from} //= SlapdPgsql::Catalog::qualified($match->{users}{table}) . ' u' if $section eq 'users';
        next if !defined $values->{from};
        $directory{$section} = $values;
        next if $section eq 'members';
        my ($id) = eval { $psql->columns("SELECT $values->{id} AS id FROM $values->{from}") } or die "[$section] of the recipe: $@";
        $values->{integer} = $id->[1] =~ /\A(?:smallint|integer|bigint)\z/ ? 1 : 0;
        $values->{tables} = [_tables_in($values->{from}, $match)];
    }
    delete @directory{qw(groups members)} if !$directory{groups} || !$directory{members};
    return \%directory;
}

sub _tables_in {
    my ($from, $match) = @_;
    return grep { $from =~ /(?<!\w)\Q$_\E(?![\w\$])/ } map { SlapdPgsql::Catalog::qualified($match->{$_}{table}) } sort keys %$match;
}

# Counts of the rows; no value leaves PostgreSQL. Seconds that they may take:
my $patience = 300;
my $posix = '^[a-z_][a-z0-9_-]{0,31}$';

sub look {
    my ($directory, $psql) = @_;
    my $users = $directory->{users};
    my $where = sub { my ($section) = @_; return defined $section->{where} ? " WHERE $section->{where}" : '' };
    my $filter = $users->{'login filter'} // 'true';
    my $seen = $psql->json(<<"SQL", $patience);
SELECT json_build_object('users', count(*), 'may_log_in', count(*) FILTER (WHERE r.allowed), 'largest_id', max(r.largest),
    'not_posix', count(*) FILTER (WHERE r.name !~ '$posix'), 'mail_names', count(*) FILTER (WHERE r.name LIKE '%_\@_%'),
    'unnamed', count(*) FILTER (WHERE coalesce(r.name, '') = ''), 'spaces', count(*) FILTER (WHERE r.name ~ '^ | \$|  '),
    'equal_names', count(*) - count(DISTINCT lower(r.name)) - count(*) FILTER (WHERE r.name IS NULL),
    'equal_local_parts', count(*) - count(DISTINCT split_part(lower(r.name), '\@', 1)) - count(*) FILTER (WHERE r.name IS NULL),
    'long', count(*) FILTER (WHERE length(r.name) > 255), 'no_hash', count(*) FILTER (WHERE coalesce(r.hash, '') = ''),
    'system_numbers', count(*) FILTER (WHERE r.number < 1000))
FROM (SELECT ($users->{name})::text AS name, (($filter)) AS allowed, ($users->{password})::text AS hash, @{[$users->{integer} ? $users->{id} : 'NULL::integer']} AS largest,
             @{[$users->{number} // 'NULL::integer']} AS number
      FROM $users->{from}@{[$where->($users)]}) r
SQL
    if (my $groups = $directory->{groups}) {
        my $largest_group = $groups->{integer} ? "max($groups->{id})" : 'NULL';
        my $counts = $psql->json("SELECT json_build_object('groups', count(*), 'largest_group', $largest_group) FROM $groups->{from}" . $where->($groups), $patience);
        @$seen{keys %$counts} = values %$counts;
    }
    return $seen;
}

# Bases for numbers so that those of users and groups do not meet; ids that are too large get numbers from the table.
sub set_bases {
    my ($directory, $seen, $given) = @_;
    my %wanted = (%base, %$given);
    my $span = 1_000_000;
    my ($user, $group) = ($seen->{largest_id} // 0, $seen->{largest_group} // 0);
    while ($span <= $user && $span < $largest) { $span *= 10 }
    if ($span > 1_000_000 && !%$given) { @wanted{qw(uid_base gid_base)} = ($span, 2 * $span) }
    for (['users', 'uid_base', $user], ['groups', 'gid_base', $group]) {
        my ($section, $key, $id) = @$_;
        next if !$directory->{$section} || defined $directory->{$section}{number} || !$directory->{$section}{integer} || $wanted{$key} + $id <= $largest;
        $directory->{$section}{integer} = 0;
        @wanted{qw(uid_base gid_base)} = @base{qw(uid_base gid_base)} if !%$given;
    }
    @$directory{keys %wanted} = values %wanted;
    my ($low, $high) = sort { $a->[0] <=> $b->[0] } [$wanted{uid_base}, _width($directory->{users}, $user)], [$wanted{gid_base}, _width($directory->{groups}, $group)];
    die "the numbers of users ($wanted{uid_base} and more) and of groups ($wanted{gid_base} and more) meet; give --uid-base and --gid-base further apart\n"
        if $directory->{groups} && !defined $directory->{users}{number} && !defined $directory->{groups}{number} && $low->[0] + $low->[1] >= $high->[0];
    return;
}

# What an administrator should know of the rows.
sub warnings {
    my ($directory, $seen) = @_;
    my $named = $directory->{names} ne 'id';
    my @parameters = map { "$_->{name}=$_->{value}" } @{ $directory->{recipe}{parameters} };
    my $machines = $directory->{purpose} eq 'machines' && $named;
    my $count = sub { my ($number, $text) = @_; return $number ? "$number of $seen->{users} users: $text" : () };
    return (
        $seen->{users} ? () : 'the table has no users' . (@parameters ? " with @parameters; see --set" : ' yet'),
        $count->($named && $seen->{equal_names}, 'the name of another one, letters in any case; none of them can log in'),
        $count->($named && $seen->{unnamed}, 'no name; they are not shown'),
        $count->($named && $seen->{spaces}, 'a name with spaces at an end, or with two together; neither searches nor logins find it'),
        $machines && $directory->{names} eq 'as-is' ? $count->($seen->{not_posix}, 'a name that machines may refuse (not a-z, 0-9, _ and -, at most 32); see --names') : (),
        $count->($directory->{purpose} eq 'machines' && $seen->{system_numbers}, 'a uidNumber below 1000, as the system has them; who has 0 is root on every machine'),
        $count->($named && $seen->{long}, 'a name of more than 255 characters'),
        $count->($seen->{no_hash}, 'no password; they cannot log in'),
        (map { "row security hides the rows of $_; role.sql gives the role a policy to see them all" } @{ $directory->{row_security} }),
    );
}

sub _width { my ($section, $id) = @_; return !$section ? 0 : $section->{integer} ? $id : 999_999 }

1;
