# ClientProbe.pm: asks a client by ssh whether SSSD knows a user, whether it trusts the servers' certificates, and what time it is.
package SlapdPgsql::ClientProbe;
use strict;
use warnings;
use SlapdPgsql::Jobs ();
use SlapdPgsql::Ssh ();

# Seconds between the clocks of a client and of the servers.
my $most_offset = 2;

# Lines of "name=value". The servers are those of SSSD's configuration.
my $probe = <<'SHELL';
date +clock=%s.%N
PATH=$PATH:/usr/sbin
if timeout 20 getent -s sss passwd "$user" >/dev/null; then echo user=found; else echo user=missing; fi
configuration=$(cat /etc/sssd/sssd.conf /etc/sssd/conf.d/*.conf 2>/dev/null)
setting() { printf "%s\n" "$configuration" | sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" | tail -n 1; }
authorities=$(setting ldap_tls_cacert)
for uri in $(setting ldap_uri | tr , " "); do
    address=${uri#*://} starttls=
    address=${address%%/*}
    case $uri in
        ldaps://*) port=636 ;;
        ldap://*) port=389 starttls="-starttls ldap" ;;
        *) continue ;;
    esac
    case $address in
        \[*\]) host=${address#\[} host=${host%\]} address=$address:$port ;;
        \[*) host=${address#\[} host=${host%%\]*} ;;
        *:*) host=${address%:*} ;;
        *) host=$address address=$address:$port ;;
    esac
    case $host in *:*) match=-verify_ip ;; *[!0-9.]*) match=-verify_hostname ;; *) match=-verify_ip ;; esac
    set -- -connect "$address" $starttls ${authorities:+-CAfile "$authorities"} $match "$host" -verify_return_error
    if answer=$(timeout 10 openssl s_client "$@" </dev/null 2>&1); then
        echo "trusted=$uri"
    else
        echo "untrusted=$uri $(printf "%s\n" "$answer" | grep -m 1 -E "verify error|errno|not found|refused" || echo "no answer")"
    fi
done
SHELL

# Reports each of HOSTS. OPTION: as in slapd-pgsql-pair. The clock is compared with that of the SERVERS; without one that answers,
# with this machine's.
sub report {
    my ($report, $servers, $hosts, $user, $option) = @_;
    my ($reference, $of) = _reference($servers, $option);
    SlapdPgsql::Jobs::run([map { SlapdPgsql::Ssh::job($_, 'user=' . SlapdPgsql::Ssh::quote($user) . "\n$probe", %$option) } @$hosts], $option->{most}, sub {
        my ($job, $result) = @_;
        my $answer = SlapdPgsql::Ssh::result($job, $result);
        return $report->add($job->{host}, $answer) if $answer->{outcome} ne 'okay';
        my (@good, @faults);
        if ($answer->{text} =~ /^user=found$/m) { push @good, "$user found" }
        else                                    { push @faults, "SSSD does not find $user" }
        my @trusted = $answer->{text} =~ /^trusted=(.+)$/mg;
        my @untrusted = $answer->{text} =~ /^untrusted=(.+)$/mg;
        push @good, "trusted: @trusted" if @trusted;
        for (@untrusted) {
            my ($uri, $why) = split ' ', $_, 2;
            push @faults, ($why =~ /^verify/ ? "the certificate of $uri is not trusted" : "no answer from $uri") . ": $why";
        }
        push @faults, 'sssd.conf names no server (ldap_uri)' if !@trusted && !@untrusted;
        my $offset = _offset($answer, $result);
        if (!defined $offset) { push @faults, 'the clock cannot be read' }
        else {
            my $text = sprintf 'clock %+.1f s', $offset -= $reference;
            if   (abs $offset <= $most_offset) { push @good, $text }
            else                               { push @faults, "$text from that of $of" }
        }
        if (@faults) { $report->fault($job->{host}, join "\n", @faults) }
        else         { $report->okay($job->{host}, join ', ', @good) }
        return;
    });
    return;
}

# (seconds by which the servers' clocks, or the middle one of them, are ahead of this machine's; whose clock that is)
sub _reference {
    my ($servers, $option) = @_;
    my @jobs    = map { SlapdPgsql::Ssh::job($_, 'date +clock=%s.%N', %$option) } @$servers;
    my @results = SlapdPgsql::Jobs::results(\@jobs, $option->{most});
    my @offsets = sort { $a <=> $b } map { _offset(SlapdPgsql::Ssh::result($jobs[$_], $results[$_]), $results[$_]) // () } 0 .. $#jobs;
    return @offsets ? ($offsets[@offsets / 2], 'the servers') : (0, 'this machine');
}

# The host's clock, read right after the mark came, minus the time at which it came.
sub _offset {
    my ($answer, $result) = @_;
    return $answer->{text} =~ /^clock=(\d{1,12}\.\d+)$/m && defined $result->{marked} ? $1 - $result->{marked} : undef;
}

1;
