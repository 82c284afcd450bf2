# SystemdService.pm: slapd as a service of systemd: its state, and start, stop and restart.
package SlapdPgsql::SystemdService;
use strict;
use warnings;
use POSIX ();
use SlapdPgsql::Command ();

my @properties = qw(Id LoadState ActiveState UnitFileState Job MainPID ControlGroup NRestarts ExecMainCode ExecMainStatus ExecMainExitTimestamp
    StateChangeTimestamp InactiveEnterTimestamp);

# The package's service, or Debian's slapd where that runs instead; undef without systemd or both.
sub find {
    my ($class) = @_;
    my ($ours, $debian) = map { _properties($_) } 'slapd-pgsql.service', 'slapd.service';
    my $unused = !$ours || $ours->{ActiveState} eq 'inactive' && $ours->{UnitFileState} !~ /^enabled/;
    my $unit = $unused && $debian && (!$ours || $debian->{ActiveState} ne 'inactive') ? $debian : $ours // return;
    return bless { unit => $unit->{Id} }, $class;
}

sub _properties {
    my ($unit) = @_;
    my $result = SlapdPgsql::Command::run('', 'systemctl', 'show', '--timestamp=unix', '-p', join(',', @properties), $unit);
    my %is = (map({ $_ => '' } @properties), $result->{out} =~ /^(\w+)=(.*)$/mg);
    return $result->{status} || $is{LoadState} ne 'loaded' ? undef : \%is;
}

# As in SlapdPgsql::S6Service; "ended" says that nothing more happens by itself.
sub facts {
    my ($self) = @_;
    my $is = _properties($self->{unit}) // return { wanted => 'down', ended => 1 };
    my $state = $is->{ActiveState};
    my $process = $state =~ /^(?:active|reloading|deactivating)$/ || $state eq 'activating' && $is->{MainPID} > 0;
    # systemd knows no wish of the administrator: a service that was stopped is inactive, one that ended by itself has failed.
    my $stopped = $state =~ /^(?:inactive|deactivating)$/ && ($is->{InactiveEnterTimestamp} ne '' || $is->{UnitFileState} !~ /^enabled/ || $state eq 'deactivating');
    my ($since) = $is->{StateChangeTimestamp} =~ /^@(\d+)/;
    my ($ended) = $is->{ExecMainExitTimestamp} =~ /^@(\d+)/;
    return {
        process => $process, pid => $process ? $self->_pid($is) : undef, wanted => $stopped ? 'down' : 'up',
        since => defined $since ? _positive(time - $since) : undef,
        ended => $state =~ /^(?:failed|inactive)$/ && $is->{Job} =~ /^(?:0|)$/, restarts => $is->{NRestarts},
        last_end => !$ended ? undef : {
            ($is->{ExecMainCode} eq '1' ? 'exit' : 'signal') => 0 + $is->{ExecMainStatus}, at => POSIX::strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $ended),
        },
    };
}

# systemd knows no main process of Debian's slapd, which starts by an init script.
sub _pid {
    my ($self, $is) = @_;
    return $is->{MainPID} if $is->{MainPID} =~ /^[1-9]/;
    open my $processes, '<', "/sys/fs/cgroup$is->{ControlGroup}/cgroup.procs" or return;
    my ($pid) = grep { (readlink("/proc/$_/exe") // '') =~ m{/slapd\z} } map { /(\d+)/ } <$processes>;
    return $pid;
}

sub _positive { my ($seconds) = @_; return $seconds > 0 ? $seconds : 0 }

sub control {
    my ($self, $action) = @_;
    my $result = SlapdPgsql::Command::run('', 'systemctl', '--no-block', $action, $self->{unit});
    return $result->{status} ? $result->{err} =~ s/\n\z//r : undef;
}

1;
