# System.pm: finds slapd, the module, slapd's user and the state directory on this machine.
package SlapdPgsql::System;
use strict;
use warnings;
use File::Spec ();
use POSIX ();
use SlapdPgsql::Command ();
use SlapdPgsql::Trust ();

my @presets = qw(release dev asan tsan);

sub slapd {
    my ($env) = @_;
    my $named = $env->get('SLAPD') // _installed_slapd() // return $env->problem('SLAPD', 'slapd is not installed; run: apt-get install slapd');
    return $env->problem('SLAPD', "is '$named', which cannot be run") if !-x $named || !-f _;
    _trusted($env, 'SLAPD', $named);
    return $named;
}

sub _installed_slapd {
    my ($found) = grep { -x $_ && -f _ } map { "$_/slapd" } grep { m{^/} } split(/:/, $ENV{PATH} // ''), '/usr/sbin', '/usr/local/sbin', '/usr/local/libexec';
    return $found;
}

# Another user must not be able to change what runs with this program's rights. Returns whether it is so; if not, that is a problem.
sub _trusted {
    my ($env, $name, $path) = @_;
    my $doubt = eval { SlapdPgsql::Trust::doubt($path) } // ($@ =~ s/\n\z//r || return 1);
    $env->problem($name, "is '$path', which is not used, because $doubt; " . SlapdPgsql::Trust::remedy());
    return 0;
}

# GnuTLS or OpenSSL: the library that slapd's libldap is linked to; GnuTLS without a slapd. ldd may run the program, so only
# a trusted one is examined.
sub tls_library {
    my ($env) = @_;
    my @linked;
    for my $slapd (grep { defined } $env->get('SLAPD'), _installed_slapd()) {
        next if defined(eval { SlapdPgsql::Trust::doubt($slapd) } // ($@ || undef));
        @linked = split /\n/, SlapdPgsql::Command::run('', 'ldd', $slapd)->{out};
        last if grep { /libldap/ } @linked;    # a script, say, has none
    }
    return (grep { /libssl/ } @linked) && !(grep { /libgnutls/ } @linked) ? 'OpenSSL' : 'GnuTLS';
}

# The module named, else the build tree's when run from a checkout (PACKAGING is its packaging/), else the installed one.
sub module {
    my ($env, $packaging) = @_;
    my $named = $env->get('BACK_PGSQL_MODULE');
    if (defined $named) {
        return $env->problem('BACK_PGSQL_MODULE', "is '$named', which cannot be read: " . (-d $named ? 'it is a directory' : $!))
            if !-f $named || !open my $file, '<', $named;
        _trusted($env, 'BACK_PGSQL_MODULE', $named);
        return File::Spec->rel2abs($named);
    }
    my @paths = (-d "$packaging/lib/SlapdPgsql" ? map { "$packaging/../build/$_/back_pgsql.so" } @presets : (), '/usr/lib/ldap/back_pgsql.so');
    my ($found) = grep { -f $_ } @paths;
    return $env->problem('BACK_PGSQL_MODULE', 'back_pgsql.so is neither built nor installed; build it with packaging/setup, or set this variable to its path')
        if !defined $found;
    $found =~ s{/[^/]+/\.\./}{/};
    _trusted($env, 'BACK_PGSQL_MODULE', $found);
    return $found;
}

# The directory of our schemas, of the checkout or the installation that contains PACKAGING; undef if it is missing.
sub own_schema {
    my ($packaging) = @_;
    return (grep { -d $_ } "$packaging/../schema", "$packaging/../share/slapd-pgsql/schema")[0];
}

# The user that slapd becomes: Debian's openldap when started by root. Returns { name, uid, gid }, or nothing for no change.
sub user {
    my ($env) = @_;
    my $named = $env->get('SLAPD_USER');
    my $name  = $named // ($> == 0 ? 'openldap' : return);
    my ($known, undef, $uid, $gid) = getpwnam $name;
    if (!defined $known) {
        return $env->problem('SLAPD_USER', "is '$name', an unknown user") if defined $named;
        $env->warning('SLAPD_USER', 'is not set, and the user openldap does not exist; slapd stays root');
        return;
    }
    return if $uid == $>;
    return $env->problem('SLAPD_USER', "is '$name'; only root can run slapd as another user") if $> != 0;
    return { name => $name, uid => $uid, gid => $gid };
}

# The environment in which libraries look for the user's own files (libpq: ~/.postgresql, ~/.pgpass). slapd could
# not read another user's HOME, such as root's after "slapd -u openldap".
sub own_environment {
    my ($user) = @_;
    my ($name, $home) = (getpwuid($user ? $user->{uid} : $>))[0, 7];
    return if !defined $name || !$user && _is_home($ENV{HOME});
    return (HOME => $home, USER => $name, LOGNAME => $name);
}

sub _is_home {
    my ($home) = @_;
    return defined $home && -d $home && -x _ && (-o _ || (stat _)[4] == 0 && $home ne ((getpwuid 0)[7] // ''));
}

sub state_dir {
    my ($env) = @_;
    my $named = $env->get('STATE_DIR');
    return File::Spec->rel2abs($named) if defined $named;
    return '/var/lib/slapd-pgsql' if $> == 0;
    my $home = $ENV{XDG_STATE_HOME} // (defined $ENV{HOME} ? "$ENV{HOME}/.local/state" : undef);
    return "$home/slapd-pgsql" if defined $home && $home =~ m{^/};
    return $env->problem('STATE_DIR', 'is not set, and neither is HOME; set it to a directory for the certificate and the configuration');
}

# Gives up the rights of root for good.
sub become {
    my ($user) = @_;
    ($(, $)) = ($user->{gid}, "$user->{gid} $user->{gid}");
    ($<, $>) = ($user->{uid}, $user->{uid});
    die "cannot become $user->{name}\n" if $> != $user->{uid} || $< != $user->{uid};
    return;
}

# Runs CODE in a child process with the user's rights; true if CODE was.
sub as_user {
    my ($user, $code) = @_;
    my $pid = fork // die "cannot start a process: $!\n";
    if (!$pid) {
        my $done = eval {
            become($user) if $user;
            $code->();
        };
        print STDERR $@ if $@;
        POSIX::_exit($done ? 0 : 1);
    }
    waitpid $pid, 0;
    return $? == 0;
}

# Whether the user can reach the directory, or the deepest existing one on its path.
sub can_reach {
    my ($user, $path) = @_;
    my $exists = -e $path;
    $path =~ s{/+[^/]*/*\z}{} while $path ne '' && !-e $path;
    return as_user($user, sub { -e($path eq '' ? '/' : $path) && ($exists || !-d _ || -x _) });
}

sub readable_by {
    my ($user, $path) = @_;
    return as_user($user, sub { open my $file, '<', $path });
}

1;
