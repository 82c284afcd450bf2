#!/bin/bash
# The stamps of several providers, sid 000 among them, give the right numbers and lags.
. "$(dirname "$0")/../lib.sh"
needs='-MSlapdPgsql::ContextCsn -MSlapdPgsql::ReplicaCheck -MSlapdPgsql::ReplicaLag -MSlapdPgsql::Syncrepl'
# A server is SID=SECONDS,… (its contextCSN), followed by ! if it gives no copies, or - without an answer.
# shellcheck disable=SC2016
csn_of='sub answer { my ($server, @search) = @_; return { status => 52, out => "", err => "Server is unavailable (52)" } if $server =~ s/!// && grep { $_ eq "!sync=ro" } @search;
    return { status => 255, out => "", err => "no answer" } if $server eq "-";
    return { status => 0, out => join "\n", "dn: dc=example,dc=com", map { my ($sid, $at) = split /=/; sprintf "contextCSN: 202601010000%02d.000000Z#000000#%03x#000000", $at, $sid } split /,/, $server } }'
# shellcheck disable=SC2086,SC2016
numbers() { # SERVER…: what check finds
    perl -I"$PROJECT/packaging/lib" $needs -we "$csn_of"'
        my @seen = map { my $at = $_; my ($csn) = SlapdPgsql::ContextCsn::of(sub { answer($at) }, "dc=example,dc=com"); { uri => $at, answered => !!$csn, sids => [$csn ? SlapdPgsql::ContextCsn::server_ids($csn) : ()] } } @ARGV;
        print map { join(" ", @$_) . "\n" } SlapdPgsql::ReplicaCheck::_server_ids(@seen)' "$@"
}
# shellcheck disable=SC2086,SC2016
lag() { # REPLICA PROVIDER…: the state, the lag, and that of each provider
    perl -I"$PROJECT/packaging/lib" $needs -we "$csn_of"'
        no warnings "redefine"; *SlapdPgsql::Syncrepl::search = sub { my ($at, @search) = @_; return answer($at->{provider}, @search) };
        my ($replica, @providers) = @ARGV;
        my $seen = SlapdPgsql::ReplicaLag::look(sub { answer($replica) }, [map { { provider => $_, searchbase => "dc=example,dc=com" } } @providers], { wait => 0, warning => 10, critical => 30 });
        print join(" ", $seen->{state}, map { $_ // "?" } $seen->{lag}, map { $_->{lag} } @{ $seen->{providers} })' "$@"
}
same '1 serverID differs: 1 at 0=5,1=5, 2 at 0=5,2=6' "$(numbers 0=5,1=5 0=5,2=6)" "the numbers of two providers"
same '' "$(numbers 0=5,1=5)" "what is wrong with one provider"
same '' "$(numbers 0=5,1=5 -)" "what is wrong with one that answers"
contains "$(numbers 0=5,7=5 0=5,2=6 0=4,7=6)" '0 0=5,7=5 and 0=4,7=6 have the same serverID 7'
same '0 0=5 has no serverID; set one, from 1 to 4095' "$(numbers 0=5 0=5,2=6)" "a provider without a number"
same 2 "$(numbers 0=5 0=4 | grep -c 'has no serverID')" "providers without a number"
same '1 serverID differs: 2 at 0=5,2=5, 10 at 0=5,10=5, 4095 at 0=5,4095=5' "$(numbers 0=5,10=5 0=5,4095=5 0=5,2=5)" "the order of numbers"

same 'okay 0 0 0' "$(lag 0=5,1=5,2=6 0=5,1=5 0=4,2=6)" "a replica that has everything"
same 'okay 0 0 8' "$(lag 0=5,1=5,2=6 0=5,1=5 0=5,2=14)" "a replica that follows one provider"
same 'warning 0 0 20' "$(lag 0=5,1=5,2=6 0=5,1=5 0=25,2=26)" "… and lacks another one for longer"
same 'critical 40 40 45' "$(lag 0=5,1=5,2=6 0=45,1=45 0=50,2=51)" "a replica that follows none"
same 'critical 35 35' "$(lag 0=5,1=5 0=40,1=5)" "a replica that lacks what the provider covers"
same 'critical 35 35' "$(lag 0=5,1=5 0=5,1=40)" "a replica that lacks the provider's last change"
same 'warning 0 0 ?' "$(lag 0=5,1=5 0=5,1=5 0=5,2=6)" "a provider that was not copied yet"
same 'warning 0 0 ?' "$(lag 0=5,1=5 0=5,1=5 -)" "a provider without an answer"
same 'warning 0 0 ?' "$(lag 0=5,1=5 0=5,1=5 '0=4,1=4!')" "a provider that gives no copies"
same 'critical ? ?' "$(lag 0=5,1=5 '0=5,1=5!')" "one that is the only one"
same 'okay 0 0' "$(lag 0=5,1=5,3=59 0=5,1=5)" "the number of a provider that is no more"
same 'critical ? ?' "$(lag - 0=5,1=5)" "a replica without an answer"
same 'critical ? ? ?' "$(lag 0=5,1=5 - -)" "no provider"
