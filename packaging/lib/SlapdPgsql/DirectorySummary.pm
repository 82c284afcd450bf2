# DirectorySummary.pm: what a new directory has, for JSON and for a terminal.
package SlapdPgsql::DirectorySummary;
use strict;
use warnings;
use JSON::PP ();
use SlapdPgsql::Catalog ();
use SlapdPgsql::NewDirectory ();
use SlapdPgsql::RecipeQueries ();

# REPORT is that of slapd-pgsql-check.
sub of {
    my ($directory, $catalog, $candidate, $seen, $report) = @_;
    my @errors = map { "$_->{object}: $_->{message}" } grep { $_->{level} eq 'error' || $_->{level} eq 'warning' && $_->{message} =~ /cannot log in/ } @{ $report->{findings} };
    my ($kind) = grep { $_->{name} eq 'users' } @{ $report->{kinds} };
    my %name = map { (SlapdPgsql::Catalog::qualified($_) => "$_->{schema}.$_->{name}") } map { $_->{table} } values %{ $directory->{match} };
    return (
        database => $catalog->{database}, tables => scalar($catalog->own_tables), recipe => $candidate->{recipe}{shape} ? undef : $candidate->{name}, title => $candidate->{recipe}{title},
        suffix => $directory->{suffix}, purpose => $directory->{purpose}, names => $directory->{names}, login_filter => $directory->{users}{'login filter'}, hidden => $directory->{hide} ? JSON::PP::true : JSON::PP::false,
        tables_used => { $directory->{groups} ? (groups => join(', ', map { $name{$_} } @{ $directory->{groups}{tables} })) : (), map { ($_ => $name{ SlapdPgsql::Catalog::qualified($directory->{match}{$_}{table}) }) } keys %{ $directory->{match} } },
        users => $seen->{users}, may_log_in => $seen->{may_log_in}, groups => $seen->{groups},
        numbers => $directory->{purpose} ne 'machines' ? 'none' : { map { ($_ => { from => defined $directory->{$_}{number} ? 'column' : $directory->{$_}{integer} ? 'id' : 'table', base => $directory->{ $_ eq 'users' ? 'uid_base' : 'gid_base' } }) } grep { $directory->{$_} } qw(users groups) },
        hashes => [map { { kind => $_->{scheme}, count => $_->{count}, checked => $_->{checked} ? JSON::PP::true : JSON::PP::false, reason => $_->{reason} } } @{ $kind->{passwords} // [] }],
        warnings => [$candidate->{recipe}{shape} ? @{ $directory->{notes} } : (), SlapdPgsql::NewDirectory::warnings($directory, $seen), grep { !/name of another row|superfluous spaces|$SlapdPgsql::RecipeQueries::trial/ } @errors],
    );
}

# What the terminal shows of the summary.
sub lines {
    my ($summary) = @_;
    my $hashes = join ', ', map { "$_->{count} $_->{kind}" . ($_->{checked} ? '' : " (cannot be checked)") } @{ $summary->{hashes} };
    my $numbers = $summary->{numbers} eq 'none' ? 'none: the entries are for logins to applications'
        : join '; ', map { my $n = $summary->{numbers}{$_}; ($_ eq 'users' ? 'uidNumber' : 'gidNumber') . ($n->{from} eq 'column' ? ' of the application' : $n->{from} eq 'id' ? " = id + $n->{base}" : " from $n->{base}, by a table of numbers") } sort { $b cmp $a } keys %{ $summary->{numbers} };
    return (
        "  users     $summary->{tables_used}{users}: $summary->{users} users, $summary->{may_log_in} may log in" . (defined $summary->{login_filter} ? " ($summary->{login_filter})" : '') =~ s/\s+/ /gr,
        "  hashes    " . ($hashes || 'none'),
        defined $summary->{groups} ? "  groups    $summary->{tables_used}{groups}: $summary->{groups} groups" : '  groups    none',
        "  numbers   $numbers",
        "  suffix    $summary->{suffix}",
        map { "  warning   $_" } @{ $summary->{warnings} },
    );
}

1;
