# Scrape.pm: reads the metrics of all pgsql databases from slapd's cn=Monitor, by ldapsearch and within a time limit.
package SlapdPgsql::Scrape;
use strict;
use warnings;
use POSIX ();
use SlapdPgsql::Exposition ();

my $most_bytes = 8 << 20;
my %reason = (32 => 'slapd has no cn=Monitor, or this client may not read it; see MONITORING in slapd-pgsql-operations(7)', 49 => 'slapd refuses the password');

# Starts reading. SERVER is { uri, dn, password, ca_file, verify, timeout }. Returns a handle with fileno(), read(), and text() at
# the end. The kernel ends ldapsearch after the timeout, whatever it waits for.
sub start {
    my ($class, $server) = @_;
    my ($output, $errors, $password) = map { [_pipe()] } 1 .. 3;
    my $begin = _now();
    my $process = fork // die "cannot start a process: $!\n";
    if (!$process) {
        alarm $server->{timeout};
        $SIG{$_} = 'DEFAULT' for qw(ALRM PIPE TERM INT);
        POSIX::dup2(fileno $password->[0], 0);
        POSIX::dup2(fileno $output->[1],   1);
        POSIX::dup2(fileno $errors->[1],   2);
        %ENV = (PATH => '/usr/bin:/bin', LDAPNOINIT => 1, LC_ALL => 'C');    # no ldaprc
        exec { 'ldapsearch' } _command($server) or print STDERR "ldapsearch cannot be run: $!; run: apt-get install ldap-utils\n";
        POSIX::_exit(127);
    }
    print { $password->[1] } $server->{password} // '';
    close $_ for $password->@*, $output->[1], $errors->[1];
    return bless { server => $server, process => $process, output => $output->[0], errors => $errors->[0], text => '', begin => $begin }, $class;
}

sub _pipe {
    pipe my $from, my $to or die "cannot create a pipe: $!\n";
    return ($from, $to);
}

sub _now { return (POSIX::times())[0] / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }

sub _command {
    my ($server) = @_;
    my @login = $server->{uri} =~ /^ldapi:/i && !defined $server->{dn} ? ('-Q', '-Y', 'EXTERNAL')
        : defined $server->{dn} ? ('-x', '-D', $server->{dn}, '-y', '/proc/self/fd/0') : ('-x');
    return ('ldapsearch', '-LLL', '-o', 'ldif-wrap=no', '-o', "nettimeout=$server->{timeout}",
        '-o', 'TLS_REQCERT=' . ($server->{verify} ? 'demand' : 'never'), '-o', "TLS_CACERT=$server->{ca_file}",
        @login, '-H', $server->{uri}, '-b', 'cn=Databases,cn=Monitor', '-s', 'one', '(olmPgSuffix=*)', '+');
}

sub handle { return $_[0]{output} }

# Reads what has arrived; false at the end.
sub read_more {
    my ($self) = @_;
    my $count = sysread $self->{output}, $self->{text}, 65536, length $self->{text};
    return 1 if !defined $count && $!{EINTR};
    return 0 if !$count;
    return 1 if length $self->{text} <= $most_bytes;
    kill 'KILL', $self->{process};
    $self->{failure} = "the answer is longer than $most_bytes bytes";
    return 0;
}

# At the end: (the metrics, undef) or (what could be told, the reason of the failure).
sub result {
    my ($self) = @_;
    waitpid $self->{process}, 0;
    my $status = $?;
    my ($databases, $text, @skipped) = ([], '');
    my $failure = $self->{failure} // $self->_failure($status);
    $databases = eval { _databases($self->{text}) } or $failure = $@ =~ s/\n\z//r if !defined $failure;
    $failure //= 'cn=Monitor shows no database pgsql; allow this client to read it, see MONITORING in slapd-pgsql-operations(7)' if !@$databases;
    $text = SlapdPgsql::Exposition::text($databases, \@skipped) if !defined $failure;
    return ($text . SlapdPgsql::Exposition::gauge('up', 'Whether slapd has answered with its metrics', defined $failure ? 0 : 1)
            . SlapdPgsql::Exposition::gauge('scrape_duration_seconds', 'How long it took to read the metrics', sprintf '%.2f', _now() - $self->{begin}),
        defined $failure ? "$self->{server}{uri}: $failure" : undef, @skipped);
}

sub _failure {
    my ($self, $status) = @_;
    return if !$status;
    return "no answer within $self->{server}{timeout} s" if ($status & 127) == POSIX::SIGALRM();
    return 'ldapsearch ended with signal ' . ($status & 127) if $status & 127;
    return $reason{ $status >> 8 } if $reason{ $status >> 8 };
    sysread $self->{errors}, my $said, 4096;
    return join '; ', grep { length } split /\s*\n\s*/, $said // '' || 'ldapsearch ended with status ' . ($status >> 8);
}

# The entries of LDIF as { suffix, values }.
sub _databases {
    my ($ldif) = @_;
    my @databases;
    for my $entry (split /\n\n+/, $ldif) {
        my %values;
        for (split /\n/, $entry) {
            /^(olmPg\w+):(:?) ?(.*)\z/ or next;
            push @{ $values{$1} }, $2 ? _decoded($3) : $3;
        }
        push @databases, { suffix => $values{olmPgSuffix}[0], values => \%values } if $values{olmPgSuffix};
    }
    return \@databases;
}

# Base64; MIME::Base64 is not in perl-base. Uuencoded text differs in its alphabet, and tells the length first.
sub _decoded {
    my ($text) = @_;
    $text =~ tr{A-Za-z0-9+/}{}cd;
    $text =~ tr{A-Za-z0-9+/}{ -_};
    return join '', map { unpack 'u', chr(32 + length($_) * 3 / 4) . $_ } $text =~ /.{1,60}/g;
}

1;
