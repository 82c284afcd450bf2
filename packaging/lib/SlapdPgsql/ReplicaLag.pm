# ReplicaLag.pm: compares a replica with its providers: the stamps of their last changes, and the number of entries.
package SlapdPgsql::ReplicaLag;
use strict;
use warnings;
use List::Util ();
use SlapdPgsql::ContextCsn ();
use SlapdPgsql::Exposition ();
use SlapdPgsql::Ldap ();
use SlapdPgsql::Syncrepl ();
use Time::HiRes ();

my @states = qw(okay warning critical);

# REPLICA_SEARCH->(ldapsearch's arguments) searches in the replica. OPTION: wait, warning, critical (seconds), count. Returns
# { state, status (0 to 2), lag, entries, error, providers => [{ uri, lag, entries, error }, ...] }; what is unknown is undef.
sub look {
    my ($replica_search, $providers, $option) = @_;
    my $base = $providers->[0]{searchbase};
    my @seen = map { _provider($_) } @$providers;
    my ($own, $error) = _caught_up($replica_search, $base, \@seen, $option->{wait});
    my %out = (providers => \@seen, error => $error, lag => undef, entries => undef);
    return _judged(\%out, $option) if !$own;
    _count(\%out, $replica_search, $providers) if $option->{count};
    $out{lag} = List::Util::min(grep { defined } map { $_->{lag} } @seen);
    return _judged(\%out, $option);
}

# One that gives no copies has no new changes either: it tells why, for example that another server has its serverID.
sub _provider {
    my ($provider) = @_;
    my $base = $provider->{searchbase};
    my $answer;
    my ($csn, $error) = SlapdPgsql::ContextCsn::of(sub { return $answer = SlapdPgsql::Syncrepl::search($provider, @_) }, $base);
    $error = SlapdPgsql::Syncrepl::reason($provider, $answer) if $answer->{status};
    if ($csn) {
        my $copy = SlapdPgsql::Syncrepl::search($provider, '-b', $base, '-s', 'base', '-E', '!sync=ro', '(objectClass=*)', '1.1');
        ($csn, $error) = (undef, 'it gives no copies: ' . SlapdPgsql::Ldap::reason({ %$copy, out => '' })) if $copy->{status};
    }
    return { uri => $provider->{provider}, csn => $csn, error => $error, lag => undef, entries => undef };
}

# Sets the lag of each provider that answered: 0 if the replica has, within WAIT seconds, the changes that the provider had at first.
# Otherwise the time between the last changes of both: the changes that are missing are not older. Returns (contextCSN, error) of the replica.
sub _caught_up {
    my ($search, $base, $seen, $wait) = @_;
    my $until = Time::HiRes::time() + $wait;
    while (1) {
        my ($own, $error) = SlapdPgsql::ContextCsn::of($search, $base);
        for my $provider (grep { $_->{csn} && $own } @$seen) {
            my @missing = grep { !defined $own->{$_} || $own->{$_} lt $provider->{csn}{$_} } keys %{ $provider->{csn} };
            my @known   = grep { defined $own->{$_} } @missing;
            $provider->{lag} = @known < @missing ? undef : !@missing ? 0
                : List::Util::max(map { SlapdPgsql::ContextCsn::seconds($provider->{csn}{$_}) - SlapdPgsql::ContextCsn::seconds($own->{$_}) } @missing);
            $provider->{first_copy} = @known < @missing;
        }
        return ($own, $error) if Time::HiRes::time() >= $until || $own && !grep { $_->{csn} && ($_->{lag} // 1) } @$seen;
        Time::HiRes::sleep(0.2);
    }
}

# Changes may happen between the searches, so different numbers are counted again.
sub _count {
    my ($out, $search, $providers) = @_;
    for my $try (1 .. 2) {
        my $error;
        ($out->{entries}, $error) = _entries($search, $providers->[0]{searchbase});
        for my $i (grep { $out->{providers}[$_]{csn} } 0 .. $#$providers) {
            my $at = $providers->[$i];
            @{ $out->{providers}[$i] }{qw(entries error)} = _entries(sub { SlapdPgsql::Syncrepl::search($at, @_) }, $at->{searchbase});
        }
        $out->{error} //= $error;
        last if !grep { _differs($out, $_) } @{ $out->{providers} };
    }
    return;
}

sub _entries {
    my ($search, $base) = @_;
    my $answer = $search->('-b', $base, '(objectClass=*)', '1.1');
    return (undef, 'entries cannot be counted: ' . SlapdPgsql::Ldap::reason({ %$answer, out => '' })) if $answer->{status};
    return (scalar(() = $answer->{out} =~ /^dn::? /mg), undef);
}

sub _differs { my ($out, $provider) = @_; return defined $out->{entries} && defined $provider->{entries} && $out->{entries} != $provider->{entries} }

# A replica that follows one provider is up to date; the other one is missing when the first one fails.
sub _judged {
    my ($out, $option) = @_;
    my @providers = @{ $out->{providers} };
    my $level = sub { my ($lag) = @_; return !defined $lag || $lag > $option->{critical} ? 2 : $lag > $option->{warning} ? 1 : 0 };
    my $status = $out->{error} ? 2 : $level->($out->{lag});
    $status = 2 if $status < 2 && grep { !($_->{lag} // 1) && _differs($out, $_) } @providers;
    $status = 1 if $status < 1 && grep { $_->{error} || $level->($_->{lag}) } @providers;
    return { %$out, status => $status, state => $states[$status] };
}

# A line for each server.
sub lines {
    my ($seen) = @_;
    my @lines = defined $seen->{error} ? "replica: $seen->{error}" : "replica: " . (defined $seen->{lag} ? _behind($seen->{lag}) : 'it cannot be compared') . _has($seen);
    for my $provider (@{ $seen->{providers} }) {
        push @lines, "$provider->{uri}: " . ($provider->{error} // ($provider->{first_copy} ? 'the replica has not copied it yet'
                : defined $provider->{lag} ? _behind($provider->{lag}) . _has($provider) . (_differs($seen, $provider) ? ", but the replica has $seen->{entries}" : '') : 'not compared'));
    }
    $lines[0] = "$seen->{state}: $lines[0]";
    return @lines;
}

# In Prometheus' text format. What is unknown is absent.
sub metrics {
    my ($seen) = @_;
    my @providers = @{ $seen->{providers} };
    my $each = sub { my ($name, $help, $value) = @_; return SlapdPgsql::Exposition::labeled_gauge($name, $help, 'provider', grep { defined $_->[1] } map { [$_->{uri}, $value->($_)] } @providers) };
    my $own = sub { my ($name, $help, $value) = @_; return defined $value ? SlapdPgsql::Exposition::gauge($name, $help, $value) : '' };
    return join '', $own->('replica_up', 'Whether the replica has answered', defined $seen->{error} ? 0 : 1),
        $own->('replica_lag_seconds', 'How old the changes can be that the replica lacks; 0: none', $seen->{lag}),
        $own->('replica_entries', 'Entries of the replica', $seen->{entries}),
        $each->('replica_provider_up', 'Whether a provider of the replica has answered and gives copies', sub { defined $_[0]{error} ? 0 : 1 }),
        $each->('replica_provider_lag_seconds', 'The lag of the replica behind one provider', sub { $_[0]{lag} }),
        $each->('replica_provider_entries', 'Entries of a provider of the replica', sub { $_[0]{entries} });
}

sub _behind { my ($lag) = @_; return $lag ? sprintf('%.1f s behind', $lag) : 'up to date' }
sub _has { my ($server) = @_; return defined $server->{entries} ? ", $server->{entries} entries" : '' }

1;
