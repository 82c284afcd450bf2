# ShapeFilter.pm: says by the names, types and values of columns which users of a table may log in.
package SlapdPgsql::ShapeFilter;
use strict;
use warnings;
use SlapdPgsql::Catalog ();

my $on  = qr/active|activated|enabled|approved/;
my $off = qr/disabled|blocked|suspended|deleted|banned|locked|inactive|archived|forbidden|frozen|revoked/;
# Names that only look so: of a feature that is on or off, or of what belongs to a state.
my $feature = qr/_(?:is_)?(?:active|activated|enabled)\z/;
my $other   = qr/last_|date|count|_at\z|email|notif|pass|pwd|secret|otp|mfa|2fa|factor|sms|_(?:reason|by|note)\z/;

# { conditions => [SQL...], doubtful => [column...], values => { name => text } } for the table, whose alias is u. Integers and texts count
# only if their values leave no doubt: 0 and 1, or "active" among others. Of the doubtful ones, values say how often which one is there.
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
    my $counted = @doubtful ? eval { $psql->json('SELECT json_build_array(' . join(', ', map { _counted($table, $_) } @doubtful) . ')', 30) } // [] : [];
    my %values = map { ($doubtful[$_]{name} => $counted->[$_]) } grep { defined $counted->[$_] } 0 .. $#doubtful;
    return { conditions => \@conditions, doubtful => \@doubtful, values => \%values };
}

# "0: 12, 2: 1" for a column of at most six values, all of them short words or numbers; NULL otherwise.
sub _counted {
    my ($table, $column) = @_;
    my $name = SlapdPgsql::Catalog::identifier($column->{name});
    return "(SELECT CASE WHEN count(*) <= 6 AND bool_and(v ~ '^[A-Za-z0-9_-]{1,24}\$') THEN string_agg(v || ': ' || n, ', ' ORDER BY n DESC, v) END"
        . " FROM (SELECT $name\::text AS v, count(*) AS n FROM " . SlapdPgsql::Catalog::qualified($table) . " WHERE $name IS NOT NULL GROUP BY 1 LIMIT 7) s)";
}

# The name in lower case, with _ between words and without the prefix that all columns share.
sub words {
    my ($name, $prefix) = @_;
    my $words = lc $name =~ s/(?<=[a-z0-9])(?=[A-Z])/_/gr;
    return $words =~ s/\A\Q$prefix\E//r;
}

# Whether a column names a user whose row it is not: who created it, or who invites.
sub is_other_person { my ($name) = @_; return words($name, '') =~ /_by(?:_id)?\z|creator|author|owner|manager|parent|inviter|sender/ }

# "gu_" of gu_id, gu_name and gu_enabled.
sub _prefix {
    my ($table) = @_;
    my ($prefix) = ($table->{columns}[0]{name} // '') =~ /\A([a-z]+_)/ or return '';
    return @{ $table->{columns} } > 2 && !(grep { $_->{name} !~ /\A\Q$prefix\E/ } @{ $table->{columns} }) ? $prefix : '';
}

# What the column may tell: switch (a boolean), since, until or expiry (times), number, status, other; empty: nothing.
sub _kind {
    my ($column, $prefix) = @_;
    my $name = words($column->{name}, $prefix) =~ s/\A(?:is|user|account)_//r =~ s/\Ais(?=active\z)//r;
    my $type = $column->{type};
    return $type =~ /\A(?:timestamp|date)/ && $name =~ /\A(?:deactivated|$off)(?:_(?:at|on))?\z/ ? 'since'
        : $type =~ /\A(?:timestamp|date)/ && $name =~ /\A(?:banned|ban|suspended|blocked|locked|lock|lockout)_?(?:until|till|end|expires)\z/ ? 'until'
        : $type =~ /\A(?:timestamp|date)/ && $name =~ /\A(?:expires(?:_(?:at|on))?|(?:expiry|expiration)_date|valid_until)\z/ ? 'expiry'
        : $type eq 'boolean' && $name =~ /\A(?:$on|$off|accepted|status)\z/ ? 'switch'
        : $type =~ /\A(?:smallint|integer)\z/ && $name =~ /\A(?:$on|$off)\z/ ? 'number'
        : $column->{category} =~ /[SE]/ && $name =~ /\A(?:status|state)\z/ ? 'status'
        : $name !~ /$on|$off|status\z|state\z/ || $name =~ $other || $type eq 'boolean' && $name =~ $feature && $name !~ /login|account|user|access/ ? '' : 'other';
}

# The conditions on another table, whose alias is ALIAS, that follow from the names and types of its columns alone. NAMES limits them to some.
sub by_name {
    my ($table, $alias, $names) = @_;
    my $prefix = _prefix($table);
    return map { my $kind = _kind($_, $prefix); $kind =~ /\A(?:switch|since|until|expiry)\z/ && (!$names || words($_->{name}, $prefix) =~ $names) ? _condition($_, $kind, undef, $prefix, $alias) : () } @{ $table->{columns} };
}

sub _condition {
    my ($column, $kind, $said, $prefix, $alias) = @_;
    my $value = ($alias // 'u') . '.' . SlapdPgsql::Catalog::identifier($column->{name});
    my $means_no = words($column->{name}, $prefix) =~ /$off/;
    return $means_no ? "NOT coalesce($value, false)" : $value if $kind eq 'switch';
    return "$value IS NULL" if $kind eq 'since';
    return "($value IS NULL OR $value < now())" if $kind eq 'until';
    return "($value IS NULL OR $value > now())" if $kind eq 'expiry';
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
