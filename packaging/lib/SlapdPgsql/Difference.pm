# Difference.pm: the differences of two servers' answers to one search, each with a verdict and its reason.
package SlapdPgsql::Difference;
use strict;
use warnings;
use SlapdPgsql::FilterMatch ();

my %name = (
    0 => 'success', 1 => 'operationsError', 3 => 'timeLimitExceeded', 4 => 'sizeLimitExceeded', 11 => 'adminLimitExceeded', 32 => 'noSuchObject',
    50 => 'insufficientAccessRights', 51 => 'busy', 52 => 'unavailable', 53 => 'unwillingToPerform', 80 => 'other', 81 => 'no answer', 85 => 'no answer in time',
);

# The benefit of the new server's attributes that the old one lacks.
my %gain = (
    member          => 'groups show their members as DNs, which is where Proxmox VE and rfc2307bis look for them',
    memberuid       => 'groups show their members',
    memberof        => 'users show their groups',
    loginshell      => 'users have a login shell, also for clients without a default',
    sshpublickey    => 'the row has a key, and SSSD asks for it',
    sn              => 'inetOrgPerson demands it (RFC 2798)',
    gecos           => 'nslcd takes the full name from it',
    modifytimestamp => 'clients refresh what has changed',
    defaultnamingcontext => 'clients without a search base take this one',
    namingcontexts       => 'clients without a search base take this one',
    supportedcontrol     => 'paged results work',
);
my %folded = map { $_ => 1 } qw(uid cn sn givenname mail member memberuid memberof objectclass namingcontexts defaultnamingcontext);

# An answer is { code, message, entries => { comparable DN => { dn, attributes } } }. FULL_ENTRY->(which server, entry) gives an entry with all
# its attributes, or undef if that server does not have it. Returns differences { object, right (true: the new server is
# correct, false: needs review), because, example }.
sub differences {
    my ($search, $old, $new, $full_entry) = @_;
    my @out = $old->{code} || $new->{code} ? _codes($search, $old, $new) : ();
    return @out if $new->{code};
    return (@out, $old->{code} ? () : _root_dse($search, $old, $new)) if $search->{base} eq '';
    for my $key (sort keys %{ $old->{entries} }) {
        my ($new_entry, $old_entry) = ($new->{entries}{$key}, $old->{entries}{$key});
        push @out, $new_entry ? _attributes($search, $old_entry, $new_entry) : _only_old($search, $old_entry, $full_entry);
    }
    return @out if $old->{code};    # its answer is incomplete
    push @out, map { _only_new($search, $new->{entries}{$_}, $full_entry) } grep { !$old->{entries}{$_} } sort keys %{ $new->{entries} };
    return @out;
}

sub _new_is_correct { my ($object, $because, $example) = @_; return { object => $object, right => 1, because => "new server is correct: $because", example => $example } }
sub _needs_review { my ($object, $because, $example) = @_; return { object => $object, right => 0, because => "needs review: $because", example => $example } }

sub _codes {
    my ($search, $old, $new) = @_;
    return if $old->{code} == $new->{code} && $new->{code} == 32;
    my ($old_result, $new_result) = map { $_->{code} . ($name{ $_->{code} } ? " $name{$_->{code}}" : '') } $old, $new;
    return _needs_review("result $new_result from both", 'both servers fail, so nothing can be compared', $new->{message}) if $old->{code} == $new->{code};
    my $object = "result $old_result, now $new_result";
    if (!$new->{code}) {
        return _needs_review($object, 'the new server answers without a login what the old one does not: set REQUIRE_AUTH_FOR_SEARCH=true if that is not intended', $old->{message})
            if $old->{code} == 50;
        return _needs_review($object, 'the old server did not answer', $old->{message}) if $old->{code} == 1 || $old->{code} >= 81;
        return _new_is_correct($object, 'the old server fails', $old->{message});
    }
    if ($new->{code} == 32) {
        my @below = grep { _in_scope($search, $_) } values %{ $old->{entries} };
        return !@below ? _new_is_correct($object, 'the entry does not exist, which noSuchObject reports (RFC 4511 §4.1.9)', $search->{base})
            : _needs_review($object, 'the new server does not have this entry', $below[0]{dn});
    }
    return _needs_review($object, 'the new server requires a login for searches: set REQUIRE_AUTH_FOR_SEARCH=false, or give the clients one (here: --bind-dn)',
        $new->{message}) if $new->{code} == 50;
    return _needs_review($object, 'the new server cannot list all entries: set sizelimit unlimited', $new->{message}) if $new->{code} =~ /^(?:3|4|11)$/;
    return _needs_review($object, 'the new server fails; its log has the reason. (Clients keep their cache and ask another server; an empty answer would clear it.)',
        $new->{message});
}

