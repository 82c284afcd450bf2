# Exposition.pm: writes the attributes of cn=Monitor in Prometheus' text format.
#
# Names follow from the attributes: olmPgPoolInUse becomes slapd_pgsql_pool_in_use. Attributes olmPg<operation><outcome> become one
# metric with labels. An operation is what has olmPg<operation>Answered and the histogram olmPg<operation>Time.
package SlapdPgsql::Exposition;
use strict;
use warnings;
use SlapdPgsql::MetricTable ();

my $prefix = 'slapd_pgsql';
my %known = map { $_->[0] => { type => $_->[1], unit => $_->[2], help => $_->[3] } } @SlapdPgsql::MetricTable::rows;

# The metrics of all databases as text. DATABASES is a list of { suffix, values }, where values has a list for each attribute. Values
# of unknown form are left out; their attributes are added to SKIPPED.
sub text {
    my ($databases, $skipped) = @_;
    my (%families, @order);
    for my $database (@$databases) {
        for my $attribute (sort keys %{ $database->{values} }) {
            next if $attribute eq 'olmPgSuffix' || _is_sum($attribute, $database->{values});
            my $family = family($attribute, $database->{values}) or push(@$skipped, $attribute), next;
            my $name = $family->{name};
            push @order, $name if !$families{$name};
            $families{$name} //= { %$family, samples => '' };
            $families{$name}{samples} .= _samples($family, $database, $attribute);
        }
    }
    return join '', map { _head($_, @{ $families{$_} }{ 'type', 'help' }) . $families{$_}{samples} } sort @order;
}

# A metric with one value.
sub gauge {
    my ($name, $help, $value) = @_;
    return _head("${prefix}_$name", 'gauge', $help) . "${prefix}_$name $value\n";
}

# A metric with a value for each value of a label. SAMPLES are pairs [value of the label, value]; without one there is no metric.
sub labeled_gauge {
    my ($name, $help, $label, @samples) = @_;
    return '' if !@samples;
    return join '', _head("${prefix}_$name", 'gauge', $help), map { "${prefix}_$name" . _labels($label => $_->[0]) . " $_->[1]\n" } @samples;
}

# { name, type, help, labels } of the metric that shows an attribute; undef if the values are neither one number nor a histogram.
sub family {
    my ($attribute, $values) = @_;
    my ($operation, $outcome) = _operation($attribute, $values);
    if (_is_histogram($values->{$attribute})) {
        my ($base) = $attribute =~ /^olmPg(\w+)Time\z/ or return;
        return { name => "${prefix}_operation_duration_seconds", type => 'histogram', help => $SlapdPgsql::MetricTable::duration,
            labels => [operation => _words($base)] } if _is_operation($base, $values);
        return { name => "${prefix}_" . _words($base) . '_seconds', type => 'histogram', help => _about($attribute)->{help}, labels => [] };
    }
    return if @{ $values->{$attribute} } != 1 || $values->{$attribute}[0] !~ /^[0-9]+\z/;
    return { name => "${prefix}_operations_total", type => 'counter', help => $SlapdPgsql::MetricTable::outcome,
        labels => [operation => _words($operation), outcome => _words($outcome)] } if defined $operation;
    my $about = _about($attribute);
    my $name = "${prefix}_" . _words($attribute =~ s/^olmPg//r);
    my $unit = $about->{unit} eq 'microseconds' ? 'seconds' : $about->{unit};    # Prometheus' base unit
    $name .= "_$unit" if $unit ne 'count' && $name !~ /_\Q$unit\E\z/;
    $name .= '_total' if $about->{type} eq 'counter';
    return { name => $name, type => $about->{type}, help => $about->{help}, labels => [], millionths => $unit ne $about->{unit} };
}

sub _about {
    my ($attribute) = @_;
    return $known{$attribute} // { type => 'untyped', unit => 'count', help => "The attribute $attribute of cn=Monitor" };
}

# PasswordChange becomes password_change.
sub _words { return lc($_[0] =~ s/(?<=[a-z0-9])(?=[A-Z])/_/gr) }

# Operation and outcome of an attribute.
sub _operation {
    my ($attribute, $values) = @_;
    my ($name) = $attribute =~ /^olmPg(\w+)\z/ or return;
    while ($name =~ /(?<=[a-z0-9])(?=[A-Z])/g) {
        my ($operation, $outcome) = (substr($name, 0, pos $name), substr $name, pos $name);
        return ($operation, $outcome) if $outcome !~ /^Time(?:Sum)?\z/ && _is_operation($operation, $values);
    }
    return;
}

sub _is_operation {
    my ($name, $values) = @_;
    return $values->{"olmPg${name}Answered"} && _is_histogram($values->{"olmPg${name}Time"});
}

sub _is_sum {
    my ($attribute, $values) = @_;
    return $attribute =~ /^(olmPg\w+Time)Sum\z/ && _is_histogram($values->{$1});
}

sub _is_histogram {
    my ($values) = @_;
    return 0 if !$values || grep { !/^(?:[0-9]+(?:\.[0-9]+)?|inf) [0-9]+\z/ } @$values;
    return scalar grep { /^inf / } @$values;
}

sub _samples {
    my ($family, $database, $attribute) = @_;
    my $sample = sub {
        my ($suffix, $value, @more) = @_;
        return "$family->{name}$suffix" . _labels(suffix => $database->{suffix}, @{ $family->{labels} }, @more) . " $value\n";
    };
    my $values = $database->{values}{$attribute};
    return $sample->('', $family->{millionths} ? sprintf '%.6f', $values->[0] / 1e6 : $values->[0]) if $family->{type} ne 'histogram';
    my @buckets = sort { $a->[0] <=> $b->[0] } map { [split / /] } @$values;    # inf is a number as well
    my $sum = $database->{values}{"${attribute}Sum"}[0];                         # in microseconds
    return join '', (map { $sample->('_bucket', $_->[1], le => $_->[0] =~ s/^inf\z/+Inf/r) } @buckets),
        (defined $sum && $sum =~ /^[0-9]+\z/ ? $sample->('_sum', sprintf '%.6f', $sum / 1e6) : ()), $sample->('_count', $buckets[-1][1]);
}

sub _labels {
    my (@pairs) = @_;
    my @labels;
    while (my ($name, $value) = splice @pairs, 0, 2) {
        push @labels, "$name=\"" . $value =~ s/([\\"])/\\$1/gr =~ s/\n/\\n/gr . '"';
    }
    return '{' . join(',', @labels) . '}';
}

sub _head {
    my ($name, $type, $help) = @_;
    return "# HELP $name " . $help =~ s/\\/\\\\/gr =~ s/\n/\\n/gr . "\n# TYPE $name $type\n";
}

1;
