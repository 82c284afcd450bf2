# Judge.pm: turns a search into what two servers answer differently, and a search with a difference into the smallest one.
#
# What may differ, and why; everything else is a mistake of ours:
# - the order of entries and pages, and of an entry's attributes and values: RFC 4511 §4.5.2 and RFC 4512 §2.5 have none;
# - which entries come before the size limit is reached (RFC 4511 §4.5.1.4): their number and the result have to agree;
# - the diagnostic message, which is for people (RFC 4511 §4.1.9).
# The directories themselves differ by this only (profiles.sh): back-mdb's has no entryCSN, creatorsName and modifiersName, since
# nobody writes to ours.
package Oracle::Judge;
use strict;
use warnings;
use Oracle::Filter;
use Oracle::Server;
use Oracle::Tree;

sub new {
    my ($class, $oracle, $ours) = @_;
    return bless { found => 0, oracle => Oracle::Server->new('the oracle', $oracle), ours => Oracle::Server->new('our server', $ours) }, $class;
}

# What is compared of a result.
sub outcome { my ($self, $answer) = @_; return qq($answer->{code} (matched "$answer->{matched}")) }

# Whether one server may have reached the limit, and the other one not.
sub may_differ_at_the_limit {
    my ($self, $search) = @_;
    # An entry that matches and cannot be read exceeds the limit if it comes behind so many others (result.c): that is a matter of order.
    my $whole = $self->ask_us({ %$search, limit => 0, page => undef });
    return $whole->{code} eq '0' && @{ $whole->{entries} } == $search->{limit};
}

# Both servers work at the same time.
sub ask {
    my ($self, $search) = @_;
    my @servers = @$self{qw(oracle ours)};
    $_->send($search) for @servers;
    my @answers = map { $_->receive } @servers;
    return @answers unless defined $search->{page};
    return map { $servers[$_]->other_pages($search, $answers[$_]) } 0, 1;
}

sub ask_us {
    my ($self, $search) = @_;
    $self->{ours}->send($search);
    return $self->{ours}->receive;
}

