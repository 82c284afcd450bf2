# Filter.pm: turns a filter tree into what LDAP sends (RFC 4511), what a person types (RFC 4515), and smaller trees.
#
# A tree is one of [and|or => TREE…] [not => TREE] [present => ATTRIBUTE] [equal|least|most|approx => ATTRIBUTE, VALUE]
# [substrings => ATTRIBUTE, INITIAL, [ANY…], FINAL] [extensible => ATTRIBUTE, RULE, DN, VALUE]; values are bytes, '' means none.
package Oracle::Filter;
use strict;
use warnings;

my %asn = (equal => 'equalityMatch', least => 'greaterOrEqual', most => 'lessOrEqual', approx => 'approxMatch');
my %sign = (equal => '=', least => '>=', most => '<=', approx => '~=');

sub asn {
    my ($kind, @of) = @{ $_[0] };
    return { $kind => [map { asn($_) } @of] } if $kind eq 'and' || $kind eq 'or';
    return { not => asn($of[0]) } if $kind eq 'not';
    return { present => $of[0] } if $kind eq 'present';
    return { $asn{$kind} => { attributeDesc => $of[0], assertionValue => $of[1] } } if $asn{$kind};
    if ($kind eq 'substrings') {
        my ($attribute, $initial, $any, $final) = @of;
        return { substrings => { type => $attribute, substrings => [
            $initial ne '' ? { initial => $initial } : (), (map { { any => $_ } } @$any), $final ne '' ? { final => $final } : ()] } };
    }
    my ($attribute, $rule, $dn, $value) = @of;
    return { extensibleMatch => { $rule ne '' ? (matchingRule => $rule) : (), $attribute ne '' ? (type => $attribute) : (),
        matchValue => $value, $dn ? (dnAttributes => 1) : () } };
}

sub escaped { return $_[0] =~ s/([^A-Za-z0-9,=. \@:\/_+-])/sprintf '\\%02x', ord $1/gers }

sub text {
    my ($kind, @of) = @{ $_[0] };
    return '(' . ($kind eq 'and' ? '&' : '|') . join('', map { text($_) } @of) . ')' if $kind eq 'and' || $kind eq 'or';
    return '(!' . text($of[0]) . ')' if $kind eq 'not';
    return "($of[0]=*)" if $kind eq 'present';
    return "($of[0]$sign{$kind}" . escaped($of[1]) . ')' if $sign{$kind};
    return "($of[0]=" . join('*', escaped($of[1]), (map { escaped($_) } @{ $of[2] }), escaped($of[3])) . ')' if $kind eq 'substrings';
    my ($attribute, $rule, $dn, $value) = @of;
    return "($attribute" . ($dn ? ':dn' : '') . ($rule ne '' ? ":$rule" : '') . ':=' . escaped($value) . ')';
}

# Shorter values: without a half, without a quarter, without a character at one end, and at last a letter.
sub shorter {
    my ($value, $least) = @_;
    my $length = length $value;
    my %seen = ($value => 1);
    return grep { !$seen{$_}++ && length $_ >= $least } map { (substr($value, $_), substr($value, 0, $length - $_)) }
        grep { $_ > 0 && $_ <= $length } int($length / 2), int($length / 4), 1;
}

# Trees that say less, those that say least first.
sub smaller {
    my ($kind, @of) = @{ $_[0] };
    my @out;
    if ($kind eq 'and' || $kind eq 'or' || $kind eq 'not') {
        push @out, ['present', 'objectClass'], @of, map { @$_[1 .. $#$_] } grep { $_->[0] =~ /^(?:and|or|not)$/ } @of;
        for my $i (0 .. $#of) {
            my @others = @of;
            splice @others, $i, 1;
            push @out, [$kind, @others] if $kind ne 'not';
        }
        for my $i (0 .. $#of) {
            push @out, map { my @changed = @of; $changed[$i] = $_; [$kind, @changed] } smaller($of[$i]);
        }
        return @out;
    }
    return $of[0] eq 'objectClass' ? () : ['present', 'objectClass'] if $kind eq 'present';
    push @out, ['present', 'objectClass'], $of[0] ne '' ? ['present', $of[0]] : ();
    return @out, map { [$kind, $of[0], $_] } shorter($of[1], 1) if $asn{$kind};
    if ($kind eq 'substrings') {
        my ($attribute, $initial, $any, $final) = @of;
        my @parts = ($initial, @$any, $final);
        for my $i (0 .. $#parts) {
            for my $less (shorter($parts[$i], 1), $i > 0 && $i < $#parts || $parts[$i] eq '' ? () : '') {
                my @less = @parts;
                $less[$i] = $less;
                push @out, ['substrings', $attribute, shift @less, [@less[0 .. $#less - 1]], $less[-1]] if grep { $_ ne '' } @less;
            }
            next if $i == 0 || $i == $#parts;
            my @less = @parts;
            splice @less, $i, 1;
            push @out, ['substrings', $attribute, shift @less, [@less[0 .. $#less - 1]], $less[-1]] if grep { $_ ne '' } @less;
        }
        return @out;
    }
    my ($attribute, $rule, $dn, $value) = @of;
    push @out, ['equal', $attribute, $value] if $attribute ne '';
    push @out, ['extensible', $attribute, $rule, 0, $value] if $dn && ($attribute ne '' || $rule ne '');
    push @out, ['extensible', $attribute, '', $dn, $value] if $rule ne '' && $attribute ne '';
    return @out, map { ['extensible', $attribute, $rule, $dn, $_] } shorter($value, 1);
}

1;
