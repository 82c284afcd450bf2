# RolePassword.pm: a random password for a role of PostgreSQL, and the verifier that PostgreSQL stores for it.
package SlapdPgsql::RolePassword;
use strict;
use warnings;
use Digest::SHA ();
use MIME::Base64 ();

sub random {
    my ($bytes) = @_;
    open my $in, '<:raw', '/dev/urandom' or die "/dev/urandom cannot be read: $!\n";
    read $in, (my $random), $bytes;
    length $random == $bytes or die "/dev/urandom gave too few bytes\n";
    return $random;
}

# SCRAM-SHA-256 (RFC 5802, RFC 7677) of an ASCII password. The server's log then has no password.
sub verifier {
    my ($password) = @_;
    my ($rounds, $salt) = (4096, random(16));
    my $block = my $salted = Digest::SHA::hmac_sha256($salt . pack('N', 1), $password);
    for (2 .. $rounds) { $block = Digest::SHA::hmac_sha256($block, $password); $salted ^= $block }
    my $stored = Digest::SHA::sha256(Digest::SHA::hmac_sha256('Client Key', $salted));
    my $server = Digest::SHA::hmac_sha256('Server Key', $salted);
    my ($salt64, $stored64, $server64) = map { MIME::Base64::encode_base64($_, '') } $salt, $stored, $server;
    return "SCRAM-SHA-256\$$rounds:$salt64\$$stored64:$server64";
}

1;
