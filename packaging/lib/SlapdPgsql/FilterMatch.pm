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
    my ($truth, $why) = _truth($parsed, $entry);
    return $truth > 0 ? (1) : (0, $why);
}

# 1 true, 0 undefined, -1 false; and a term that made it so.
sub _truth {
    my ($filter, $entry) = @_;
    my ($what) = grep { ref $filter->{$_} || defined $filter->{$_} } qw(and or not equalityMatch substrings greaterOrEqual lessOrEqual present approxMatch)
        or return (0, 'a part of the filter is not supported');
    my $is = $filter->{$what};
    if ($what eq 'not') {
        my ($truth) = _truth($is, $entry);
        return (-$truth, 'the filter excludes ' . bless({%$is}, 'Net::LDAP::Filter')->as_string);
    }
    if ($what eq 'and' || $what eq 'or') {
        my $sign = $what eq 'and' ? 1 : -1;    # the least of all, or the greatest
        my ($least, $why) = ($sign, '');
        for my $part (@$is) {
            my ($truth, $reason) = _truth($part, $entry);
            ($least, $why) = ($truth, $reason) if $truth * $sign < $least * $sign || $sign < 0 && $least < 0;
        }
        return ($least, $why);
    }
    my $name = lc($what eq 'present' ? $is : $is->{type} // $is->{attributeDesc});
    my $values = $name eq 'objectclass' ? _classes($entry) : $entry->{attributes}{$name} // [];
    return (@$values ? 1 : -1, "it has no $name") if $what eq 'present';
    return (0, "it has no $name") if !@$values;
    my $seen = "its $name is " . join(', ', @$values > 3 ? (@$values[0 .. 2], '…') : @$values);
    return (_substrings($name, $is->{substrings}, $values), $seen) if $what eq 'substrings';
    my $asked = normal($name, $is->{assertionValue});
    return ((grep { normal($name, $_) eq $asked } @$values) ? 1 : -1, $seen) if $what eq 'equalityMatch' || $what eq 'approxMatch';
    my $order = $what eq 'greaterOrEqual' ? 1 : -1;
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
        my ($where, $text) = %$piece;
        $text = quotemeta lc $text;
        $pattern .= $where eq 'initial' ? "^$text" : $where eq 'final' ? ".*$text\$" : ".*$text";
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
