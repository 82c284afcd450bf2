# ServerStatus.pm: the state of slapd on this machine: of its service, of the server, and of its database.
package SlapdPgsql::ServerStatus;
use strict;
use warnings;
use JSON::PP ();
use List::Util ();
use SlapdPgsql::Environment ();
use SlapdPgsql::Ldap ();

my $variables = '/etc/default/slapd-pgsql';
my @database_states = qw(healthy failing down);
# Without a supervisor that knows whether slapd has answered: how long it may take for that, in seconds.
my $most_starting = 60;

# SERVICE: of SlapdPgsql::S6Service or SystemdService, or undef. Returns the fields of slapd-pgsql-status.
sub look {
    my ($service) = @_;
    my $facts = $service ? $service->facts : { wanted => 'down' };
    my $uri = $facts->{pid} ? _uri($facts->{pid}) : undef;
    my @monitored = defined $uri ? _ask($uri) : ();
    my $answers = @monitored ? 1 : 0;
    return {
        state => _state($facts, $uri, $answers), wanted => $facts->{wanted}, answers => $answers ? JSON::PP::true : JSON::PP::false, uri => $uri,
        (map { $_ => defined $facts->{$_} ? 0 + $facts->{$_} : undef } qw(pid since restarts)), last_end => $facts->{last_end},
        database => scalar _database(@monitored), version => scalar _version(@monitored),
    };
}

# As JSON on one line, in this order of the fields.
my @order = qw(state wanted answers uri pid since restarts last_end exit signal at database away_seconds version);

sub json {
    my ($value) = @_;
    return JSON::PP->new->ascii->allow_nonref->encode($value) if ref $value ne 'HASH';
    return '{' . join(', ', map { qq("$_": ) . json($value->{$_}) } grep { exists $value->{$_} } @order) . '}';
}

sub _state {
    my ($facts, $uri, $answers) = @_;
    return $facts->{wanted} eq 'down' || $facts->{ended} ? 'down' : 'waiting' if !$facts->{process};
    return 'stopping' if $facts->{wanted} eq 'down';
    return 'ready' if $answers;
    return 'waiting' if !defined $uri && $facts->{failed};
    return ($facts->{began} // ($facts->{since} // 0) >= $most_starting) ? 'unresponsive' : 'starting';
}

# slapd's addresses are on its command line; slapd-from-env, before it becomes slapd, has none.
sub _uri {
    my ($pid) = @_;
    open my $file, '<:raw', "/proc/$pid/cmdline" or return;
    my @words = split /\0/, do { local $/; <$file> } // '';
    my ($at) = grep { $words[$_] eq '-h' } 0 .. $#words - 1;
    return defined $at ? $words[$at + 1] =~ s/[^\x20-\x7e]/?/gr : undef;
}

# Returns nothing if no address answers; otherwise the entries of cn=Monitor that this program may read, after an empty one.
sub _ask {
    my ($uris) = @_;
    local $SlapdPgsql::Ldap::limit = 5;
    my @own = ('-o', 'TLS_REQCERT=never');    # its own certificate
    my @uris = split ' ', $uris;
    my $uri  = List::Util::first { !SlapdPgsql::Ldap::search('', '-x', @own, '-H', $_, '-b', '', '-s', 'base', '1.1')->{status} } @uris;
    return if !defined $uri;
    my ($local)  = grep { /^ldapi:/i } @uris;
    my $password = _password();
    my @as = defined $local ? ('-H', $local, '-Q', '-Y', 'EXTERNAL')
        : ('-H', $uri, '-x', defined $password ? ('-D', 'cn=monitoring,cn=Monitor', '-y', '/dev/stdin') : ());
    my $found = SlapdPgsql::Ldap::search($password // '', @as, @own, '-b', 'cn=Monitor', '(|(olmPgSuffix=*)(objectClass=monitorServer))',
        qw(monitoredInfo olmPgDatabaseState olmPgDatabaseDowntime));
    return ({}, eval { SlapdPgsql::Ldap::entries($found->{out}) });
}

# A hash is of no help.
sub _password {
    my $given = $ENV{LDAP_MONITOR_PASSWORD};
    my $process = { defined $given ? (LDAP_MONITOR_PASSWORD => $given) : () };
    my $env = eval { SlapdPgsql::Environment->new(process => $process, file => -r $variables ? $variables : '/dev/null') } // return;
    my $password = $env->get('LDAP_MONITOR_PASSWORD');
    return defined $password && $password !~ /^\{/ ? $password : undef;
}

# Of several databases the one in the worst state; undef if it cannot be read.
sub _database {
    my @found   = map { [$_->{olmpgdatabasestate}[0], $_->{olmpgdatabasedowntime}[0] // 0] } grep { defined $_->{olmpgdatabasestate} } @_;
    my ($worst) = sort { $b->[0] <=> $a->[0] || $b->[1] <=> $a->[1] } @found;
    return $worst && { state => $database_states[ $worst->[0] ], away_seconds => 0 + $worst->[1] };
}

# "OpenLDAP: slapd 2.5.13+dfsg-5 (Feb  8 2023 01:56:12)"
sub _version {
    my ($version) = map { ($_->{monitoredinfo}[0] // '') =~ /slapd (\S+)/ ? $1 : () } @_;
    return $version;
}

1;
