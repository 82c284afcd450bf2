# S6Service.pm: slapd below the image's supervisor, s6: its state, and start, stop and restart.
package SlapdPgsql::S6Service;
use strict;
use warnings;
use JSON::PP ();
use SlapdPgsql::Command ();

# undef where slapd is not below s6. In /tmp another user could have made the directory; the supervisor is process 1.
sub find {
    my ($class) = @_;
    my $owner = (stat '/proc/1')[4];
    for my $directory ('/run/slapd-pgsql', '/tmp/slapd-pgsql') {
        next if !-d "$directory/slapd/supervise" || (stat $directory)[4] != $owner;
        return bless { directory => "$directory/slapd" }, $class;
    }
    return;
}

# { process (whether there is one), pid, wanted, since (seconds in this), began (slapd has answered), failed (the last start did), restarts, last_end }
sub facts {
    my ($self) = @_;
    my $directory = $self->{directory};
    my ($up, $wanted, $ready, $pid, $since) = split ' ', SlapdPgsql::Command::run('', 's6-svstat', '-o', 'up,wantedup,ready,pid,updownfor', $directory)->{out};
    return { wanted => 'down' } if !defined $since;
    return {
        process => $up eq 'true', pid => $up eq 'true' ? $pid : undef, wanted => $wanted eq 'true' ? 'up' : 'down', since => $since, began => $ready eq 'true',
        failed => -s "$directory/failures", restarts => SlapdPgsql::Command::run('', 's6-svdt', $directory)->{out} =~ tr/\n//,
        last_end => scalar eval { JSON::PP::decode_json(_content("$directory/last-end")) },
    };
}

# ACTION: start, stop or restart. Returns undef, or the error. The pause after a failed start is skipped.
sub control {
    my ($self, $action) = @_;
    my $now = $self->facts;
    my $end = $action eq 'stop' || $now->{wanted} eq 'up' && ($action eq 'restart' || $now->{failed});
    my @orders = (('-d') x $end, ('-u') x ($action ne 'stop'));
    # slapd answers pending requests (SIGHUP, see slapd-from-env(8)), and is not started again when it ends by that (O).
    unshift @orders, '-Oh' if $end && $now->{began};
    unlink "$self->{directory}/failures" if $action ne 'stop';
    for my $order (@orders) {
        my $result = SlapdPgsql::Command::run('', 's6-svc', $order, $self->{directory});
        return $result->{err} =~ s/\n\z//r if $result->{status};
        select undef, undef, undef, 0.2 if $order eq '-Oh';
    }
    return;
}

sub _content {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "$!\n";
    local $/;
    return scalar <$file>;
}

1;
