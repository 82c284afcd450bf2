# Database.pm: sends writes to one of two databases of a slapd, reads all its entries, and makes them as they are to be.
package Oracle::Writes::Database;
use strict;
use warnings;
use MIME::Base64 'encode_base64';
use Net::LDAP;
use Net::LDAP::ASN qw(LDAPRequest LDAPResponse);
use Net::LDAP::Control::Assertion;
use Net::LDAP::Control::ManageDsaIT;
use Net::LDAP::Control::PostRead;
use Net::LDAP::Control::PreRead;
use Oracle::Server;
use Oracle::Writes::Names qw(normalized normalized_value depth is_below);

# The suffix of the other database takes the place of ours in what is sent, and ours that of the other's in what comes back.
sub new {
    my ($class, $uri, $suffix, $shape, $canonical, $users) = @_;
    my $self = bless { suffix => $suffix, ours => $shape->{suffix}, shape => $shape, canonical => $canonical, known => {} }, $class;
    for my $who (sort keys %$users) {
        my $ldap = $self->{as}{$who} = Net::LDAP->new($uri) or die "cannot connect to $uri\n";
        my ($name, $password) = ($self->in($users->{$who}), $who eq 'admin' ? 'admin' : 'secret');
        my $bound = $name eq '' ? $ldap->bind : $ldap->bind($name, password => $password);
        die "$name: " . $bound->error . "\n" if $bound->code;
    }
    $self->{reader} = Oracle::Server->new($suffix, $uri);
    my $bind = $LDAPRequest->encode(messageID => 1, bindRequest => { version => 3, name => $self->in($users->{admin}), authentication => { simple => 'admin' } });
    syswrite $self->{reader}{socket}, $bind;
    my $bound = $self->{reader}->receive;
    die "bind at $suffix: $bound->{code}\n" if $bound->{code} ne '0';
    return $self;
}

sub in { my ($self, $text) = @_; return defined $text ? $text =~ s/\Q$self->{ours}\E/$self->{suffix}/gr : undef }
sub back { my ($self, $text) = @_; return $text =~ s/\Q$self->{suffix}\E/$self->{ours}/gr }

# ---- entries

