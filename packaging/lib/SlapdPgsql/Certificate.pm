# Certificate.pm: creates a self-signed certificate, and reports what is wrong with a certificate and its key.
package SlapdPgsql::Certificate;
use strict;
use warnings;
use SlapdPgsql::Command ();

my $days = 3650;

# RSA, since cipher lists such as ECDHE-RSA-… exclude other keys. Returns (certificate, key) in PEM; dies with a message.
sub self_signed {
    my ($name) = @_;
    # A common name has at most 64 characters, a host name more; the full one is the subject's alternative name.
    my ($common) = length $name > 64 ? $name =~ /^([^.]{1,64})/ : $name;
    # Without openssl's own configuration, whose extensions are those of an authority.
    my ($pem, $error) = _openssl('', 'req', '-x509', '-config', '/dev/null', '-sha256', '-newkey', 'rsa:3072', '-nodes', '-days', $days,
        '-subj', "/CN=$common", map { ('-addext', $_) } 'subjectAltName=' . (_is_address($name) ? 'IP' : 'DNS') . ":$name",
        'basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature,keyEncipherment', 'extendedKeyUsage=serverAuth',
        'subjectKeyIdentifier=hash');
    die "openssl cannot create a certificate for '$name': $error\n" if !defined $pem;
    my ($key, $certificate) = $pem =~ /^(-----BEGIN .*?)^(-----BEGIN CERTIFICATE.*)\z/ms;
    return ($certificate, $key);
}

# Whether a self-signed certificate (PEM) is still valid, and for this name.
sub serves {
    my ($certificate, $name) = @_;
    my ($valid) = _openssl($certificate, 'x509', '-noout', '-checkend', 0);
    my ($match) = _openssl($certificate, 'x509', '-noout', _is_address($name) ? '-checkip' : '-checkhost', $name);
    return defined $valid && defined $match && $match !~ /NOT match/;
}

# Checks a certificate and its key, each in PEM. Returns a list of [which, what is wrong]: 'certificate', 'key' or 'pair' (the
# key is of another certificate) for errors, 'expiry' for a warning.
sub faults {
    my ($certificate, $key) = @_;
    my ($certificate_key) = _openssl($certificate, 'x509', '-noout', '-pubkey');
    my ($public_key) = _openssl($key, 'pkey', '-pubout', '-passin', 'pass:');
    my @faults;
    push @faults, ['certificate', 'is not a certificate in PEM (-----BEGIN CERTIFICATE-----)'] if !defined $certificate_key;
    push @faults, ['key', $key =~ /ENCRYPTED/ ? 'is protected by a passphrase, which slapd cannot ask for; decrypt it with openssl pkey'
            : 'is not a private key in PEM (-----BEGIN PRIVATE KEY-----)'] if !defined $public_key;
    return @faults if @faults;
    s/.*(?=-----BEGIN PUBLIC)//s for $certificate_key, $public_key;
    return ['pair', 'do not belong together: the certificate was issued for another key'] if $certificate_key ne $public_key;
    my ($valid) = _openssl($certificate, 'x509', '-noout', '-checkend', 0);
    return defined $valid ? () : ['expiry', 'has expired; clients that verify it refuse the connection'];
}

sub _is_address { my ($name) = @_; return $name =~ /^[\d.]+$|:/ }

# Returns (output), or (undef, error) on failure.
sub _openssl {
    my ($input, @arguments) = @_;
    my $result = SlapdPgsql::Command::run($input, 'openssl', @arguments);
    return $result->{out} if !$result->{status};
    # The first line that is not a sign of progress.
    my ($error) = $result->{err} =~ /^(?![.+*]|-----|\s*$)([^\n]+)/m;
    return (undef, $error // 'unknown error');
}

1;