sub minus { # the entries of one list that are not in another, each as often as it is
    my ($from, $what) = @_;
    my %there;
    $there{$_}++ for @$what;
    return [grep { !$there{$_}-- } map { $there{$_} //= 0; $_ } @$from];
}

sub values_sorted { # the text of an entry, whatever the order of its values
    my ($dn, @values) = @{ Oracle::Server::text($_[0]) };
    return join "\n", $dn, sort @values;
}

# Nothing, or lines that say what differs.
sub difference {
    my ($self, $search) = @_;
    my ($theirs, $mine) = $self->ask($search);
    $self->{found} += @{ $theirs->{entries} } ? 1 : 0;
    return if $search->{limit} && join('', sort $theirs->{code}, $mine->{code}) eq '04' && $self->may_differ_at_the_limit($search);
    my ($their_outcome, $my_outcome) = map { $self->outcome($_) } $theirs, $mine;
    return "result $their_outcome of the oracle, $my_outcome of ours\n" if $their_outcome ne $my_outcome;
    if ($mine->{code} eq '4') {
        # Which entries are among the first so many is nobody's business (RFC 4511 §4.5.1.4), but they must be of the answer.
        my $whole = $self->ask_us({ %$search, limit => 0, page => undef });
        my $foreign = minus($mine->{entries}, $whole->{entries});
        return scalar(@{ $theirs->{entries} }) . ' entries of the oracle, ' . @{ $mine->{entries} } . " of ours, within the limit\n"
            if @{ $theirs->{entries} } != @{ $mine->{entries} };
        return $whole->{code} ne '4' && @$foreign ? "an entry within the limit is not of the whole answer\n" : undef;
    }
    if ($search->{page} && $mine->{code} eq '0' && $search->{limit} == 0) {
        my $whole = $self->ask_us({ %$search, page => undef });
        return "the pages together are not the answer without pages\n"
            if $whole->{code} eq '0' && "@{ [sort map { values_sorted($_) } @{ $whole->{entries} }] }" ne "@{ [sort map { values_sorted($_) } @{ $mine->{entries} }] }";
    }
    my ($missing, $extra) = (minus($theirs->{entries}, $mine->{entries}), minus($mine->{entries}, $theirs->{entries}));
    return if !@$missing && !@$extra;
    # The bytes differ; do the values?
    my %ours = map { my $text = Oracle::Server::text($_); ($text->[0] => $text) } @$extra;
    my @lines;
    for (@$missing) {
        my $text = Oracle::Server::text($_);
        my $other = delete $ours{ $text->[0] } or push(@lines, "- $text->[0]"), next;
        my @values = ((map { "-     $_" } @{ minus($text, $other) }), map { "+     $_" } @{ minus($other, $text) });
        push @lines, "  $text->[0]", @values if @values;
    }
    push @lines, map { "+ $_" } sort keys %ours;
    return @lines ? join("\n", @lines) . "\n" : undef;
}

# Searches that ask for less.
sub simpler {
    my ($search, $how) = @_;
    my @out;
    if (my $compare = $search->{compare}) {
        return map { { %$search, compare => [$compare->[0], $_] } } Oracle::Filter::shorter($compare->[1], 0);
    }
    push @out, { %$search, page => undef } if defined $search->{page};
    push @out, map { { %$search, @$_ } } grep { $search->{ $_->[0] } } [limit => 0], [types => 0];
    push @out, { %$search, deref => 'never' } if $search->{deref} ne 'never';
    push @out, { %$search, attributes => ['1.1'] } if "@{ $search->{attributes} }" ne '1.1';
    push @out, { %$search, attributes => [$1] } if $how =~ /^[+-]     ([^:\n]+)/m && "@{ $search->{attributes} }" ne $1;
    if (@{ $search->{attributes} } > 1) {
        for my $i (0 .. $#{ $search->{attributes} }) {
            my @less = @{ $search->{attributes} };
            splice @less, $i, 1;
            push @out, { %$search, attributes => \@less };
        }
    }
    push @out, map { { %$search, filter => $_ } } Oracle::Filter::smaller($search->{filter});
    push @out, { %$search, base => 'dc=example,dc=com', scope => 'sub' } if $search->{base} ne 'dc=example,dc=com';
    push @out, map { { %$search, base => $_ } } Oracle::Tree::shorter($search->{base});
    push @out, { %$search, scope => 'sub' } if $search->{scope} ne 'sub';
    return @out;
}

# The smallest search found that is answered differently, and how; a wrong result stays one, lest it lead to wrong entries.
sub shrink {
    my ($self, $search, $how) = @_;
    my %tried;
    for (my $again = 1; $again;) {
        $again = 0;
        for my $less (simpler($search, $how)) {
            next if $tried{ command('', $less) }++;
            last if keys %tried > 3000;
            my $still = $self->difference($less) or next;
            next if ($still =~ /^result/) != ($how =~ /^result/);
            ($search, $how, $again) = ($less, $still, 1);
            last;
        }
    }
    return ($search, $how);
}

sub quoted { return $_[0] =~ /^[A-Za-z0-9_.,=\/:+@-]+$/ ? $_[0] : "'" . ($_[0] =~ s/'/'\\''/gr) . "'" }

# The search as a command.
sub command {
    my ($uri, $search) = @_;
    if (my $compare = $search->{compare}) {
        my $value = $compare->[1] =~ /^[ -~]*$/ ? ":$compare->[1]" : do { require MIME::Base64; '::' . MIME::Base64::encode_base64($compare->[1], '') };
        return join ' ', 'ldapcompare -x -H', $uri, map { quoted($_) } $search->{base}, $compare->[0] . $value;
    }
    return join ' ', 'ldapsearch -x -LLL -H', $uri, '-b', quoted($search->{base}), "-s $search->{scope}",
        $search->{limit} ? "-z $search->{limit}" : (), $search->{types} ? '-A' : (), $search->{deref} ne 'never' ? "-a $search->{deref}" : (),
        defined $search->{page} ? "-E pr=$search->{page}/noprompt" : (),
        map { quoted($_) } Oracle::Filter::text($search->{filter}), @{ $search->{attributes} };
}

1;
