# Judge.pm: turns a search of an actor into what differs from the answer of a server that has only what the actor may see.
#
# The diagnostic texts have to be the same as well. Where the other server keeps places that the actor does not see (Reduced.pm), what they
# show through is known: the matched DN is the next visible one, hasSubordinates does not count them, and the filter (&) reaches the size
# limit because of them.
package Oracle::Hiding::Judge;
use strict;
use warnings;
use parent 'Oracle::Judge';
use Net::LDAP::ASN qw(LDAPResponse);
use Oracle::Hiding::World qw($password $suffix above normal);
use Oracle::Server;

sub new {
    my ($class, $oracle, $ours, $reduced) = @_;
    my $user = $reduced->{actor}{user};
    my %seemingly = map { $_ => 1 } $reduced->seemingly_superior;
    return bless {
        found => 0, reduced => $reduced, seemingly => \%seemingly, has_scaffold => scalar keys %{ $reduced->{scaffold} },
        # As a client that is no user of the directory.
        oracle => Oracle::Server->new('the oracle', $oracle, $user ? ('cn=config', 'config') : ()),
        ours => Oracle::Server->new('our server', $ours, $user ? ($user->{dn}, $password) : ()),
        whole => Oracle::Server->new('the oracle', $oracle, "cn=admin,$suffix", 'admin'),
    }, $class;
}

sub can_judge {
    my ($self, $search) = @_;
    return !$self->{has_scaffold} if $search->{compare} && $search->{compare}[0] =~ /^hasSubordinates$/i;
    return !%{ $self->{seemingly} } || $search->{compare}
        || !$search->{compare} && Oracle::Filter::text($search->{filter}) !~ /hasSubordinates/i;
}

sub outcome { my ($self, $answer) = @_; return $self->SUPER::outcome($answer) . ($answer->{text} ne '' ? qq( text "$answer->{text}") : '') }

sub may_differ_at_the_limit {
    my ($self, $search) = @_;
    return $self->{has_scaffold} && $self->SUPER::may_differ_at_the_limit($search);
}

sub ask {
    my ($self, $search) = @_;
    my ($theirs, $mine) = $self->SUPER::ask($search);
    $theirs->{matched} = $self->matched($search) if $self->{has_scaffold} && $theirs->{code} eq '32';
    $_ = $self->corrected($_) for %{ $self->{seemingly} } ? @{ $theirs->{entries} } : ();
    return ($theirs, $mine);
}

# The nearest visible entry above the base.
sub matched {
    my ($self, $search) = @_;
    $self->{whole}->send({ base => $search->{base}, scope => 'base', filter => ['present', 'objectClass'], attributes => ['1.1'],
        types => 0, limit => 0, deref => 'never' });
    my $found = $self->{whole}->receive;
    my ($entry) = @{ $found->{entries} };
    my $dn = $entry ? Oracle::Server::text($entry)->[0] =~ s/^dn: //r : $found->{matched};
    $dn = above($dn) while $dn ne '' && !$self->{reduced}->is_visible(normal($dn));
    return $dn;
}

sub corrected { # an entry's bytes
    my ($self, $bytes) = @_;
    return $bytes if $bytes !~ /hasSubordinates/i;
    my $message = $LDAPResponse->decode($bytes);
    my $entry = $message->{protocolOp}{searchResEntry};
    return $bytes if !$entry || !$self->{seemingly}{ normal($entry->{objectName}) };
    for my $attribute (grep { lc $_->{type} eq 'hassubordinates' } @{ $entry->{attributes} }) {
        $_ = 'FALSE' for @{ $attribute->{vals} };
    }
    return $LDAPResponse->encode($message);
}

1;
