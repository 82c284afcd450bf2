# ContextCsn.pm: the contextCSN of a database: for each server that stamps changes, the stamp of the last one.
package SlapdPgsql::ContextCsn;
use strict;
use warnings;
use SlapdPgsql::Ldap ();
use Time::Local ();

# SEARCH->(ldapsearch's arguments) searches in a server. Returns ({ sid (number) => CSN }, or undef; error).
sub of {
    my ($search, $base) = @_;
    my $answer = $search->('-b', $base, '-s', 'base', '(objectClass=*)', 'contextCSN');
    return (undef, SlapdPgsql::Ldap::reason({ %$answer, out => '' })) if $answer->{status};
    my ($suffix) = SlapdPgsql::Ldap::entries($answer->{out});
    my %csn;
    for my $csn (@{ $suffix->{contextcsn} // [] }) {
        my ($sid) = $csn =~ /^\d{14}(?:\.\d{1,6})?Z#[0-9a-f]{6}#([0-9a-f]{3})#/i or next;
        $csn{ hex $sid } = $csn;
    }
    return %csn ? (\%csn) : (undef, 'it shows no contextCSN');
}

# The serverIDs, in their order. sid 000 is of no server, but of a database from a time without a serverID.
sub server_ids { my ($csn) = @_; return grep { $_ } sort { $a <=> $b } keys %$csn }

# Seconds since 1970.
sub seconds {
    my ($csn) = @_;
    my ($year, $month, $day, $hour, $minute, $second, $fraction) = $csn =~ /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?Z/ or return 0;
    return (eval { Time::Local::timegm($second > 59 ? 59 : $second, $minute, $hour, $day, $month - 1, $year) } // 0) + ($fraction // 0);
}

1;
