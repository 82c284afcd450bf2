# HostDirectory.pm: reads the hosts of slapd-pgsql-pair from LDAP servers, and keeps the last answer for when none answers.
#
# Values come from any user who may write to the directory: only names, tags and addresses of the expected form are used, and the key that
# ssh wants is that of the name.
package SlapdPgsql::HostDirectory;
use strict;
use warnings;
use Digest::SHA ();
use Fcntl qw(:DEFAULT);
use File::Path ();
use JSON::PP ();
use POSIX ();
use Socket ();
use SlapdPgsql::Ldap ();
use SlapdPgsql::Terminal ();
use SlapdPgsql::Trust ();

# LDAP results of a server that gives no answer now: time limit, busy, unavailable, other; no connection, and our own time limit.
my %no_answer = map { $_ => 1 } 3, 51, 52, 80, 255, 124;

sub is_url { return $_[0] =~ m{^ldap[si]?://}i }

# URLS: LDAP URLs of the same hosts at several servers, separated by spaces. OPTION: authorities, dn and password. Returns { hosts, lock,
# warnings }, the hosts as SlapdPgsql::Inventory does; dies with a message.
sub read_urls {
    my ($urls, $option) = @_;
    my $path = eval { _cache_path(join "\n", $urls, $option->{dn} // '') };
    my @warnings = defined $path ? () : "the hosts are not kept for when no server answers, because $@" =~ s/\n\z//r;
    my ($answer, $reason) = _first_answer($urls, $option);
    if (!$answer) {
        ($answer, my $time) = defined $path ? _kept($path) : ();
        die "no server answers, and no earlier answer was kept: $reason\n" if !$answer;
        push @warnings, "no server answers ($reason); the hosts are those of " . POSIX::strftime('%Y-%m-%d %H:%M', localtime $time) . ', '
            . SlapdPgsql::Terminal::duration(time - $time) . ' ago';
    } elsif (defined $path) {
        eval { _keep($path, $answer); 1 } or push @warnings, "the hosts are not kept for when no server answers, because $@" =~ s/\n\z//r;
    }
    my (@hosts, %seen);
    for my $entry (@$answer) {
        my ($host, @remarks) = _host($entry);
        push @warnings, @remarks;
        next if !$host;
        if ($seen{ lc $host->{name} }++) { push @warnings, "$host->{name} has several entries; only one is used"; next }
        push @hosts, $host;
    }
    @warnings = (@warnings[0 .. 9], @warnings - 10 . ' more warnings') if @warnings > 11;
    return { hosts => [sort { $a->{name} cmp $b->{name} } @hosts], lock => defined $path ? "$path.lock" : undef, warnings => \@warnings };
}

# Returns (entries) or (undef, why there is no answer).
sub _first_answer {
    my ($urls, $option) = @_;
    my @reasons;
    for my $url (split /\s+(?=ldap[si]?:)/i, $urls) {
        my $at = _parsed($url);
        my @trust = ('TLS_REQCERT=demand', defined $option->{authorities} ? "TLS_CACERT=$option->{authorities}" : ());
        my $local = $at->{server} =~ m{^(?:ldapi:|ldaps:|ldap://(?:localhost|127\.[\d.]+|\[::1\])(?::|\z))}i;
        my @as     = defined $option->{dn} ? ('-D', $option->{dn}, '-y', '/dev/stdin') : ();
        my $result = SlapdPgsql::Ldap::search($option->{password} // '', '-x', map({ ('-o', $_) } @trust), $local ? () : '-ZZ', '-H', $at->{server},
            @as, '-b', $at->{base}, '-s', $at->{scope}, $at->{filter}, 'cn', 'ou', 'ipHostNumber');
        return [map { _plain($_) } SlapdPgsql::Ldap::entries($result->{out})] if !$result->{status};
        my $reason = "$at->{server}: " . SlapdPgsql::Ldap::reason({ %$result, out => '' });
        die "$at->{server} has more hosts than its size limit; raise the limit for you (limits in slapd.conf), or narrow the filter\n" if $result->{status} == 4;
        die "$reason\n" if !$no_answer{ $result->{status} };
        push @reasons, $reason;
    }
    return (undef, join '; ', @reasons);
}

sub _parsed {
    my ($url) = @_;
    my ($server, $rest) = $url =~ m{^(ldap[si]?://[^/?]*)(?:/(.*))?\z}si or die "'$url' is not an LDAP URL; write ldaps://server/ou=hosts,dc=example,dc=com\n";
    my ($base, undef, $scope, $filter, $extensions) = map { s/%([0-9A-Fa-f]{2})/chr hex $1/ger } split /\?/, $rest // '', 5;
    die "'$url' has extensions, which are not supported; write a ? of the filter as %3F\n" if length($extensions // '');
    die "'$url' is not an LDAP URL with a base DN; write ldaps://server/ou=hosts,dc=example,dc=com\n" if !length($base // '');
    $scope = 'sub' if !length($scope // '');
    die "'$url': '$scope' is not a scope; use base, one or sub\n" if $scope !~ /^(?:base|one|sub)\z/;
    return { server => $server, base => $base, scope => $scope, filter => length($filter // '') ? $filter : '(cn=*)' };
}

# The values of an entry that are kept. The first name is the one in its DN.
sub _plain {
    my ($entry) = @_;
    my ($first) = $entry->{dn}[0] =~ /^cn=([^,+\\]+)(?:,|\z)/i;
    return { cn => [$first // (), @{ $entry->{cn} // [] }], ou => $entry->{ou} // [], address => $entry->{iphostnumber} // [] };
}

# Returns (host or undef, warnings).
sub _host {
    my ($entry) = @_;
    my $name = $entry->{cn}[0] // return (undef, 'an entry without cn is not used');
    return (undef, "'$name' is not used; it is not the name of a host") if $name !~ /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}\z/;
    my (@tags, @warnings);
    for my $tag (@{ $entry->{ou} }) {
        if   ($tag =~ /^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,63}\z/) { push @tags, $tag }
        else                                                  { push @warnings, "$name: '$tag' is not a tag, and not used" }
    }
    my ($address) = grep { Socket::inet_pton(/:/ ? Socket::AF_INET6 : Socket::AF_INET, $_) } grep { /^[0-9A-Fa-f.:]{2,45}\z/ } @{ $entry->{address} };
    return ({ tags => [sort @tags], name => $name, way => $name, address => $address, addresses => $entry->{address} }, @warnings);
}

sub _cache_path {
    my ($key) = @_;
    my ($directory) = grep { defined && m{^/} } $ENV{XDG_CACHE_HOME}, defined $ENV{HOME} ? "$ENV{HOME}/.cache" : undef;
    die "neither XDG_CACHE_HOME nor HOME is set\n" if !defined $directory;
    File::Path::make_path("$directory/slapd-pgsql", { mode => oct 700, error => \my $errors });
    die "'$directory/slapd-pgsql' cannot be created: ", values %{ $errors->[0] }, "\n" if @$errors;
    return "$directory/slapd-pgsql/hosts-" . substr(Digest::SHA::sha256_hex($key), 0, 16);
}

sub _keep {
    my ($path, $answer) = @_;
    my $new = "$path.new.$$";
    sysopen my $file, $new, O_WRONLY | O_CREAT | O_EXCL, oct 600 or die "'$new' cannot be written: $!\n";
    (print {$file} JSON::PP->new->latin1->encode({ time => time, hosts => $answer })) && close $file && rename $new, $path
        or die "'$path' cannot be written: $!\n";
    return;
}

# Returns (entries, time).
sub _kept {
    my ($path) = @_;
    my $kept = eval { JSON::PP->new->latin1->decode(SlapdPgsql::Trust::content($path)) } // return;
    return ($kept->{hosts}, $kept->{time});
}

1;
