# Selection.pm: which hosts an expression of tags and a regular expression select.
package SlapdPgsql::Selection;
use strict;
use warnings;

# TAGS: "web,+prod,-test" selects hosts that have web or another tag without a sign, and prod, and not test. REGEX is for the name.
# Either may be undef. Dies with a message.
sub new {
    my ($class, $tags, $regex) = @_;
    my $self = bless { any => [], must => [], never => [], text => '' }, $class;
    for my $term (split /,/, $tags // '', -1) {
        my ($sign, $tag) = $term =~ /^([+-]?)([A-Za-z0-9_.-]+)\z/ or die "-t: '$term' is not a tag; write tag, +tag or -tag, separated by commas\n";
        push @{ $self->{ $sign eq '+' ? 'must' : $sign eq '-' ? 'never' : 'any' } }, $tag;
    }
    if (defined $regex) {
        $self->{regex} = eval { qr/$regex/ } // die "-m: '$regex' is not a regular expression: ", $@ =~ s/ at \S+ line \d+\.\n\z//r, "\n";
    }
    $self->{text} = join ' and', map { defined $_->[1] ? " $_->[0] $_->[1]" : () } ['has the tag', $tags], ['matches', $regex];
    return $self;
}

sub takes {
    my ($self, $host) = @_;
    my %has = map { $_ => 1 } @{ $host->{tags} };
    return 0 if @{ $self->{any} } && !grep { $has{$_} } @{ $self->{any} };
    return 0 if grep { !$has{$_} } @{ $self->{must} };
    return 0 if grep { $has{$_} } @{ $self->{never} };
    return !defined $self->{regex} || $host->{name} =~ $self->{regex};
}

# For a message: "no server" . text.
sub text { my ($self) = @_; return $self->{text} }

1;
