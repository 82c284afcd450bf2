# Ldap.pm: runs the programs of ldap-utils with a time limit, and reads LDIF.
package SlapdPgsql::Ldap;
use strict;
use warnings;
use MIME::Base64 ();
use SlapdPgsql::Command ();

# Seconds.
our $limit = 15;

# Runs TOOL, such as ldapsearch, with INPUT. Returns { status, out, err }; the status is the LDAP result, 255 without a connection,
# 124 after the time limit.
sub ask {
    my ($input, $tool, @arguments) = @_;
    my $result = SlapdPgsql::Command::run($input, 'timeout', $limit, $tool, '-o', 'nettimeout=5', @arguments);
    return { %$result, status => $result->{status} & 127 ? 255 : $result->{status} >> 8 };
}

sub search { my ($input, @arguments) = @_; return ask($input, 'ldapsearch', '-LLL', '-o', 'ldif-wrap=no', @arguments) }

# What a failed program has written about the failure: the result, with the server's text; otherwise its last line.
sub reason {
    my ($result) = @_;
    return "no answer within $limit s" if $result->{status} == 124;
    my $text = "$result->{out}\n$result->{err}";
    my ($line) = $text =~ /^(.* \(-?\d+\))$/m;
    my ($info) = $text =~ /additional info(?:rmation)?: (.*)/i;
    return defined $line ? $line . (defined $info ? ": $info" : '') : ($text =~ /([^\n]*)\s*\z/)[0];
}

# The entries of LDIF without folded lines: { attribute in lower case => [values as bytes] }, with dn.
sub entries {
    my ($ldif) = @_;
    my @entries;
    for my $block (split /\n{2,}/, $ldif) {
        my %entry;
        for my $line (split /\n/, $block) {
            my ($name, $encoded, $value) = $line =~ /^([\w.;-]+):(:?) ?(.*)\z/ or next;
            push @{ $entry{ lc $name } }, $encoded ? MIME::Base64::decode_base64($value) : $value;
        }
        push @entries, \%entry if $entry{dn};
    }
    return @entries;
}

1;
