# Syncrepl.pm: the providers of a replica: their lines in its configuration, and searches in them with the replicator's account.
package SlapdPgsql::Syncrepl;
use strict;
use warnings;
use SlapdPgsql::Command ();
use SlapdPgsql::Ldap ();
use SlapdPgsql::Trust ();

# The words of a directive for PROVIDER: { provider, searchbase, binddn, credentials, tls_cacert }, and OPTIONS; slapd tries again each 5 seconds.
# Without timeout=, with which slapd 2.5.13 takes as long to end, and crashes then.
sub directive {
    my ($provider, $rid, @options) = @_;
    my @words = (sprintf('rid=%03d', $rid), "provider=$provider->{provider}", _is_plain($provider) ? 'starttls=critical' : (), 'bindmethod=simple',
        "binddn=$provider->{binddn}", "credentials=$provider->{credentials}", "searchbase=$provider->{searchbase}", 'filter=(objectClass=*)',
        @options, 'type=refreshAndPersist', 'retry=5 +', 'network-timeout=5', 'keepalive=60:5:10',
        'schemachecking=off', 'tls_reqcert=demand', "tls_cacert=$provider->{tls_cacert}");
    return join "\n  ", 'syncrepl', map { /^[\w.=:\/-]+\z/ ? $_ : '"' . s/(["\\])/\\$1/gr . '"' } @words;
}

# Returns the providers, the suffix and other directives that a configuration names: { providers => [...], suffix, directory, certificate, key }.
# PATH is a slapd.conf or a directory of cn=config. Dies with a message.
sub configured {
    my ($path) = @_;
    my @lines = -d $path ? _config_lines($path) : _conf_lines($path);
    my %found = (providers => []);
    for (@lines) {
        my ($name, $value) = /^(\w+)[ \t]+(.*)\z/s or next;
        my @words = words($value);
        if (lc $name eq 'syncrepl') { push @{ $found{providers} }, { map { /^(\w[\w-]*)=(.*)\z/s ? (lc $1 => $2) : () } @words } }
        elsif ($name =~ /^(?:suffix|directory|tlscertificatefile|tlscertificatekeyfile)\z/i) { $found{ lc $name } = $words[0] }
    }
    my @providers = grep { defined $_->{provider} } @{ $found{providers} } or die "'$path' has no syncrepl line; write it with: slapd-pgsql-replica write\n";
    $_->{searchbase} // die "'$path': a syncrepl line lacks searchbase\n" for @providers;
    return { %found, providers => \@providers };
}

# The logical lines of a slapd.conf; a line that begins with a space continues the one before.
sub _conf_lines {
    my ($path) = @_;
    my ($text, $doubt) = SlapdPgsql::Trust::content_and_doubt($path);
    $text =~ s/\n[ \t]+/ /g;
    return grep { !/^#/ } split /\n/, $text;
}

# The same of cn=config, whose values have a number in front.
sub _config_lines {
    my ($path) = @_;
    my $ldif = SlapdPgsql::Command::run('', 'slapcat', '-n', 0, '-F', $path, '-o', 'ldif-wrap=no');
    die "slapcat: '$path' cannot be read: " . ($ldif->{err} =~ s/\s*\z//r) . "\n" if $ldif->{status};
    return map { my $entry = $_; map { my $name = $_; map { $name =~ s/^olc(?:db)?//r . ' ' . s/^\{\d+\}//r } @{ $entry->{$name} } } grep { /^olc/ } sort keys %$entry }
        SlapdPgsql::Ldap::entries($ldif->{out});
}

# As slapd reads them: quotes may begin anywhere, and a backslash precedes any character.
sub words {
    my ($line) = @_;
    my @words;
    while ($line =~ /\G\s*((?:"(?:\\.|[^"\\])*"|\\.|[^\s"\\])+)/gs) {
        push @words, $1 =~ s/\\(.)|"/$1 \/\/ ''/gesr;
    }
    return @words;
}

sub _is_plain { my ($provider) = @_; return $provider->{provider} =~ /^ldap:/i }

# Runs a tool of ldap-utils at the provider with its certificate verified; with the replicator's account, unless ANONYMOUS. See SlapdPgsql::Ldap::ask.
sub ask {
    my ($provider, $anonymous, $tool, @arguments) = @_;
    my @trust = map { ('-o', $_) } 'TLS_REQCERT=' . ($provider->{tls_reqcert} // 'demand'), defined $provider->{tls_cacert} ? "TLS_CACERT=$provider->{tls_cacert}" : ();
    my @as = $anonymous ? () : ('-D', $provider->{binddn} // '', '-y', '/proc/self/fd/0');    # a unit may have no /dev/stdin
    return SlapdPgsql::Ldap::ask($anonymous ? '' : $provider->{credentials} // '', $tool, '-x', '-H', $provider->{provider},
        (_is_plain($provider) ? '-ZZ' : ()), @trust, @as, @arguments);
}

# Why ask() or search() has failed. The tools do not tell a certificate that is not verified from a server that does not answer.
sub reason {
    my ($provider, $answer) = @_;
    my $reason = SlapdPgsql::Ldap::reason({ %$answer, out => '' });
    return $reason if $answer->{status} != 255 && $answer->{err} !~ /^ldap_start_tls:/m;
    my $authority = $provider->{tls_cacert};
    return "the file '$authority' of tls_cacert cannot be read" if defined $authority && !-r $authority;
    my $unverified = ask({ %$provider, tls_reqcert => 'never' }, 1, 'ldapsearch', '-LLL', '-b', '', '-s', 'base', '1.1');
    return "no answer: $reason" if $unverified->{status};
    return 'its certificate is not verified: it must be valid now, for the name in the URI, and of an authority in ' . ($authority // 'tls_cacert');
}

sub search {
    my ($provider, @arguments) = @_;
    return ask($provider, 0, 'ldapsearch', '-LLL', '-o', 'ldif-wrap=no', @arguments);
}

1;
