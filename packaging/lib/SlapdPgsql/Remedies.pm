# Remedies.pm: completes the findings of a report with remedies that follow from other parts of it.
package SlapdPgsql::Remedies;
use strict;
use warnings;

sub complete {
    my ($report) = @_;
    _rows_without_number($report);
    _hashes_as_bytes($report, $_) for @{ $report->{kinds} // [] };
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

# A column of bytes reaches the module as hexadecimal digits.
sub _hashes_as_bytes {
    my ($report, $kind) = @_;
    my ($column) = map { $_->{name} } grep { $_->{type} eq 'bytea' && grep { $_ eq 'the password hash' } @{ $_->{uses} } } @{ $kind->{columns} } or return;
    my $unknown = 'not a hash (plain text?)';
    for my $finding (grep { $_->{object} eq $kind->{name} } @{ $report->{findings} }) {
        $finding->{message} =~ s/: a value that is not a known hash \(\Q$unknown\E\)\z/: the column $column is bytea, not text/ or next;
        $finding->{hint} = "return convert_from(..., 'UTF8') AS $column if the bytes are text; otherwise encode(..., 'base64') or 'hex', after what the scheme puts before it";
    }
    for my $hash (grep { $_->{scheme} eq $unknown } @{ $kind->{passwords} // [] }) { @$hash{qw(scheme reason)} = ('bytea', "the column $column is bytea, not text") }
    return;
}

1;
