# HostReport.pm: prints what became of each host, as lines of text or of JSON, and counts it.
package SlapdPgsql::HostReport;
use strict;
use warnings;
use Encode ();
use JSON::PP ();
use SlapdPgsql::Terminal ();

my @outcomes = ([okay => 'okay'], [failed => 'failed'], [unreachable => 'unreachable'], [timeout => 'timed out']);

# LIMIT: the seconds that a command has. With JSON each line is an object.
sub new {
    my ($class, $limit, $json) = @_;
    return bless { limit => $limit, json => $json && JSON::PP->new->ascii->canonical, count => {} }, $class;
}

# RESULT: { outcome, status, text }, as of SlapdPgsql::Ssh. Each line of the text is printed with the host.
sub add {
    my ($self, $host, $result) = @_;
    $self->{count}{ $result->{outcome} }++;
    my @lines = split /\n/, $result->{text} =~ s/\r//gr;
    @lines = '' if !@lines;
    $lines[0] = $self->_reason($result) . $lines[0] if !$self->{json};
    $self->_print($host, $result, $_) for @lines;
    return;
}

# A result of this program itself.
sub okay { my ($self, $host, $text) = @_; $self->add($host, { outcome => 'okay', text => $text }); return 1 }
sub fault { my ($self, $host, $text) = @_; $self->add($host, { outcome => 'failed', text => $text }); return 0 }

sub exit_status { my ($self) = @_; return grep({ $_ ne 'okay' } keys %{ $self->{count} }) ? 1 : 0 }

# "200 hosts: 198 okay, 2 timed out"
sub summary {
    my ($self) = @_;
    my $hosts = 0;
    $hosts += $_ for values %{ $self->{count} };
    return "$hosts host" . ($hosts == 1 ? '' : 's') . ': ' . join ', ', map { $self->{count}{ $_->[0] } ? "$self->{count}{$_->[0]} $_->[1]" : () } @outcomes;
}

sub _reason {
    my ($self, $result) = @_;
    return 'unreachable: ' if $result->{outcome} eq 'unreachable';
    return "timed out after $self->{limit} s: " if $result->{outcome} eq 'timeout';
    return $result->{outcome} eq 'failed' && defined $result->{status} ? "status $result->{status}: " : '';
}

sub _print {
    my ($self, $host, $result, $line) = @_;
    if ($self->{json}) {
        # Bytes that are not UTF-8 become U+FFFD. JSON does not escape DEL.
        my $object = $self->{json}->encode({
            host => $host->{name}, tags => $host->{tags}, outcome => $result->{outcome},
            status => defined $result->{status} ? 0 + $result->{status} : undef, line => Encode::decode('UTF-8', $line),
            $result->{more} ? %{ $result->{more} } : (),
        });
        print $object =~ s/\x7f/\\u007f/gr, "\n";
        return;
    }
    my $text = SlapdPgsql::Terminal::line_of_bytes($line =~ s/\\/\\\\/gr);
    print join(':', $result->{outcome} eq 'okay' ? 'okay:' : 'fail:', join(',', @{ $host->{tags} }) || '-', $host->{name}, $text), "\n";
    return;
}

1;
