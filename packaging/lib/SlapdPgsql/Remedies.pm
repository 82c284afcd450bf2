# Remedies.pm: completes the findings of a report with remedies that follow from other parts of it.
package SlapdPgsql::Remedies;
use strict;
use warnings;

sub complete {
    my ($report) = @_;
    _rows_without_number($report);
    return;
}

# The SQL of searches for the entries of a kind.
sub statements {
    my ($report, $kind) = @_;
    return map { $_->{sql} } grep { $_->{description} eq $kind } map { @{ $_->{statements} } } @{ $report->{searches} // [] };
}

sub _rows_without_number {
    my ($report) = @_;
    for my $finding (@{ $report->{findings} }) {
        my ($kind) = $finding->{object} =~ /\Apgsql-list (\S+)\z/ or next;
        next if defined $finding->{hint} || $finding->{message} !~ /: it has no (?:uid|gid)Number(?!\w)/;
        $finding->{hint} = (grep { /\bslapd_pgsql\.number\b/ } statements($report, $kind))
            ? 'run numbers.sql again: it gives these rows numbers, and creates the trigger that does so for new ones; a view has none, so run it by a timer'
            : 'return a number for each row, or leave these rows out of the query';
    }
    return;
}

1;
