# Server.pm: turns a search into a server's answer to it, over a connection that stays open.
#
# Entries are kept as the bytes that came. Every request has the same number, so that two servers' bytes can be compared, and
# hardly an entry has ever to be decoded: that is what makes a million searches affordable.
package Oracle::Server;
use strict;
use warnings;
use Convert::ASN1;
use IO::Socket::INET;
use Net::LDAP::ASN qw(LDAPRequest LDAPResponse realSearchControlValue);
use Oracle::Filter;

my $number = 1;
my %scope = (base => 0, one => 1, sub => 2, children => 3);
my %deref = (never => 0, search => 1, find => 2, always => 3);
my $paged = '1.2.840.113556.1.4.319';

# Anonymous without a name.
sub new {
    my ($class, $name, $uri, $dn, $password) = @_;
    return bless({ name => $name, uri => $uri, buffer => '', dn => $dn, password => $password }, $class)->connect;
}

sub connect {
    my ($self) = @_;
    my $peer = $self->{uri} =~ s|^ldap://||r;
    $self->{socket} = IO::Socket::INET->new(PeerAddr => $peer) or die "$self->{name} does not answer at $self->{uri}: $!\n";
    $self->{buffer} = '';
    $self->bind if defined $self->{dn};
    return $self;
}

sub bind {
    my ($self) = @_;
    $self->write(bindRequest => { version => 3, name => $self->{dn}, authentication => { simple => $self->{password} } });
    my $code = $self->receive->{code};
    die "$self->{name} answers the bind of $self->{dn} with $code\n" if $code ne '0';
    return;
}

sub write { # a request
    my ($self, @request) = @_;
    my $bytes = $LDAPRequest->encode(messageID => $number, @request) or die "a request cannot be encoded: " . $LDAPRequest->error . "\n";
    syswrite($self->{socket}, $bytes) == length $bytes or die "$self->{name} does not take a request: $!\n";
    return;
}

# cookie: of the page before, for a search by pages.
sub send {
    my ($self, $search, $cookie) = @_;
    my %request;
    if ($search->{compare}) {
        $request{compareRequest} = { entry => $search->{base},
            ava => { attributeDesc => $search->{compare}[0], assertionValue => $search->{compare}[1] } };
    } else {
        $request{searchRequest} = { baseObject => $search->{base}, scope => $scope{ $search->{scope} },
            derefAliases => $deref{ $search->{deref} }, sizeLimit => $search->{limit}, timeLimit => 0,
            typesOnly => $search->{types}, filter => Oracle::Filter::asn($search->{filter}), attributes => $search->{attributes} };
        $request{controls} = [{ type => $paged, critical => 1,
            value => $realSearchControlValue->encode(size => $search->{page}, cookie => $cookie // '') }] if defined $search->{page};
    }
    $self->write(%request);
    return;
}

# The next message: its bytes and the tag of what it is, or nothing when the server has closed the connection.
sub message {
    my ($self) = @_;
    for (;;) {
        my $have = length $self->{buffer};
        if ($have >= 2) {
            my ($octets, $length) = Convert::ASN1::asn_decode_length(substr $self->{buffer}, 1, 6);
            if ($octets && $have >= 1 + $octets + $length) {
                my $bytes = substr $self->{buffer}, 0, 1 + $octets + $length, '';
                return ($bytes, ord substr $bytes, 4 + $octets, 1);
            }
        }
        sysread($self->{socket}, $self->{buffer}, 262144, $have) or return;
    }
}

# {code, matched, text, entries, cookie}; code is "closed" when the server hung up.
sub receive {
    my ($self) = @_;
    my @entries;
    while (my ($bytes, $tag) = $self->message) {
        if ($tag == 0x64 || $tag == 0x73) { # an entry, a reference
            push @entries, $bytes;
            next;
        }
        my $done = $LDAPResponse->decode($bytes) or die "$self->{name} sends what cannot be decoded: " . $LDAPResponse->error . "\n";
        my ($result) = values %{ $done->{protocolOp} };
        my ($page) = grep { $_->{type} eq $paged } @{ $done->{controls} // [] };
        return { code => $result->{resultCode}, matched => $result->{matchedDN}, text => $result->{errorMessage}, entries => \@entries,
            cookie => $page ? $realSearchControlValue->decode($page->{value})->{cookie} : '' };
    }
    $self->connect;
    return { code => 'closed', matched => '', text => '', entries => \@entries, cookie => '' };
}

# The rest of an answer that comes in pages, put together.
sub other_pages {
    my ($self, $search, $answer) = @_;
    my $page = $answer;
    while ($page->{code} eq '0' && $page->{cookie} ne '') {
        $self->send($search, $page->{cookie});
        $page = $self->receive;
        push @{ $answer->{entries} }, @{ $page->{entries} };
    }
    return { %$page, entries => $answer->{entries} };
}

# An entry's bytes as text, a line each for its name and its values, sorted.
sub text {
    my ($bytes) = @_;
    my $entry = $LDAPResponse->decode($bytes)->{protocolOp}{searchResEntry} or return ['a reference'];
    return ["dn: $entry->{objectName}", sort map { my $a = $_->{type}; @{ $_->{vals} } ? map { "$a: $_" } @{ $_->{vals} } : $a }
        @{ $entry->{attributes} }];
}

1;
