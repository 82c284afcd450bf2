# Jobs.pm: runs code in child processes, several at a time and each with a time limit, and collects what they write.
package SlapdPgsql::Jobs;
use strict;
use warnings;
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use POSIX qw(:sys_wait_h);
use Time::HiRes ();

# A host that writes without end must not fill the memory.
my $most_output = 1 << 20;
# Between SIGTERM and SIGKILL.
my $grace = 2;

# Runs the JOBS, at most MOST at a time. Calls DONE in their order with (job, result), each as early as possible. A job has
#   code    runs in the child and returns its exit status; standard output and error are collected
#   limit   seconds; from the start, or from the time when the output contains the text of
#   mark    which must happen within
#   early   seconds
# The result is { output, status (of waitpid), ended, marked }; ended is undef, or why the child was killed: limit, early or size;
# marked is the time at which the mark came.
sub run {
    my ($jobs, $most, $done) = @_;
    my (@results, %running);
    my ($next, $reported) = (0, 0);
    pipe my $woken, my $waker or die "cannot create a pipe: $!\n";
    _unblock($_) for $woken, $waker;
    local $SIG{CHLD} = sub { syswrite $waker, 'x' };
    my $stop = sub { kill TERM => map { -$_ } keys %running; exit 128 + ($_[0] eq 'INT' ? 2 : $_[0] eq 'HUP' ? 1 : 15) };
    local @SIG{qw(INT TERM HUP)} = ($stop) x 3;
    while ($reported < @$jobs) {
        while ($next < @$jobs && keys %running < $most) {
            my $child = _start($jobs->[$next], $next);
            $running{ $child->{pid} } = $child;
            $next++;
        }
        _wait($woken, values %running);
        for my $child (values %running) {
            _collect($child);
            if (waitpid($child->{pid}, WNOHANG) == $child->{pid}) {
                my $status = $?;
                _collect($child);    # a process that it has left may keep the pipe open, so that it has no end
                kill KILL => -$child->{pid} if $child->{ended};    # what ignores SIGTERM
                delete $running{ $child->{pid} };
                $results[$child->{number}] = { output => $child->{output}, status => $status, ended => $child->{ended}, marked => $child->{marked} };
            } else {
                _limit($child);
            }
        }
        while ($reported < @$jobs && $results[$reported]) {
            $done->($jobs->[$reported], $results[$reported]);
            $results[$reported++] = 1;
        }
    }
    return;
}

# The results of a few jobs, in their order.
sub results {
    my ($jobs, $most) = @_;
    my @results;
    run($jobs, $most, sub { push @results, $_[1] });
    return @results;
}

# Each child leads a process group, so that what it starts ends with it.
sub _start {
    my ($job, $number) = @_;
    pipe my $reader, my $writer or die "cannot create a pipe: $!\n";
    my $pid = fork // die "cannot start a process: $!\n";
    if (!$pid) {
        my $status = eval {
            setpgrp;
            @SIG{qw(CHLD INT TERM HUP)} = ('DEFAULT') x 4;
            _redirect($writer, $job->{input});
            $job->{code}->();
        };
        print STDERR $@ if !defined $status;
        close STDOUT;
        POSIX::_exit($status // 125);
    }
    setpgrp $pid, $pid;    # also here: a signal to the group may come first
    _unblock($reader);
    return { job => $job, number => $number, pid => $pid, pipe => $reader, output => '',
        deadline => _now() + ($job->{mark} ? $job->{early} : $job->{limit}) };
}

sub _redirect {
    my ($writer, $input) = @_;
    open my $in, defined $input ? '+>:raw' : '<', defined $input ? undef : '/dev/null' or die "cannot open the input: $!\n";
    if (defined $input) {
        print {$in} $input or die "cannot write a temporary file: $!\n";
        seek $in, 0, 0 or die "cannot read a temporary file: $!\n";
    }
    open STDIN,  '<&', $in     or die "cannot redirect the input: $!\n";
    open STDOUT, '>&', $writer or die "cannot redirect the output: $!\n";
    open STDERR, '>&', $writer or die "cannot redirect the errors: $!\n";
    return;
}

# Seconds, whatever happens to the clock.
sub _now { return Time::HiRes::clock_gettime(Time::HiRes::CLOCK_MONOTONIC()) }

sub _unblock {
    my ($handle) = @_;
    fcntl $handle, F_SETFL, fcntl($handle, F_GETFL, 0) | O_NONBLOCK or die "cannot prepare a pipe: $!\n";
    return;
}

sub _wait {
    my ($woken, @children) = @_;
    my $bits = '';
    vec($bits, fileno $_, 1) = 1 for $woken, map { $_->{pipe} // () } @children;
    my ($first) = sort { $a <=> $b } map { $_->{deadline} } @children;
    my $seconds = $first - _now();
    select $bits, undef, undef, $seconds > 0 ? $seconds : 0;
    sysread $woken, my $ignored, 4096;
    return;
}

sub _collect {
    my ($child) = @_;
    while ($child->{pipe}) {
        my $count = sysread $child->{pipe}, $child->{output}, 65536, length $child->{output};
        last if !defined $count;
        delete $child->{pipe} if !$count;
        if (length $child->{output} > $most_output) {
            substr($child->{output}, $most_output) = '';
            _end($child, 'size');
        }
    }
    my $mark = $child->{job}{mark};
    if (defined $mark && !$child->{marked} && index($child->{output}, $mark) >= 0) {
        $child->{marked} = Time::HiRes::time();
        $child->{deadline} = _now() + $child->{job}{limit} if !$child->{ended};
    }
    return;
}

sub _limit {
    my ($child) = @_;
    return if _now() < $child->{deadline};
    _end($child, defined $child->{job}{mark} && !$child->{marked} ? 'early' : 'limit');
    return;
}

sub _end {
    my ($child, $reason) = @_;
    kill $child->{ended} ? 'KILL' : 'TERM', -$child->{pid};
    $child->{deadline} = _now() + $grace;
    $child->{ended} //= $reason;
    return;
}

1;
