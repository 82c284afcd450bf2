# Certificate.pm: turns a name into a self-signed certificate, and a certificate and key into what is wrong with them.
package SlapdPgsql::Certificate;
use strict;
use warnings;
use File::Temp ();
use POSIX ();

my $days = 3650;

# The gateway's certificates live ten years; RSA, since cipher lists such as ECDHE-RSA-… exclude other keys.
# Returns (certificate, key) in PEM; dies with a message.
sub self_signed {
    my ($name) = @_;
    my $dir = File::Temp->newdir;
    my $san = $name =~ /^[\d.]+$|:/ ? "IP:$name" : "DNS:$name";
    # A common name ends at 64 characters, a host name later; the full one is in the subject's alternative name.
    my ($common) = length $name > 64 ? $name =~ /^([^.]{1,64})/ : $name;
    _write("$dir/request", <<"END");
[req]
distinguished_name = subject
x509_extensions = server
prompt = no
[subject]
CN = $common
[server]
subjectAltName = $san
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
END
    my ($ok, $said) = _openssl('req', '-x509', '-sha256', '-newkey', 'rsa:3072', '-nodes', '-batch', '-days', $days,
        '-config', "$dir/request", '-keyout', "$dir/key", '-out', "$dir/certificate");
    die "openssl cannot make a certificate for '$name': $said\n" if !$ok;
    return (_read("$dir/certificate"), _read("$dir/key"));
}

# Can this self-signed certificate (PEM) stay: still valid, and made for this name?
sub serves {
    my ($certificate, $name) = @_;
    my $file = _file($certificate);
    my ($valid) = _openssl('x509', '-in', "$file", '-noout', '-checkend', 0);
    my $check = $name =~ /^[\d.]+$|:/ ? '-checkip' : '-checkhost';
    my ($ok, $said) = _openssl('x509', '-in', "$file", '-noout', $check, $name);
    return $valid && $ok && $said !~ /NOT match/;
}

# Checks a pair, each in PEM. Returns a list of [which, what is wrong]: 'certificate', 'key' or 'pair' (they do not belong
# together) for errors, 'expiry' for a warning.
sub faults {
    my ($certificate, $key) = @_;
    my @faults;
    my ($certificate_file, $key_file) = map { _file($_) } $certificate, $key;
    my ($is_certificate, $of_certificate) = _openssl('x509', '-in', "$certificate_file", '-noout', '-pubkey');
    my ($is_key, $of_key) = _openssl('pkey', '-in', "$key_file", '-pubout', '-passin', 'pass:');
    push @faults, ['certificate', 'is not a certificate in PEM (-----BEGIN CERTIFICATE-----)'] if !$is_certificate;
    push @faults, ['key', $key =~ /ENCRYPTED/ ? 'is protected by a passphrase, which slapd cannot ask for; decrypt it with openssl pkey'
            : 'is not a private key in PEM (-----BEGIN PRIVATE KEY-----)'] if !$is_key;
    return @faults if @faults;
    s/.*(?=-----BEGIN PUBLIC)//s for $of_certificate, $of_key;
    return ['pair', 'do not belong together: the certificate was made for another key'] if $of_certificate ne $of_key;
    my ($valid) = _openssl('x509', '-in', "$certificate_file", '-noout', '-checkend', 0);
    push @faults, ['expiry', 'has expired; clients that verify will refuse it'] if !$valid;
    return @faults;
}

# A file with this content, which nobody else can read and which is removed with its object.
sub _file {
    my ($content) = @_;
    my $file = File::Temp->new;
    _write("$file", $content);
    return $file;
}

# Runs openssl. Returns (succeeded, what it wrote to standard output, or on failure its complaint).
sub _openssl {
    my @arguments = @_;
    my $errors = File::Temp->new;
    my $pid = open(my $out, '-|') // die "cannot start openssl: $!\n";
    if (!$pid) {
        open STDERR, '>&', $errors;
        open STDIN, '<', '/dev/null';
        exec 'openssl', @arguments or print STDERR "openssl is not installed\n";
        POSIX::_exit(127);
    }
    my $said = do { local $/; <$out> } // '';
    return (1, $said) if close $out;
    my ($complaint) = _read("$errors") =~ /^(?!\.|-----|\s*$)([^\n]+)/m;
    return (0, $complaint // 'it gave no reason');
}

sub _read {
    my ($path) = @_;
    local $/;
    open my $file, '<', $path or die "$path: $!\n";
    return scalar(<$file>) // '';
}

sub _write {
    my ($path, $text) = @_;
    open my $file, '>', $path or die "$path: $!\n";
    print {$file} $text;
    close $file or die "$path: $!\n";
    return;
}

1;
