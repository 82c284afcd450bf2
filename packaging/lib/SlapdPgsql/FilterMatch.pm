# FilterMatch.pm: whether an entry matches an LDAP filter (RFC 4511 §4.5.1.7), and if not, which part of the filter fails.
package SlapdPgsql::FilterMatch;
use strict;
use warnings;
use Net::LDAP::Filter ();

my %superior = (
    inetorgperson => ['organizationalperson', 'person'], organizationalperson => ['person'], groupofmembers => [],
);
my %number = map { $_ => 1 } qw(uidnumber gidnumber);

# An entry is { dn, attributes => { lower-case name => [values] } }. Returns (1), or (0, why not, in words); what is Undefined
# does not match.
sub matches {
    my ($filter, $entry) = @_;
    my $parsed = ref $filter ? $filter : Net::LDAP::Filter->new($filter) // die "'$filter' is not a filter\n";
    my ($truth, $reason) = _truth($parsed, $entry);
    return $truth > 0 ? (1) : (0, $reason);
}

# 1 true, 0 undefined, -1 false; and a term that made it so.
sub _truth {
    my ($filter, $entry) = @_;
    my ($operator) = grep { ref $filter->{$_} || defined $filter->{$_} } qw(and or not equalityMatch substrings greaterOrEqual lessOrEqual present approxMatch)
        or return (0, 'a part of the filter is not supported');
    my $operand = $filter->{$operator};
    if ($operator eq 'not') {
        my ($truth) = _truth($operand, $entry);
        return (-$truth, 'the filter excludes ' . bless({%$operand}, 'Net::LDAP::Filter')->as_string);
    }
    if ($operator eq 'and' || $operator eq 'or') {
        my $sign = $operator eq 'and' ? 1 : -1;    # the least of all, or the greatest
        my ($result, $reason) = ($sign, '');
        for my $part (@$operand) {
            my ($truth, $part_reason) = _truth($part, $entry);
            ($result, $reason) = ($truth, $part_reason) if $truth * $sign < $result * $sign || $sign < 0 && $result < 0;
        }
        return ($result, $reason);
    }
    my $name = lc($operator eq 'present' ? $operand : $operand->{type} // $operand->{attributeDesc});
    my $values = $name eq 'objectclass' ? _classes($entry) : $entry->{attributes}{$name} // [];
    return (@$values ? 1 : -1, "it has no $name") if $operator eq 'present';
    return (0, "it has no $name") if !@$values;
    my $seen = "its $name is " . join(', ', @$values > 3 ? (@$values[0 .. 2], '…') : @$values);
    return (_substrings($name, $operand->{substrings}, $values), $seen) if $operator eq 'substrings';
    my $asked = normal($name, $operand->{assertionValue});
    return ((grep { normal($name, $_) eq $asked } @$values) ? 1 : -1, $seen) if $operator eq 'equalityMatch' || $operator eq 'approxMatch';
    my $order = $operator eq 'greaterOrEqual' ? 1 : -1;
    return ((grep { ($number{$name} ? $_ <=> $asked : normal($name, $_) cmp $asked) * $order >= 0 } @$values) ? 1 : -1, $seen);
}

sub _classes {
    my ($entry) = @_;
    my @classes = map { lc } @{ $entry->{attributes}{objectclass} // [] };
    return [@classes, map { @{ $superior{$_} // [] } } @classes];
}

sub _substrings {
    my ($name, $pieces, $values) = @_;
    my $pattern = '';
    for my $piece (@$pieces) {
        my ($position, $text) = %$piece;
        $text = quotemeta lc $text;
        $pattern .= $position eq 'initial' ? "^$text" : $position eq 'final' ? ".*$text\$" : ".*$text";
    }
    return (grep { lc($_) =~ /$pattern/s } @$values) ? 1 : -1;
}

# A value as LDAP's usual rules compare it: without case and superfluous spaces, numbers by value, DNs without spaces around , and =.
sub normal {
    my ($name, $value) = @_;
    $value = lc $value =~ s/^ +| +$//gr =~ s/  +/ /gr;
    return $value =~ s/^0+(?=\d)//r if $number{$name};
    return $value =~ s/\s*([,=])\s*/$1/gr;
}

1;