sub _only_old {
    my ($search, $entry, $full_entry) = @_;
    my $object = 'only the old server answers with an entry';
    return _new_is_correct($object, 'it is outside of the search, ' . ($search->{scope} eq 'base' ? 'one entry by its name' : 'the base and what is below'), $entry->{dn})
        if !_in_scope($search, $entry);
    my $all = $full_entry->('old', $entry) // $entry;
    my ($matches, $reason) = SlapdPgsql::FilterMatch::matches($search->{filter}, $all);
    return _new_is_correct($object, 'it does not match the filter' . (length $reason ? ", for $reason" : ''), $entry->{dn}) if !$matches;
    my $new_entry = $full_entry->('new', $entry);
    return _needs_review($object, 'the new server does not have this entry. Is its row skipped (slapd-pgsql-check says so), hidden, or of another database?', $entry->{dn}) if !$new_entry;
    (undef, $reason) = SlapdPgsql::FilterMatch::matches($search->{filter}, $new_entry);
    return _needs_review($object, 'the entry of the old server matches the filter, the one of the new server does not' . (length($reason // '') ? ", where $reason" : ''), $entry->{dn});
}

sub _only_new {
    my ($search, $entry, $full_entry) = @_;
    my $object = 'only the new server answers with an entry';
    my $all = $full_entry->('new', $entry) // $entry;
    my ($matches, $reason) = SlapdPgsql::FilterMatch::matches($search->{filter}, $all);
    return _needs_review($object, 'it does not match the filter' . (length $reason ? ", for $reason" : ''), $entry->{dn}) if !$matches || !_in_scope($search, $entry);
    my $old_entry = $full_entry->('old', $entry);
    if ($old_entry) {
        my ($old_matches, $old_reason) = SlapdPgsql::FilterMatch::matches($search->{filter}, $old_entry);
        return _new_is_correct($object, 'it matches the filter' . ($old_matches ? ', and the old server leaves it out' : "; on the old server it does not, for $old_reason"), $entry->{dn});
    }
    return _new_is_correct($object, 'it is the private group of a user: a gidNumber that a user has and no group has', $entry->{dn}) if _private_group($all, $full_entry);
    return _needs_review($object, 'the old server does not have it. Is it new, or of another database?', $entry->{dn});
}

# A group that is named like a user whose primary group it is, with this user as its only member.
sub _private_group {
    my ($group, $full_entry) = @_;
    my ($cn, $gid, $members) = map { $group->{attributes}{$_} // [] } qw(cn gidnumber memberuid);
    return 0 if @$members != 1 || lc $members->[0] ne lc($cn->[0] // '');
    (my $dn = $group->{dn}) =~ s/^[^=]+=/uid=/;
    my $user = $full_entry->('new', { dn => $dn }) // return 0;
    return ($user->{attributes}{gidnumber}[0] // '') eq $gid->[0];
}

sub _in_scope {
    my ($search, $entry) = @_;
    my ($dn, $base) = map { SlapdPgsql::FilterMatch::normal('dn', $_) } $entry->{dn}, $search->{base};
    return $dn eq $base if $search->{scope} eq 'base';
    return $dn eq $base || $dn =~ /,\Q$base\E$/;
}

sub _attributes {
    my ($search, $old, $new) = @_;
    my %asked = map { lc($_) => 1 } @{ $search->{attributes} };
    my %names = map { $_ => 1 } keys %{ $old->{attributes} }, keys %{ $new->{attributes} };
    my @out;
    for my $name (sort keys %names) {
        my ($old_values, $new_values) = map { $_->{attributes}{$name} // [] } $old, $new;
        my @gone  = _without($name, $old_values, $new_values);
        my @added = _without($name, $new_values, $old_values);
        next if !@gone && !@added;
        push @out, _values($name, \%asked, \@gone, \@added, $old_values, $new_values, $new->{dn});
    }
    return @out;
}

sub _without {
    my ($name, $values, $others) = @_;
    my %present = map { ($folded{$name} ? SlapdPgsql::FilterMatch::normal($name, $_) : $_) => 1 } @$others;
    return grep { !$present{ $folded{$name} ? SlapdPgsql::FilterMatch::normal($name, $_) : $_ } } @$values;
}

sub _values {
    my ($name, $asked, $gone, $added, $old, $new, $dn) = @_;
    my $example = "$dn: " . ($name eq 'userpassword' ? 'a hash' : (_some($old) // 'nothing') . ' before, ' . (_some($new) // 'nothing') . ' now');
    return _new_is_correct("$name is in the old server's answers", 'no answer shows a hash; logins are still checked against it', $dn) if $name eq 'userpassword';
    return _new_is_correct("$name is in the old server's answers", 'the search does not ask for it', $example) if %$asked && !$asked->{'*'} && !$asked->{$name} && !@$new;
    if (!@$gone) {
        my $reason = $name eq 'objectclass' && (grep { /^groupOfNames$/i } @$added) ? 'Proxmox VE looks for groups of this class'
            : $gain{$name} // 'the row has it, and the search asks for it';
        return _new_is_correct($name . (@$old ? ' has more values' : ' is new'), $reason, $example);
    }
    return _new_is_correct("$name is missing", 'it takes ASCII only (RFC 2307 §3), and clients have the full name from cn', $example)
        if $name eq 'gecos' && !@$new && "@$old" =~ /[^\x00-\x7f]/;
    return _needs_review("$name is missing", "clients may need it; add a column of this name to pgsql-list", $example) if !@$new;
    return _needs_review("$name has fewer values", 'the old server shows more values', $example) if !@$added;
    return _needs_review("$name is another value", 'compare what the queries return', $example);
}

sub _some {
    my ($values) = @_;
    return @$values ? join(' ', map { length > 60 ? substr($_, 0, 60) . '…' : $_ } @$values > 3 ? (@$values[0 .. 2], '…') : @$values) : undef;
}

# Only what clients read of the rootDSE counts.
sub _root_dse {
    my ($search, $old, $new) = @_;
    my ($old_entry, $new_entry) = map { $_->{entries}{''} // { dn => '', attributes => {} } } $old, $new;
    my $paged = '1.2.840.113556.1.4.319';
    my %only = map { ($_ => sub { @_ }) } qw(namingcontexts defaultnamingcontext);
    $only{supportedcontrol} = sub { grep { $_ eq $paged } @_ };
    my ($old_root, $new_root) = map {
        my $entry = $_;
        { dn => 'the rootDSE', attributes => { map { ($_ => [$only{$_}->(@{ $entry->{attributes}{$_} // [] })]) } keys %only } }
    } $old_entry, $new_entry;
    return _attributes($search, $old_root, $new_root);
}

1;
