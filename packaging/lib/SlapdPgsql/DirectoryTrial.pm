# DirectoryTrial.pm: tests a configuration before it is written: slapd-pgsql-check, and a login to a slapd of its own.
package SlapdPgsql::DirectoryTrial;
use strict;
use warnings;
use File::Temp ();
use JSON::PP ();
use POSIX qw(:sys_wait_h);
use SlapdPgsql::Command ();
use SlapdPgsql::Ldap ();

# Seconds. slapd-pgsql-check reads all rows in pages; without an index for their order, each page costs a look at all of them.
our $limit = 600;

# CONF is the text of a slapd.conf, whose pidfile CONF_OF gets: a function of the directory. USER is the user who asks the database.
sub new {
    my ($class, $bin, $conf_of, $user) = @_;
    my $dir = File::Temp->newdir('slapd-pgsql-new.XXXXXX', TMPDIR => 1);
    my $conf = "$dir/slapd.conf";
    open my $out, '>:encoding(UTF-8)', $conf or die "cannot write '$conf': $!\n";
    print {$out} $conf_of->("$dir");
    close $out or die "cannot write '$conf': $!\n";
    chmod 0600, $conf;
    my ($uid, $gid) = defined $user ? (getpwnam $user)[2, 3] : ($>, -1);
    chown $uid, $gid, "$dir", $conf if defined $user;
    return bless { dir => $dir, conf => $conf, check => "$bin/slapd-pgsql-check", user => $user }, $class;
}

# What slapd-pgsql-check finds of the one database, whose numbers may be those of the test. Dies if it finds nothing.
sub report {
    my ($self) = @_;
    my $result = $self->_check('--json', '--no-numbers');
    my $report = eval { JSON::PP->new->utf8->decode($result->{out})->{databases}[0] };
    return $report // die _errors($result);
}

sub script {
    my ($self, @options) = @_;
    my $result = $self->_check(@options);
    die _errors($result) if $result->{status};
    utf8::decode($result->{out});
    return $result->{out};
}

sub _check {
    my ($self, @options) = @_;
    return SlapdPgsql::Command::run('', 'timeout', '--foreground', $limit, $^X, $self->{check}, defined $self->{user} ? ('--user', $self->{user}) : ('--user', scalar getpwuid $>), @options, $self->{conf});
}

sub _errors {
    my ($result) = @_;
    return "slapd-pgsql-check does not end within $limit s; create an index on the login names as the queries have them, and run this program again\n" if $result->{status} == 124 << 8;
    my $text = $result->{err} =~ s/^slapd-pgsql-check: //mgr;
    utf8::decode($text);
    return $text =~ /\S/ ? $text : "slapd-pgsql-check failed\n";
}

# Binds as DN. Returns undef, or why not.
sub login {
    my ($self, $dn, $password) = @_;
    my $uri = "ldapi://" . "$self->{dir}/ldapi" =~ s{([^\w.-])}{sprintf '%%%02X', ord $1}ger;
    my $pid = fork // die "cannot start a process: $!\n";
    if (!$pid) {
        open STDOUT, '>', "$self->{dir}/log" or exit 127;
        open STDERR, '>&', \*STDOUT;
        my @as = defined $self->{user} ? ("--reuid=$self->{user}", '--regid=' . (getpwnam $self->{user})[3], '--init-groups') : ();
        exec('setpriv', '--pdeathsig', 'TERM', @as, '--', 'slapd', '-h', $uri, '-f', $self->{conf}, '-d', 'stats') or exit 127;
    }
    my $started = 0;
    for (1 .. 300) {
        last if waitpid($pid, POSIX::WNOHANG()) == $pid;    # it ended
        $started = !SlapdPgsql::Ldap::ask('', 'ldapsearch', '-x', '-LLL', '-H', $uri, '-b', '', '-s', 'base', '1.1')->{status} and last;
        select undef, undef, undef, 0.1;
    }
    my $file = File::Temp->new;
    utf8::encode($_) for $dn, $password;
    print {$file} $password;
    close $file;
    my $result = $started ? SlapdPgsql::Ldap::ask('', 'ldapwhoami', '-x', '-H', $uri, '-D', $dn, '-y', "$file") : undef;
    my ($log) = do { open my $in, '<:encoding(UTF-8)', "$self->{dir}/log"; local $/; <$in> // '' };
    if ($started) { kill TERM => $pid; waitpid $pid, 0 }
    return 'slapd does not start' if !$started;
    return if !$result->{status};
    my ($reason) = $log =~ /pgsql bind .*reason="(.*?)" ms=/;
    return $reason // SlapdPgsql::Ldap::reason($result);
}

1;