sub moment { # a time in one form
    my ($value) = @_;
    $value =~ /^(\d{8})(\d\d)(\d\d)?(\d\d)?([.,]\d+)?(Z|[+-]\d+)$/ or return $value;
    my ($day, $hour, $rest, $zone) = ($1, $2, ($3 // '00') . ($4 // '00') . (defined $5 ? $5 =~ s/,/./r =~ s/0+$//r =~ s/\.$//r : ''), $6);
    $hour -= $1 if $zone =~ /^\+(\d\d)/; # the generator's zones stay within the day
    return sprintf '%s%02d%sZ', $day, $hour, $rest;
}

sub shown { my ($value) = @_; return $value =~ /^[!-9;-~]([ -~]*[!-~])?$/ ? $value : 'base64 ' . encode_base64($value, '') }

# text: what is compared of the entry. classes: its object classes, which are compared apart.
sub entry_of {
    my ($self, $dn, @attributes) = @_;
    my %out;
    for (@attributes) {
        my ($name, @values) = @$_;
        $name = $self->{canonical}{ lc $name } // $name;
        next if lc $name eq 'userpassword';
        @values = map { $self->back($_) } @values;
        @values = map { moment($_) } @values if $name eq 'hiredAt';
        @values = map { normalized_value($_) } @values if $self->{shape}{lower}{$name};
        @values = map { normalized($_) } @values if $name eq 'member';
        $out{$name} = [sort { $a cmp $b } @values];
    }
    my ($uuid) = @{ delete $out{entryUUID} // [] };
    $dn = $self->back($dn);
    my $kind = $self->{shape}->kind_with(@{ $out{objectClass} // [] });
    my $ndn = normalized($dn);
    my $text = join "\n", $ndn, map { my $name = $_; $name eq 'objectClass' ? () : map { "$name: " . shown($_) } @{ $out{$name} } } sort keys %out;
    return { dn => $dn, ndn => $ndn, attributes => \%out, uuid => $uuid, kind => $kind ? $kind->{name} : '', text => $text, classes => join ' ', map { lc } @{ $out{objectClass} // [] } };
}

# All entries but those of the configuration, by normalized DN. Bytes that came before are not decoded again.
sub entries {
    my ($self) = @_;
    $self->{reader}->send({ base => $self->{suffix}, scope => 'sub', deref => 'never', limit => 0, types => 0, filter => ['present', 'objectClass'], attributes => ['*', 'entryUUID'] });
    my $found = $self->{reader}->receive;
    die "search of $self->{suffix}: result $found->{code}\n" if $found->{code} ne '0';
    my (%out, %known);
    for my $bytes (@{ $found->{entries} }) {
        my $entry = $known{$bytes} = $self->{known}{$bytes} // do {
            my $decoded = $LDAPResponse->decode($bytes)->{protocolOp}{searchResEntry};
            $self->entry_of($decoded->{objectName}, map { [$_->{type}, @{ $_->{vals} }] } @{ $decoded->{attributes} });
        };
        next if $self->{shape}{fixed}{ $entry->{ndn} };
        die "$self->{suffix} shows two entries of the name $entry->{ndn}\n" if $out{ $entry->{ndn} };
        $out{ $entry->{ndn} } = $entry;
    }
    $self->{known} = \%known;
    return \%out;
}

# Whether access rules hide an existing entry from a user: back-mdb says so to a search.
sub hides {
    my ($self, $who, $dn) = @_;
    my %search = (base => $self->in($dn), scope => 'base', filter => '(objectClass=*)', attrs => ['1.1']);
    return 0 if $who eq 'admin' || $self->{as}{admin}->search(%search)->code;
    my $found = $self->{as}{$who}->search(%search);
    return $found->code == 32 && $found->dn eq ''; # with matched DN: an entry above it is missing
}

# ---- writes

my %made = (
    assertion => sub { my ($self, $filter) = @_; return Net::LDAP::Control::Assertion->new(assertion => $self->in($filter), critical => 1) },
    preread => sub { my (undef, $names, $critical) = @_; return Net::LDAP::Control::PreRead->new(attrs => $names, critical => $critical) },
    postread => sub { my (undef, $names, $critical) = @_; return Net::LDAP::Control::PostRead->new(attrs => $names, critical => $critical) },
    managedsait => sub { my (undef, $critical) = @_; return Net::LDAP::Control::ManageDsaIT->new(critical => $critical) },
    permissive => sub { return Net::LDAP::Control->new(type => '1.2.840.113556.1.4.1413', critical => 1) },
    noop => sub { return Net::LDAP::Control->new(type => '1.3.6.1.4.1.4203.666.5.2', critical => 1) },
    relax => sub { return Net::LDAP::Control->new(type => '1.3.6.1.4.1.4203.666.5.12', critical => 1) },
);

# code, message and matched DN of a write; before and after: the entries in responses of pre-read and post-read.
sub request {
    my ($self, $op) = @_;
    my $ldap = $self->{as}{ $op->{who} };
    my ($dn, $type) = ($self->in($op->{dn}), $op->{type});
    my $values = sub { return [map { $self->in($_) } @{ $_[0] }] };
    my @control = @{ $op->{controls} } ? (control => [map { my ($name, @more) = @$_; $made{$name}->($self, @more) } @{ $op->{controls} }]) : ();
    my $answer = $type eq 'add' ? $ldap->add($dn, attr => [map { $_->[0] => $values->($_->[1]) } @{ $op->{attributes} }], @control)
        : $type eq 'modify' ? $ldap->modify($dn, changes => [map { $_->[0] => [$_->[1] => $values->($_->[2])] } @{ $op->{changes} }], @control)
        : $type eq 'delete' ? $ldap->delete($dn, @control)
        : $ldap->moddn($dn, newrdn => $op->{rdn}, deleteoldrdn => $op->{delete} ? 1 : 0, (defined $op->{superior} ? (newsuperior => $self->in($op->{superior})) : ()), @control);
    die "the connection of $op->{who} was lost: " . $answer->error . "\n" if $answer->code == 81 || $answer->error =~ /I\/O|closed/;
    my %out = (code => $answer->code, message => $answer->server_error // '', matched => normalized($self->back($answer->dn // '')));
    for my $read (['1.3.6.1.1.13.1', 'before'], ['1.3.6.1.1.13.2', 'after']) {
        my ($control) = $answer->control($read->[0]);
        my $entry = $control && $control->entry;
        $out{ $read->[1] } = $entry ? $self->entry_of($entry->dn, map { [$_ => $entry->get_value($_)] } $entry->attributes)->{text} : 'none';
    }
    return \%out;
}

# What differs of two entries, one of which may be missing.
sub differ { my ($one, $other) = @_; return !$one || !$other || $one->{text} ne $other->{text} || $one->{classes} ne $other->{classes} }

# Makes the entries as they are given. Returns the names of those that it could not make so.
sub make {
    my ($self, $wanted) = @_;
    my $ldap = $self->{as}{admin};
    my $now = $self->entries;
    my @different = grep { differ($now->{$_}, $wanted->{$_}) } sort keys %{ { %$now, %$wanted } };
    my %stays = map { my $ndn = $_; ($ndn => $wanted->{$ndn} && $now->{$ndn} && scalar grep { is_below($_, $ndn) && $wanted->{$_} } keys %$now) } @different;
    my (%failed, $answer);
    for my $ndn (sort { depth($b) <=> depth($a) } grep { $now->{$_} && !$stays{$_} } @different) {
        $answer = $ldap->delete($self->in($now->{$ndn}{dn}));
        $failed{$ndn} = 'delete: ' . $answer->error if $answer->code;
    }
    for my $ndn (sort { depth($a) <=> depth($b) } grep { $wanted->{$_} } @different) {
        my ($attributes, $old) = ($wanted->{$ndn}{attributes}, $stays{$ndn} ? $now->{$ndn}{attributes} : {});
        my @names = grep { !$self->computed($_, $wanted->{$ndn}) && "@{ $old->{$_} // [] }" ne "@{ $attributes->{$_} // [] }" } sort keys %{ { %$old, %$attributes } };
        my @values = map { ($_ => [map { $self->in($_) } @{ $attributes->{$_} // [] }]) } @names;
        $answer = !$stays{$ndn} ? $ldap->add($self->in($wanted->{$ndn}{dn}), attr => \@values) : @names ? $ldap->modify($self->in($now->{$ndn}{dn}), replace => { @values }) : next;
        $failed{$ndn} = ($stays{$ndn} ? 'modify: ' : 'add: ') . $answer->error if $answer->code;
    }
    return \%failed;
}

# Ours has members by name, and shows their DNs.
sub computed { my ($self, $name, $entry) = @_; return $self->{shape}{linked} && $self->{suffix} eq $self->{ours} && $name eq 'member' && $entry->{kind} eq 'teams' }

1;
