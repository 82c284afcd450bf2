# Connections.pm: which hosts are connected to which directory server, from cn=Connections,cn=Monitor.
package SlapdPgsql::Connections;
use strict;
use warnings;
use Socket ();
use Time::Local ();
use SlapdPgsql::Jobs ();
use SlapdPgsql::Ldap ();
use SlapdPgsql::Ssh ();
use SlapdPgsql::Terminal ();

my @search = ('-b', 'cn=Monitor', '(|(objectClass=monitorConnection)(cn=Current))',
    map { "monitor$_" } qw(Timestamp ConnectionPeerAddress ConnectionStartTime ConnectionActivityTime ConnectionAuthzDN ConnectionOpsExecuting));

# Reports the connections to SERVERS of the HOSTS, and those of other addresses; then the hosts without one. OPTION: as in slapd-pgsql-pair,
# with dn and password to ask by LDAPS; otherwise by ssh over ldapi.
sub report {
    my ($report, $servers, $hosts, $option) = @_;
    my (%host_of, %seen, $unread);
    for my $host (@$hosts) { push @{ $host_of{$_} }, $host for _addresses($host) }
    SlapdPgsql::Jobs::run([map { _job($_, $option) } @$servers], $option->{most}, sub {
        my ($job, $result) = @_;
        my $answer = SlapdPgsql::Ssh::result($job, $result);
        my $clients = $answer->{outcome} eq 'okay' ? _clients($answer->{text}, $option->{dn}) : undef;
        if (!$clients) {
            $unread = 1;
            $answer->{text} =~ s/\s*\z/; without ldapi:\/\/ give -D and -y, to ask by LDAPS/ if $answer->{outcome} eq 'failed' && !defined $option->{dn};
            return $report->add($job->{host}, $answer) if $answer->{outcome} ne 'okay';
            return $report->fault($job->{host}, 'cn=Monitor shows no connections; "database monitor" or the right to read it is missing');
        }
        my $tags = $job->{host}{tags};
        for my $address (sort keys %$clients) {
            for my $name ($host_of{$address} ? map { $_->{name} } @{ $host_of{$address} } : _shown($address)) {
                $seen{$name} = 1;
                my $more = { server => $job->{host}{name}, %{ $clients->{$address} } };
                $report->add({ tags => $tags, name => $name }, { outcome => 'okay', text => _text($clients->{$address}), more => $more });
            }
        }
    });
    for my $host (grep { !$seen{ $_->{name} } } @$hosts) {
        my $text = !_addresses($host) ? 'has no address in the directory' : $unread ? 'on no server that could be read' : 'on no server';
        $report->add({ tags => [], name => $host->{name} }, { outcome => 'failed', text => $text, more => { server => undef } });
    }
    return;
}

sub _job {
    my ($server, $option) = @_;
    my $command = join ' ', qw(ldapsearch -LLL -o ldif-wrap=no -Q -Y EXTERNAL -H ldapi:///), map { SlapdPgsql::Ssh::quote($_) } @search;
    return SlapdPgsql::Ssh::job($server, $command, %$option) if !defined $option->{dn};
    my @trust = ('TLS_REQCERT=demand', defined $option->{authorities} ? "TLS_CACERT=$option->{authorities}" : ());
    return { host => $server, limit => 60, code => sub {
        my $result = SlapdPgsql::Ldap::search($option->{password}, '-x', map({ ('-o', $_) } @trust), '-H', "ldaps://$server->{name}:$option->{port}",
            '-D', $option->{dn}, '-y', '/dev/stdin', @search);
        print $result->{status} ? SlapdPgsql::Ldap::reason($result) . "\n" : $result->{out};
        return $result->{status};
    } };
}

# { address => { connections, since, last } }, the times in seconds ago by the server's clock; undef if it shows none. Local programs
# and the connection that asks are left out.
sub _clients {
    my ($ldif, $dn) = @_;
    my @entries = SlapdPgsql::Ldap::entries($ldif);
    my ($now) = map { _seconds($_->{monitortimestamp}) // () } @entries;
    return if !defined $now || !grep { $_->{monitorconnectionpeeraddress} } @entries;
    my ($own) = defined $dn ? grep { lc(($_->{monitorconnectionauthzdn} // [''])->[0]) eq lc $dn && $_->{monitorconnectionopsexecuting}[0] } reverse @entries : ();
    my %clients;
    for my $entry (grep { !$own || $_ != $own } @entries) {
        my ($peer) = ($entry->{monitorconnectionpeeraddress} // [''])->[0] =~ /^IP=\[?([0-9A-Fa-f.:]+?)\]?:\d+\z/ or next;
        my ($start, $last) = map { _seconds($entry->{"monitorconnection${_}time"}) // $now } 'start', 'activity';
        my $client = $clients{ _packed($peer) // next } //= { connections => 0, since => 0, last => $now };
        $client->{connections}++;
        ($start, $last) = map { $now > $_ ? $now - $_ : 0 } $start, $last;
        $client->{since} = $start if $start > $client->{since};
        $client->{last}  = $last  if $last < $client->{last};
    }
    return \%clients;
}

sub _seconds {
    my ($values) = @_;
    my @time = ($values // [''])->[0] =~ /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z\z/ or return;
    return eval { Time::Local::timegm(@time[5, 4, 3, 2], $time[1] - 1, $time[0]) };
}

sub _addresses { my ($host) = @_; return map { _packed($_) // () } @{ $host->{addresses} // [] } }

# One form for each address; IPv4 within IPv6 is IPv4.
sub _packed {
    my ($address) = @_;
    $address =~ s/^::ffff:(?=[\d.]+\z)//i;
    return Socket::inet_pton($address =~ /:/ ? Socket::AF_INET6 : Socket::AF_INET, $address);
}

sub _shown {
    my ($packed) = @_;
    return length $packed == 4 ? Socket::inet_ntop(Socket::AF_INET, $packed) : '[' . Socket::inet_ntop(Socket::AF_INET6, $packed) . ']';
}

sub _text {
    my ($client) = @_;
    my @times = map { "$_ " . SlapdPgsql::Terminal::duration($client->{$_}) } 'since', 'last';
    return join ', ', $client->{connections} > 1 ? "$client->{connections} connections" : (), @times;
}

1;
