# HostReport.pm: prints what became of each host, a line each.
package SlapdPgsql::HostReport;
use strict;
use warnings;
use SlapdPgsql::Terminal ();

sub new { my ($class) = @_; return bless { failures => 0 }, $class }

# RESULT: { outcome, status, text }, as of SlapdPgsql::Ssh.
sub add {
    my ($self, $host, $result, $limit) = @_;
    my $text = $result->{text} =~ s/\r//gr =~ s/\n+\z//r;
    my $reason = $result->{outcome} eq 'okay' || $result->{plain} ? '' : $result->{outcome} eq 'timeout' ? "timed out after $limit s: " : "status " . ($result->{status} // 255) . ': ';
    $self->{failures}++ if $result->{outcome} ne 'okay';
    print join(':', $result->{outcome} eq 'okay' ? 'okay:' : 'fail:', join(',', @{ $host->{tags} }), $host->{name},
        SlapdPgsql::Terminal::line_of_bytes("$reason$text" =~ s/\\/\\\\/gr =~ s/\n/\\n/gr)), "\n";
    return;
}

# A result of this program itself.
sub okay { my ($self, $host, $text) = @_; $self->add($host, { outcome => 'okay', text => $text }); return 1 }
sub fault { my ($self, $host, $text) = @_; $self->add($host, { outcome => 'failed', plain => 1, text => $text }); return 0 }

sub exit_status { my ($self) = @_; return $self->{failures} ? 1 : 0 }

1;
