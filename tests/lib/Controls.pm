# Controls.pm: turns the controls that slapd knows into requests with a valid value each, for a directory with $suffix.
package Controls;
use strict;
use warnings;
use Net::LDAP;
use Net::LDAP::Control;

# The modules for single controls encode a value that is given once more, and lose it.
@Raw::ISA = 'Net::LDAP::Control';
sub Raw::value { return $_[0]{value} }

sub ber { my ($tag, @parts) = @_; my $value = join '', @parts; return pack('CC', $tag, length $value) . $value }
sub text { return ber(0x04, $_[0]) }
sub equals { return ber(0xa3, text($_[0]), text($_[1])) }

# By OID: { name => value }.
sub table {
    my ($suffix) = @_;
    return (
        '2.16.840.1.113730.3.4.2'   => { managedsait => undef },
        '2.16.840.1.113730.3.4.18'  => { 'as ann' => "dn:uid=ann,$suffix", 'as nobody' => '' },
        '1.3.6.1.4.1.4203.1.10.1'   => { 'subentries' => ber(0x01, "\xff"), 'no subentries' => ber(0x01, "\0") },
        '1.3.6.1.1.22'              => { 'no copy' => undef },
        '1.2.840.113556.1.4.319'    => { page => ber(0x30, ber(0x02, chr 100), text('')) },
        '1.2.826.0.1.3344810.2.3'   => { 'matched values' => ber(0x30, equals('memberUid', 'ann')) },
        '1.3.6.1.1.13.2'            => { postread => ber(0x30, text('cn')) },
        '1.3.6.1.1.13.1'            => { preread => ber(0x30, text('cn')) },
        '1.3.6.1.1.12'              => { 'true assertion' => equals('objectClass', 'top'), 'false assertion' => equals('cn', 'nosuch') },
        '1.3.6.1.4.1.4203.1.9.1.1'  => { sync => ber(0x30, ber(0x0a, "\x01")) },
        '1.2.840.113556.1.4.473'    => { sort => ber(0x30, ber(0x30, text('cn'), ber(0x80, 'caseIgnoreOrderingMatch'))) },
        '2.16.840.1.113730.3.4.9'   => { view => ber(0x30, ber(0x02, "\0"), ber(0x02, "\x02"), ber(0xa0, ber(0x02, "\x01"), ber(0x02, "\0"))) },
        '1.3.6.1.4.1.4203.666.5.16' => { deref => ber(0x30, ber(0x30, text('seeAlso'), ber(0x30, text('cn')))) },
        '1.3.6.1.4.1.42.2.27.8.5.1' => { ppolicy => undef },
        '1.3.6.1.4.1.42.2.27.9.5.8' => { 'account usability' => undef },
        '2.16.840.1.113730.3.4.4'   => { 'password expired' => undef },
        '2.16.840.1.113730.3.4.5'   => { 'password expiring' => undef },
        # These are known, and not announced.
        '1.3.6.1.4.1.4203.666.5.2'  => { noop => undef },
        '1.3.6.1.4.1.4203.666.5.12' => { relax => undef },
        '1.2.840.113556.1.4.1413'   => { permissive => undef },
        '1.2.840.113556.1.4.805'    => { tree => undef },
        '1.2.840.113556.1.4.1339'   => { 'domain scope' => undef },
        '1.2.840.113556.1.4.1340'   => { 'search options' => ber(0x30, ber(0x02, "\x01")) },
        '1.3.6.1.1.21.2'            => { transaction => '' },
        '1.2.3.4.5'                 => { unknown => undef },
    );
}

# Calls VISIT with a name and a control, critical and not; dies if the server at URI announces one that is not in the table.
sub each_control {
    my ($uri, $suffix, $visit) = @_;
    my %table = table($suffix);
    for my $announced (Net::LDAP->new($uri)->root_dse(attrs => ['supportedControl'])->get_value('supportedControl')) {
        $table{$announced} or die "what does the control $announced do? give it a value in Controls.pm\n";
    }
    for my $oid (sort keys %table) {
        for my $name (sort keys %{ $table{$oid} }) {
            my $value = $table{$oid}{$name};
            $visit->("$name, " . ($_ ? 'critical' : 'not critical'), Raw->new(type => $oid, critical => $_, defined $value ? (value => $value) : ())) for 0, 1;
        }
    }
    return;
}

1;
