# Ldap.pm: runs the programs of ldap-utils with a time limit, and reads LDIF.
package SlapdPgsql::Ldap;
use strict;
use warnings;
use MIME::Base64 ();
use SlapdPgsql::Command ();

# Runs TOOL, such as ldapsearch, with INPUT. Returns { status, out, err }; the status is the LDAP result, 255 without a connection,
# 124 after the time limit.
sub ask {
    my ($input, $tool, @arguments) = @_;
    my $result = SlapdPgsql::Command::run($input, 'timeout', 15, $tool, '-o', 'nettimeout=5', @arguments);
    return { %$result, status => $result->{status} & 127 ? 255 : $result->{status} >> 8 };
}

sub search { my ($input, @arguments) = @_; return ask($input, 'ldapsearch', '-LLL', '-o', 'ldif-wrap=no', @arguments) }

# The last line that a failed program has written.
sub reason {
    my ($result) = @_;
    my ($line) = "$result->{out}\n$result->{err}" =~ /([^\n]*)\s*\z/;
    return $line;
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
