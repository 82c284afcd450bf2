# Pair.pm: verifies all directory servers, and replaces one after the other while all are healthy.
package SlapdPgsql::Pair;
use strict;
use warnings;
use JSON::PP ();
use SlapdPgsql::Jobs ();
use SlapdPgsql::ServerCheck ();
use SlapdPgsql::Ssh ();

# OPTION: port, authorities, days, wait, settle, connect, limit, most (jobs at once); see slapd-pgsql-pair.
sub new {
    my ($class, $hosts, $report, $option) = @_;
    return bless { hosts => $hosts, report => $report, option => $option }, $class;
}

sub verify {
    my ($self) = @_;
    my @hosts  = @{ $self->{hosts} };
    my @checks = SlapdPgsql::Jobs::results([map { $self->_check_job($_) } @hosts], $self->{option}{most});
    my @faults = map { eval { JSON::PP::decode_json($_->{output}) } // { faults => ["the check did not end: $_->{output}"] } } @checks;
    my @jobs    = map { SlapdPgsql::Ssh::job($_, $SlapdPgsql::ServerCheck::digest_command, %{ $self->{option} }) } @hosts;
    my @answers = SlapdPgsql::Jobs::results(\@jobs, $self->{option}{most});
    my $first;
    for my $n (0 .. $#hosts) {
        my @found = @{ $faults[$n]{faults} };
        my $result = SlapdPgsql::Ssh::result($jobs[$n], $answers[$n]);
        my ($digest) = $result->{text} =~ /^([0-9a-f]{12})$/m;
        # Two configurations that cannot be read are not the same.
        if ($result->{outcome} ne 'okay' || !defined $digest || $result->{text} !~ /^$digest\n\z/) {
            push @found, 'the configuration cannot be read: ' . $result->{text};
        } else {
            $first //= $digest;
            push @found, "configuration $digest differs from that of the first server, $first" if $digest ne $first;
        }
        if (@found) { $self->{report}->fault($hosts[$n], join "\n", @found) }
        else        { $self->{report}->okay($hosts[$n], SlapdPgsql::ServerCheck::healthy($faults[$n]{until}) . ", configuration $digest") }
    }
    return;
}

# A child process checks the host as a client does.
sub _check_job {
    my ($self, $host) = @_;
    return {
        limit => 300,
        code  => sub {
            print JSON::PP->new->utf8->encode(SlapdPgsql::ServerCheck::faults($host->{name}, $self->{option}));
            return 0;
        },
    };
}

# Replaces one after the other. DONE is what REPLACE does, such as "replaced". It gets the host and returns (whether it was done, output).
sub rolling {
    my ($self, $done, $replace) = @_;
    # Clients of the server that is replaced need another one: nothing starts unless all are healthy.
    $self->_all_healthy or return;
    for my $host (@{ $self->{hosts} }) {
        my $start = time;
        my ($success, $output) = $replace->($host);
        return $self->{report}->fault($host, ($done eq 'replaced' ? 'the replacement' : 'the restart') . " failed: $output") if !$success;
        my $seconds = $self->_await($host, $start, $done) // return;
        $self->{report}->okay($host, "$done, healthy after $seconds s");
        last if $host == $self->{hosts}[-1];
        $self->_pause;
        $self->_all_healthy or return;
    }
    return $self->verify;
}

# sleep(1) is a program, so that tests can shorten the wait of half a minute.
sub _pause { my ($self) = @_; system 'sleep', $self->{option}{settle}; return }

sub _await {
    my ($self, $host, $start, $done) = @_;
    while (1) {
        my @found = @{ SlapdPgsql::ServerCheck::faults($host->{name}, $self->{option})->{faults} };
        return time - $start if !@found;
        if (time - $start >= $self->{option}{wait}) {
            $self->{report}->fault($host, join "\n", "$done, but not healthy after $self->{option}{wait} s: $found[0]", @found[1 .. $#found]);
            return;
        }
        sleep 1;
    }
}

# Reports the first server that is not healthy.
sub _all_healthy {
    my ($self) = @_;
    for my $host (@{ $self->{hosts} }) {
        my @found = @{ SlapdPgsql::ServerCheck::faults($host->{name}, $self->{option})->{faults} };
        return $self->{report}->fault($host, join "\n", @found) if @found;
    }
    return 1;
}

1;
