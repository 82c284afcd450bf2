# Tls.pm: the directives of slapd's TLS library for TLS versions and an OpenSSL cipher list.
#
# Debian 12's slapd uses GnuTLS: everything is one priority string, without which TLS 1.0 is offered, and TLSProtocolMin
# does nothing. Debian 13's uses OpenSSL, which takes the list as it is and refuses a priority string.
package SlapdPgsql::Tls;
use strict;
use warnings;
use SlapdPgsql::Command ();

my @versions = ('1.2', '1.3');
my %exchange = map { ($_ => 1) } qw(RSA ECDHE-RSA ECDHE-ECDSA DHE-RSA);
my %cipher   = map { ($_ => 1) } map { ("AES-128-$_", "AES-256-$_") } qw(GCM CCM CBC CCM-8);
$cipher{$_} = 1 for qw(CHACHA20-POLY1305 CAMELLIA-128-GCM CAMELLIA-256-GCM CAMELLIA-128-CBC CAMELLIA-256-CBC);

# 1.2 or 1.3 as the gateway writes it (TLSv1.2), undef for anything else.
sub version {
    my ($text) = @_;
    return $text =~ /^\s*(?:TLS)?v?(1\.[23])\s*$/i ? $1 : undef;
}

# For LIBRARY, GnuTLS or OpenSSL. Returns ([[directive, value], ...], warning or undef) or (undef, what is wrong). Versions and
# ciphers may be undef.
sub settings {
    my ($library, $min, $max, $ciphers) = @_;
    my @allowed = grep { $_ >= ($min // '1.2') && $_ <= ($max // '1.3') } @versions;
    my ($parts, $warning) = ('', undef);
    if (defined $ciphers) {
        my ($suites, $wrong) = _suites($ciphers);
        return (undef, $wrong) if !$suites;
        if (!%{ $suites->{exchange} } && grep { $_ eq '1.2' } @allowed) {
            @allowed = grep { $_ eq '1.3' } @allowed;
            return (undef, 'names suites of TLS 1.3 only, but TLS_MAX_VERSION is 1.2') if !@allowed;
            $warning = 'names suites of TLS 1.3 only: clients of TLS 1.2, such as Proxmox, cannot connect';
        }
        $parts = join '', map { ':-' . $_->[0] . '-ALL' . join '', map { ":+$_" } sort keys %{ $suites->{ $_->[1] } } }
            (['CIPHER', 'cipher'], ['MAC', 'mac'], %{ $suites->{exchange} } ? ['KX', 'exchange'] : ());
    }
    return ([['TLSCipherSuite', join('', 'NORMAL:-VERS-ALL', map { ":+VERS-TLS$_" } @allowed) . $parts]], $warning) if $library eq 'GnuTLS';
    return ([['TLSProtocolMin', $allowed[0] eq '1.3' ? '3.4' : '3.3'],
        defined $ciphers ? ['TLSCipherSuite', $ciphers =~ s/^[:, ]+|[:, ]+$//gr =~ s/[:, ]+/:/gr] : ()], $warning);
}

# The list's suites by their GnuTLS names. GnuTLS combines key exchanges, ciphers and MACs freely, so a list becomes the
# three sets of what it names.
sub _suites {
    my ($list) = @_;
    return (undef, 'contains characters that a cipher list cannot have') if $list !~ /^[\w:!+\-@=., ]+$/ || $list =~ /^\s*-/;
    my @names  = split /[:, ]+/, $list;
    my @modern = grep { /^TLS_/ } @names;
    my $older  = join ':', grep { !/^TLS_/ } @names;
    my @suites = @modern;
    if ($older ne '') {
        my $result = SlapdPgsql::Command::run('', 'openssl', 'ciphers', '-stdname', '-s', '-tls1_2', $older);
        return (undef, "cannot be checked: $result->{err}" =~ s/\n\z//r) if $result->{status} == 127 << 8;
        push @suites, grep { /_WITH_/ } map { (split)[0] // () } split /\n/, $result->{out};
    }
    my %suites = (cipher => {}, mac => {}, exchange => {});
    for my $suite (@suites) {
        my ($exchange, $cipher) = $suite =~ /^TLS_(?:(\w+?)_WITH_)?(\w+)$/ or next;
        my $mac = $cipher =~ s/_(SHA\d*)$// ? $1 : '';
        tr/_/-/ for grep { defined } $exchange, $cipher;
        next if !$cipher{$cipher} || defined $exchange && !$exchange{$exchange};
        $suites{mac}{ $cipher !~ /CBC$/ ? 'AEAD' : $mac eq 'SHA' ? 'SHA1' : $mac } = 1;
        $suites{cipher}{$cipher} = 1;
        $suites{exchange}{$exchange} = 1 if defined $exchange;
    }
    return (undef, "names no cipher suite that slapd can offer (it is an OpenSSL cipher list, such as HIGH:!aNULL)")
        if !%{ $suites{cipher} };
    return \%suites;
}

1;
