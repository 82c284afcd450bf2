# MetricServer.pm: serves the metrics by HTTP, one scrape at a time; no client can block it.
#
# One loop waits for all clients and for ldapsearch. A client has some seconds for its request and for reading the response. Requests
# that arrive during a scrape share its result.
package SlapdPgsql::MetricServer;
use strict;
use warnings;
use IO::Select ();
use IO::Socket::IP ();
use SlapdPgsql::Scrape ();

my $most_clients = 64;
my $most_bytes   = 8192;     # of a request's head
my $client_time  = 5;        # seconds for the request, and as many for reading the response
my %status = (200 => 'OK', 400 => 'Bad Request', 404 => 'Not Found', 405 => 'Method Not Allowed', 431 => 'Request Header Fields Too Large');
my $page = "slapd-pgsql-metrics: Prometheus reads /metrics\n";

# ADDRESS is { host, port }. Dies with a message if it cannot be used.
sub new {
    my ($class, $address, $server, $report) = @_;
    my $listener = IO::Socket::IP->new(LocalHost => $address->{host}, LocalPort => $address->{port}, Listen => 128, ReuseAddr => 1, Proto => 'tcp')
        or die "cannot listen on $address->{host} port $address->{port}: " . ($@ || $!) . "\n";
    $listener->blocking(0);
    return bless { listener => $listener, server => $server, report => $report, clients => {} }, $class;
}

sub serve {
    my ($self) = @_;
    local $SIG{PIPE} = 'IGNORE';
    $self->_step while 1;
    return;
}

sub _step {
    my ($self) = @_;
    my @clients = values %{ $self->{clients} };
    my $readable = IO::Select->new($self->{listener}, map({ $_->{socket} } grep { $_->{state} eq 'reads' } @clients), $self->{scrape} ? $self->{scrape}->handle : ());
    my $writable = IO::Select->new(map { $_->{socket} } grep { $_->{state} eq 'writes' } @clients);
    my ($read, $write) = IO::Select::select($readable, $writable, undef, 1);
    my %ready = map { $_ => 1 } @{ $read // [] }, @{ $write // [] };
    for my $client (grep { $ready{ $_->{socket} } } @clients) { $client->{state} eq 'reads' ? $self->_read($client) : $self->_write($client) }
    $self->_finish if $self->{scrape} && $ready{ $self->{scrape}->handle } && !$self->{scrape}->read_more;
    $self->_accept if $ready{ $self->{listener} };
    my $now = time;
    $self->_drop($_) for grep { $_->{state} ne 'waits' && $now > $_->{deadline} } values %{ $self->{clients} };
    return;
}

sub _accept {
    my ($self) = @_;
    my $socket = $self->{listener}->accept or return;
    $socket->blocking(0);
    my @oldest_first = sort { $a->{number} <=> $b->{number} } values %{ $self->{clients} };
    $self->_drop($oldest_first[0]) if @oldest_first >= $most_clients;
    $self->{clients}{ fileno $socket } = { socket => $socket, number => $self->{accepted}++, state => 'reads', text => '', deadline => time + $client_time };
    return;
}

sub _drop {
    my ($self, $client) = @_;
    delete $self->{clients}{ fileno $client->{socket} };
    close $client->{socket};
    return;
}

sub _read {
    my ($self, $client) = @_;
    my $count = sysread $client->{socket}, $client->{text}, $most_bytes, length $client->{text};
    return if !defined $count && ($!{EAGAIN} || $!{EINTR});
    return $self->_drop($client) if !$count;
    return $self->_respond($client, 431) if length $client->{text} > $most_bytes;
    return if $client->{text} !~ /\n\r?\n/;
    my ($method, $path) = $client->{text} =~ m{\A([A-Z]+) (/\S*) HTTP/1\.[01]\r?\n} or return $self->_respond($client, 400);
    $client->{head_only} = $method eq 'HEAD';
    return $self->_respond($client, 405) if $method !~ /^(?:GET|HEAD)\z/;
    $path =~ s/\?.*//;
    return $self->_respond($client, 200, $page) if $path eq '/';
    return $self->_respond($client, 404) if $path ne '/metrics';
    $client->{state} = 'waits';
    $self->{scrape} //= SlapdPgsql::Scrape->start($self->{server});
    return;
}

# The scrape has ended: all clients that wait get its result. A failure is reported once, until its text changes.
sub _finish {
    my ($self) = @_;
    my ($text, $failure, @skipped) = delete($self->{scrape})->result;
    $self->{report}->($failure, @skipped);
    $self->_respond($_, 200, $text) for grep { $_->{state} eq 'waits' } values %{ $self->{clients} };
    return;
}

sub _respond {
    my ($self, $client, $code, $text) = @_;
    $text //= "$code $status{$code}\n";
    $client->{text} = "HTTP/1.1 $code $status{$code}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: " . length($text)
        . "\r\nConnection: close\r\n" . ($code == 405 ? "Allow: GET, HEAD\r\n" : '') . "\r\n" . ($client->{head_only} ? '' : $text);
    @$client{ 'state', 'deadline' } = ('writes', time + $client_time);
    return $self->_write($client);
}

sub _write {
    my ($self, $client) = @_;
    my $count = syswrite $client->{socket}, $client->{text};
    return if !defined $count && ($!{EAGAIN} || $!{EINTR});
    return $self->_drop($client) if !defined $count || $count == length $client->{text};
    substr $client->{text}, 0, $count, '';
    return;
}

1;
