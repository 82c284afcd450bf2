# Running.pm: finds out as which user, and with which environment, slapd runs with a configuration.
package SlapdPgsql::Running;
use strict;
use warnings;
use Fcntl qw(:DEFAULT);
use SlapdPgsql::System ();
use SlapdPgsql::Trust ();

# The variables that libpq and its libraries (krb5, OpenSSL) read.
my $read_by_libpq = qr/^(?:HOME|USER|LOGNAME|PG[A-Z]+|KRB5\w*|SSL_CERT_\w+)$/;

# Returns ({ name, uid, gid }, or undef for the user of this program; error). Only root can become another user. The owner of a
# configuration chooses the modules that slapd loads, so the test runs with no more rights than that owner has.
sub user {
    my ($configuration, $named) = @_;
    my $id = defined $named && length $named ? $named : undef;
    if ($> != 0) {
        return if !defined $id || (getpwnam($id) // -1) eq $>;
        return (undef, "only root can connect as user $id");
    }
    if (!defined $id) {
        my $owner = (stat $configuration)[4];
        $id = $owner if $owner != 0;
        my $usual = _known('openldap');
        $id //= 'openldap' if $usual && SlapdPgsql::System::readable_by($usual, $configuration);
    }
    return if !defined $id;
    my $user = _known($id) // return (undef, "user $id does not exist");
    return $user->{uid} == 0 ? undef : $user;
}

sub _known {
    my ($id) = @_;
    my ($name, undef, $uid, $gid) = $id =~ /^\d+$/ ? getpwuid $id : getpwnam $id;
    return defined $name ? { name => $name, uid => $uid, gid => $gid } : undef;
}

# The environment for a program that connects as slapd does: for libpq, that of the running slapd, otherwise that of its user.
sub environment {
    my ($configuration, $user) = @_;
    my %environment = (%ENV, SlapdPgsql::System::own_environment($user));
    my $process = _process($configuration, $user ? $user->{uid} : $>) // return %environment;
    open my $in, '<:raw', "/proc/$process/environ" or return %environment;
    local $/;
    my %slapd = map { /^([^=]+)=(.*)$/s ? ($1 => $2) : () } split /\0/, <$in> // '';
    delete @environment{ grep { /$read_by_libpq/ } keys %environment };
    return (%environment, map { ($_ => $slapd{$_}) } grep { /$read_by_libpq/ } keys %slapd);
}

# The process of the slapd that runs as this user with the configuration.
sub _process {
    my ($configuration, $uid) = @_;
    my $text = eval { SlapdPgsql::Trust::content(-d $configuration ? "$configuration/cn=config.ldif" : $configuration, $uid) } // return;
    my ($file) = $text =~ /^(?:pidfile|olcPidFile:)[ \t]+"?([^"\n]+?)"?[ \t]*$/mi or return;
    sysopen my $in, $file, O_RDONLY | O_NONBLOCK or return;
    my ($process) = (<$in> // '') =~ /^(\d+)$/ or return;
    my $program = readlink("/proc/$process/exe") // return;
    return $program =~ m{/slapd[^/]*\z} && (stat "/proc/$process")[4] == $uid ? $process : undef;
}

1;
