# ReplicaCheck.pm: tests a replica's configuration, and whether its providers give it what it needs.
package SlapdPgsql::ReplicaCheck;
use strict;
use warnings;
use SlapdPgsql::Certificate ();
use SlapdPgsql::Command ();
use SlapdPgsql::ContextCsn ();
use SlapdPgsql::Ldap ();
use SlapdPgsql::Syncrepl ();
use SlapdPgsql::System ();

my $sample = 20;    # users whose hashes are looked for

# Returns findings [okay or not, object, text], in the order of the tests.
sub findings {
    my ($path, $replica, $user) = @_;
    my @providers = @{ $replica->{providers} };
    my @seen = map { { uri => $_->{provider}, _look_at($_) } } @providers;
    return (_slaptest($path, $user), _certificate($replica, $user), (map { my $uri = $_->{uri}; map { [$_->[0], $uri, $_->[1]] } @{ $_->{findings} } } @seen), _server_ids(@seen));
}

# With the rights of the owner, who chooses the modules that slaptest loads.
sub _slaptest {
    my ($path, $user) = @_;
    my @as = $user ? ('setpriv', "--reuid=$user->{uid}", "--regid=$user->{gid}", '--init-groups', '--') : ();
    my $result = SlapdPgsql::Command::run('', @as, 'slaptest', '-u', -d $path ? '-F' : '-f', $path);
    return $result->{status} ? [0, $path, slaptest_error($result)] : [1, $path, 'slaptest accepts it'];
}

# What slaptest has written, on one line.
sub slaptest_error {
    my ($result) = @_;
    my @errors = grep { !/bad configuration|^\s*$/ } split /\n/, $result->{err} =~ s/^[0-9a-f]{8}(?:\.[0-9a-f]+ 0x[0-9a-f]+)? //mgr;
    return 'slaptest: ' . join('; ', @errors ? @errors : 'it ended with status ' . ($result->{status} >> 8));
}

sub _certificate {
    my ($replica, $user) = @_;
    my ($certificate, $key) = @$replica{qw(tlscertificatefile tlscertificatekeyfile)};
    return if !defined $certificate;
    my @unreadable = grep { $user && !SlapdPgsql::System::readable_by($user, $_) } $certificate, $key // ();
    return map { [0, $_, "user $user->{name} cannot read it, so that slapd does not start; give it to the group openldap, mode 0640"] } @unreadable if @unreadable;
    my @pem = map { my $content = do { local (@ARGV, $/) = $_; -r $ARGV[0] ? <> : undef }; $content // return [0, $_, 'cannot be read'] } $certificate, $key // $certificate;
    my @faults = SlapdPgsql::Certificate::faults(@pem);
    return @faults ? (map { [0, $certificate, "the $_->[0] $_->[1]" =~ s/^the pair do/the certificate and $key do/r] } @faults) : [1, $certificate, 'the certificate and its key work'];
}

# Returns (findings => [[okay or not, text], ...], answered => whether contextCSN is known, sids => its serverIDs). What comes later needs what comes before.
sub _look_at {
    my ($provider) = @_;
    my @findings;
    my $ended = sub { return (findings => [@findings, @_ ? [0, @_] : ()], sids => []) };
    my $base = $provider->{searchbase};
    my $answer = SlapdPgsql::Syncrepl::ask($provider, 1, 'ldapsearch', '-LLL', '-b', '', '-s', 'base', '1.1');
    return $ended->(SlapdPgsql::Syncrepl::reason($provider, $answer)) if $answer->{status};
    push @findings, [1, 'answers, and its certificate is verified'];
    $answer = SlapdPgsql::Syncrepl::ask($provider, 0, 'ldapwhoami');
    return $ended->("$provider->{binddn} cannot log in: " . SlapdPgsql::Ldap::reason($answer)) if $answer->{status};
    push @findings, [1, "$provider->{binddn} logs in"];
    my ($csn, $error) = SlapdPgsql::ContextCsn::of(sub { SlapdPgsql::Syncrepl::search($provider, @_) }, $base);
    return $ended->("$base cannot be copied: $error" . ($error =~ /contextCSN/ ? '; the database needs pgsql-feed on and overlay syncprov' : '')) if !$csn;
    push @findings, _copying($provider, $base);
    return (findings => \@findings, sids => [SlapdPgsql::ContextCsn::server_ids($csn)], answered => 1);
}

# As the replica does, but only some users: whether entries come, and with hashes. A hash is not printed.
sub _copying {
    my ($provider, $base) = @_;
    my $answer = SlapdPgsql::Syncrepl::search($provider, '-b', $base, '-E', '!sync=ro', '-z', $sample, '(objectClass=posixAccount)', 'userPassword');
    my @users = SlapdPgsql::Ldap::entries($answer->{out});
    return [0, 'entries cannot be copied: ' . SlapdPgsql::Ldap::reason({ %$answer, @users ? (out => '') : () })] if $answer->{status} && $answer->{status} != 4;
    my $hashes = grep { $_->{userpassword} } @users;
    return [0, 'no user can be copied: is there one, and may the replicator read it?'] if !@users;
    my @limited = _is_limited($provider, $base) ? [0, "$provider->{binddn} gets too few entries: the provider needs  limits dn.exact=\"$provider->{binddn}\" size=unlimited time=unlimited"] : ();
    return (@limited, [1, "entries can be copied; $hashes of the first " . @users . ' users have a hash'
            . ($hashes ? '' : ', so that users cannot log in at the replica: see pgsql-feed-passwords, and the access rule for userPassword')]);
}

# Without a limit of its own, a client gets the server's: 500 entries by default.
sub _is_limited {
    my ($provider, $base) = @_;
    my $answer = SlapdPgsql::Syncrepl::search($provider, '-b', $base, '(objectClass=*)', '1.1');
    return $answer->{status} == 4 || $answer->{status} == 3 || $answer->{status} == 11;
}

# With equal ones, only one provider feeds replicas, or a replica ignores the changes of one that are older than those of the other.
sub _server_ids {
    my (@seen) = @_;
    my (%by, @findings);
    for my $provider (@seen) { push @{ $by{$_} }, $provider->{uri} for @{ $provider->{sids} } }
    my @numbers = sort { $a <=> $b } keys %by;
    push @findings, map { [0, join(' and ', @{ $by{$_} }), "have the same serverID $_, so that changes would be lost; give each server a number of its own"] } grep { @{ $by{$_} } > 1 } @numbers;
    push @findings, map { [0, $_->{uri}, 'has no serverID; set one, from 1 to 4095'] } grep { $_->{answered} && !@{ $_->{sids} } } @seen;
    return @findings if @findings;
    return @numbers > 1 ? [1, 'serverID', 'differs: ' . join ', ', map { "$_ at $by{$_}[0]" } @numbers] : ();
}

1;
