# ServerCheck.pm: what clients notice of a directory server (connection, certificate, database), and a digest of its configuration.
package SlapdPgsql::ServerCheck;
use strict;
use warnings;
use POSIX ();
use Time::Local ();
use SlapdPgsql::Command ();
use SlapdPgsql::Ldap ();

# What two servers must have in common: the module, and the configuration except for STATE_DIR and the certificate's path. Only a
# digest leaves the server.
our $digest_command = <<'SHELL' =~ s/\n\z//r;
state=${STATE_DIR:-/var/lib/slapd-pgsql} module=/usr/lib/ldap/back_pgsql.so
[ ! -d $state ] || [ -x $state ] || { echo "only root and slapd may enter $state; let ssh log in as root" >&2; exit 1; }
if [ -f $state/slapd.conf ]; then configuration=$(sed "s|$state|STATE_DIR|g" $state/slapd.conf)
elif [ -f /etc/ldap/slapd.conf ]; then configuration=$(cat /etc/ldap/slapd.conf)
else configuration=$(slapcat -n 0)
fi || exit 1
[ ! -f $state/back_pgsql.so ] || module=$state/back_pgsql.so
{
    printf "%s\n" "$configuration" | grep -viE "^([[:space:]]*$|(entryUUID|entryCSN|createTimestamp|modifyTimestamp|creatorsName|modifiersName|contextCSN):|(olc)?TLSCertificate(Key)?File)"
    cat $module 2>/dev/null
    dpkg-query -W slapd 2>/dev/null
} | sha256sum | cut -c 1-12
SHELL

# OPTION: port, authorities (a file of certificates, or undef) and days. Returns { faults => [text, ...], until => the day on which
# the certificate expires }.
sub faults {
    my ($name, $option) = @_;
    my $url    = "ldaps://$name:$option->{port}";
    my $answer = _ask($url, $option, 'ldapsearch', '-LLL', '-o', 'ldif-wrap=no', '-b', '', '-s', 'base', 'namingContexts');
    return { faults => ["no answer from $url: " . SlapdPgsql::Ldap::reason($answer)] } if $answer->{status};
    my ($until, @faults) = _certificate_faults("$name:$option->{port}", $option->{days});
    my @bases = $answer->{out} =~ /^namingContexts: (.*)$/mg;
    push @faults, 'the server has no directory (no namingContexts)' if !@bases;
    return { faults => [@faults, map { _base_fault($url, $option, $_) } @bases], until => $until };
}

sub healthy { my ($until) = @_; return "healthy: certificate valid until $until, database available" }

sub _ask {
    my ($url, $option, $tool, @arguments) = @_;
    my @trust = $option->{authorities} ? ("TLS_CACERT=$option->{authorities}", 'TLS_REQCERT=demand') : 'TLS_REQCERT=never';
    return SlapdPgsql::Ldap::ask('', $tool, '-x', map({ ('-o', $_) } @trust), '-H', $url, @arguments);
}

# (the day on which it ends, faults)
sub _certificate_faults {
    my ($address, $days) = @_;
    my $sent = SlapdPgsql::Command::run('', 'timeout', 10, 'openssl', 's_client', '-connect', $address)->{out};
    my $text = SlapdPgsql::Command::run($sent, 'openssl', 'x509', '-noout', '-dates', '-dateopt', 'iso_8601')->{out};
    my %time = map { /^not(Before|After)=(\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+)Z$/ ? ($1 => Time::Local::timegm($7, $6, $5, $4, $3 - 1, $2)) : () } split /\n/, $text;
    return (undef, 'the server sends no certificate') if !defined $time{After};
    my $end    = POSIX::strftime('%Y-%m-%d %H:%M:%S UTC', gmtime $time{After});
    my @faults = $time{Before} > time ? 'the certificate is not valid yet' : ();
    if    ($time{After} <= time)                 { push @faults, "the certificate has expired: $end" }
    elsif ($time{After} <= time + $days * 86400) { push @faults, "the certificate expires soon: $end" }
    return (substr($end, 0, 10), @faults);
}

# slapd answers for the rootDSE by itself; a search for a user needs the database. Where searches need a login, so does one
# that fails.
sub _base_fault {
    my ($url, $option, $base) = @_;
    my $answer = _ask($url, $option, 'ldapsearch', '-LLL', '-b', $base, '-z', 1, '(&(objectClass=posixAccount)(uid=slapd-pgsql-pair))', '1.1');
    $answer = _ask($url, $option, 'ldapwhoami', '-D', "uid=slapd-pgsql-pair,$base", '-w', 'x') if $answer->{status} == 50;
    return if grep { $answer->{status} == $_ } 0, 4, 49;
    my $reason = SlapdPgsql::Ldap::reason({ %$answer, out => '' });
    return $answer->{status} == 52 ? "the database of $base is unavailable: $reason" : "$base cannot be searched: $reason";
}

1;
