# ShapeFilter.pm: says by the names, types and values of columns which users of a table may log in.
package SlapdPgsql::ShapeFilter;
use strict;
use warnings;
use SlapdPgsql::Catalog ();

my $on  = qr/active|enabled/;
my $off = qr/disabled|blocked|suspended|deleted|banned|locked|inactive|archived/;

# { conditions => [SQL...], doubtful => [column...] } for the table, whose alias is u. Integers and texts count only if their values
# leave no doubt: 0 and 1, or "active" among others.
sub of {
    my ($table, $psql) = @_;
    my (%said, @conditions, @doubtful);
    my $prefix = _prefix($table);
    my @of_values = grep { _kind($_, $prefix) =~ /\A(?:number|status)\z/ } @{ $table->{columns} };
    my $values = @of_values ? eval { $psql->json(_question($table, @of_values), 30) } // [] : [];
    @said{ map { $_->{name} } @of_values } = @$values;
    for my $column (@{ $table->{columns} }) {
        my $kind = _kind($column, $prefix);
        my $condition = _condition($column, $kind, $said{ $column->{name} }, $prefix);
        if (defined $condition) { push @conditions, $condition }
        elsif ($kind ne '') { push @doubtful, $column }
    }
    return { conditions => \@conditions, doubtful => \@doubtful };
}

# The name in lower case, with _ between words and without the prefix that all columns share.
sub words {
    my ($name, $prefix) = @_;
    my $words = lc $name =~ s/(?<=[a-z0-9])(?=[A-Z])/_/gr;
    return $words =~ s/\A\Q$prefix\E//r;
}

# "gu_" of gu_id, gu_name and gu_enabled.
sub _prefix {
    my ($table) = @_;
    my ($prefix) = ($table->{columns}[0]{name} // '') =~ /\A([a-z]+_)/ or return '';
    return @{ $table->{columns} } > 2 && !(grep { $_->{name} !~ /\A\Q$prefix\E/ } @{ $table->{columns} }) ? $prefix : '';
}

# What the column may tell: switch (a boolean), since or until (times), number, status, other; empty: nothing.
sub _kind {
    my ($column, $prefix) = @_;
    my $name = words($column->{name}, $prefix) =~ s/\A(?:is|user|account)_//r =~ s/\Ais(?=active\z)//r;
    my $type = $column->{type};
    return $type =~ /\A(?:timestamp|date)/ && $name =~ /\A(?:deactivated|$off)(?:_(?:at|on))?\z/ ? 'since'
        : $type =~ /\A(?:timestamp|date)/ && $name =~ /\A(?:banned|ban|suspended|blocked|locked|lock|lockout)_?(?:until|till|end|expires)\z/ ? 'until'
        : $type eq 'boolean' && $name =~ /\A(?:$on|$off|status)\z/ ? 'switch'
        : $type =~ /\A(?:smallint|integer)\z/ && $name =~ /\A(?:$on|$off)\z/ ? 'number'
        : $column->{category} =~ /[SE]/ && $name =~ /\A(?:status|state)\z/ ? 'status'
        : $name =~ /$on|$off|status\z|state\z/ && $name !~ /last_|date|count|_at\z|email|notif|pass|pwd|secret|otp|mfa|2fa|factor/ ? 'other' : '';
}

sub _condition {
    my ($column, $kind, $said, $prefix) = @_;
    my $value = 'u.' . SlapdPgsql::Catalog::identifier($column->{name});
    my $means_no = words($column->{name}, $prefix) =~ /$off/;
    return $means_no ? "NOT coalesce($value, false)" : $value if $kind eq 'switch';
    return "$value IS NULL" if $kind eq 'since';
    return "($value IS NULL OR $value < now())" if $kind eq 'until';
    return if !$said;
    return $means_no ? "coalesce($value, 0) = 0" : "$value = 1" if $kind eq 'number';
    return "$value = " . SlapdPgsql::Catalog::literal($said) if $kind eq 'status';
    return;
}

# For each column whether its values leave no doubt; no other value leaves PostgreSQL than "active" in its own letters.
sub _question {
    my ($table, @columns) = @_;
    my @answers = map {
        my $value = SlapdPgsql::Catalog::identifier($_->{name});
        $_->{category} =~ /[SE]/ ? "min($value\::text) FILTER (WHERE lower($value\::text) = 'active')" : "bool_and($value IN (0, 1)) FILTER (WHERE $value IS NOT NULL)"
    } @columns;
    return 'SELECT json_build_array(' . join(', ', @answers) . ') FROM ' . SlapdPgsql::Catalog::qualified($table);
}

1;
