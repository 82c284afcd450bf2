# Ssh.pm: a command on a host by ssh, as a job, and what became of it.
package SlapdPgsql::Ssh;
use strict;
use warnings;
use Exporter qw(import);
use Socket ();

our @EXPORT_OK = qw(quote);

# For any shell.
sub quote { my ($text) = @_; return "'" . $text =~ s/'/'\\''/gr . "'" }

# The host's shell runs COMMAND; OPTION has connect and limit (seconds) and input (text). ssh checks the host's key and never asks.
# The marks tell whether the command began, and whether the status 255 is its own: ssh ends with 255 as well.
sub job {
    my ($host, $command, %option) = @_;
    my $mark = sprintf 'slapd-pgsql-%08x%08x', rand 2**32, rand 2**32;
    my $shell = "echo $mark; sh -c " . quote($command) . "; s=\$?; [ \$s != 255 ] || echo $mark; exit \$s";
    my $remote = (defined $host->{enter} ? "$host->{enter} " : '') . 'sh -c ' . quote($shell);
    my @command = ('ssh', '-o', 'BatchMode=yes', '-o', "ConnectTimeout=$option{connect}");
    return {
        host => $host, input => $option{input},
        code => sub { exec { $command[0] } @command, _address($host), '--', $host->{way}, $remote or die "ssh cannot be run: $!\n" },
        limit => $option{limit}, mark => $mark, early => $option{connect} + 1,
    };
}

# The address of the directory for a name that does not resolve. The key must still be that of the name.
sub _address {
    my ($host) = @_;
    return if !defined $host->{address};
    my ($error, @found) = Socket::getaddrinfo($host->{way}, 22, { socktype => Socket::SOCK_STREAM });
    return @found ? () : ('-o', "HostName=$host->{address}", '-o', "HostKeyAlias=$host->{way}");
}

# What became of it, or of another job without a mark: { outcome => okay, failed, unreachable or timeout; status; text }. The text has no marks.
sub result {
    my ($job, $result) = @_;
    my $text  = $result->{output};
    my $marks = defined $job->{mark} ? $text =~ s/\Q$job->{mark}\E\n//g : 2;
    my ($ended, $status) = ($result->{ended} // '', $result->{status} >> 8);
    return { outcome => 'timeout', text => $text } if $ended eq 'limit';
    return { outcome => 'unreachable', text => "no login within " . ($job->{early} - 1) . " s" . ($text eq '' ? '' : ": $text") } if $ended eq 'early';
    return { outcome => 'failed', text => "more output than 1 MiB: $text" } if $ended eq 'size';
    return { outcome => 'unreachable', text => $text } if $status == 255 && $marks < 2;
    return { outcome => $result->{status} ? 'failed' : 'okay', status => $status, text => $text };
}

1;
