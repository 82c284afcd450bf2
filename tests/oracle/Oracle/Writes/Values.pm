# Values.pm: makes the values, modifications, filters and controls of random writes.
package Oracle::Writes::Values;
use strict;
use warnings;
use Oracle::Writes::Names qw(one chance other_form alias spelled);

my @text = ('Smith', 'SMITH', 'smith', 'Müller', 'MÜLLER', ' leading', 'trailing ', 'two  blanks', 'two blanks', 'a,b', 'x=y', '"quoted"', 'back\\slash',
    "two\nlines", '{a,b}', '{}', 'NULL', q(it's), '%_', '\\x41', '$1', ':uid', '€', 'ß', 'ss', '0');
my @ascii = ('a@example.com', 'A@EXAMPLE.COM', 'b@example.com', ' c@example.com', '"d e"@example.com', 'x\\y', '{1}', 'NULL', 'null');
my @phones = ('+49 30 1', '+49301', '+49-30-1', '+49 30 2', '030 / 3', '(030) 4');
my @integers = (1, 2, 3, -5, 0, 5003, 99999);
my @times = qw(20200101000000Z 202001010000Z 20200101010000+0100 2020010100Z 19700101000000Z 20991231235959Z 20200229120000Z);
my %broken = (
    (map { $_ => ['', "nul\0byte"] } qw(cn sn givenName description employeeNumber displayName uid ou)), (map { $_ => ["\xc3\xbc", '', "nul\0byte"] } qw(mail homeDirectory loginShell memberUid)),
    telephoneNumber => ['', '-', "\xc3\xbc"], (map { $_ => ['01', '+1', 'x', '', '-0', ' 1', '1.5'] } qw(uidNumber gidNumber badge)),
    hiredAt => ['2020', '20201301000000Z', '20200230000000Z', 'x'], active => ['yes', 'true', ''], (map { $_ => ['x', 'nosuch=x'] } qw(seeAlso member roleOccupant)), jpegPhoto => ['x'],
);
my %single = map { $_ => 1 } qw(uidNumber gidNumber homeDirectory loginShell employeeNumber displayName hiredAt active); # after the schema

sub new {
    my ($class, $shape) = @_;
    my ($suffix, $people) = ($shape->{suffix}, "ou=people,$shape->{suffix}");
    my @dns = ("uid=ann,$people", "UID=Ann, OU=People,$suffix", "uid=boss,$people", "cn=x,dc=elsewhere", 'cn=a\\2Cb,dc=elsewhere');
    my %values = (
        (map { $_ => \@text } qw(cn sn givenName description employeeNumber displayName title)),
        (map { $_ => \@ascii } qw(mail homeDirectory loginShell)), memberUid => [qw(ann bob eve Ann hid nobody), 'x y', 'a,b', '{"', 'NULL'],
        telephoneNumber => \@phones, (map { $_ => \@integers } qw(uidNumber gidNumber badge)), hiredAt => \@times, active => [qw(TRUE FALSE)],
        (map { $_ => \@dns } qw(seeAlso member roleOccupant)), jpegPhoto => [map { "\xff\xd8\xff\xe0\x00\x10JFIF\0" . $_ . "\xff\xd9" } 'one', "two\0", "'\\"],
        objectClass => [qw(top person inetOrgPerson posixAccount employee organizationalPerson extensibleObject nosuch POSIXACCOUNT)],
        createTimestamp => \@times, structuralObjectClass => ['inetOrgPerson'], nosuch => ['x'], 'description;lang-de' => \@text, roomNumber => \@text,
        uid => \@text, ou => \@text,
    );
    return bless { shape => $shape, values => \%values, canonical => { map { lc $_ => $_ } keys %values } }, $class;
}

# `state`: by normalized DN the entries of ours as they were seen last.
sub value {
    my ($self, $name, $entry, $state) = @_;
    return one(@{ $broken{$name} }) if $broken{$name} && chance(1);
    my @present = $entry ? @{ $entry->{attributes}{$name} || [] } : ();
    my $is_dn = $name =~ /^(seeAlso|member|roleOccupant)$/;
    return chance(50) ? $present[rand @present] : other_form($present[rand @present]) if @present && !$is_dn && $name ne 'jpegPhoto' && chance(35);
    if ($self->{shape}{tree} && ($is_dn || $name eq 'memberUid') && chance(85)) { # the users that there are
        my @there = grep { $_->{kind} eq 'people' && !($name eq 'member' && $_->{ndn} =~ /^[^,]*[^ -~]/) } map { $state->{$_} } sort keys %$state; # memberUid is ASCII
        my $one = one(@there) or return one(@{ $self->{values}{$name} });
        return $is_dn ? chance(8) ? $state->{ one(sort keys %$state) }{dn} : spelled($one->{dn}, $self->{shape}{suffix}) : $one->{attributes}{uid}[0] =~ s/[^ -~]/x/gr;
    }
    return one(@{ $self->{values}{$name} });
}

sub is_single { my ($kind, $name) = @_; return $kind->{once}{$name} || $single{$name} }

sub changes {
    my ($self, $kind, $entry, $state) = @_;
    my @out;
    for (1 .. (1, 1, 1, 2, 2, 3, 4)[rand 7]) {
        my $name = one(@{ $kind->{attributes} });
        $name = one(qw(objectClass objectClass objectClass createTimestamp structuralObjectClass nosuch title description;lang-de), $kind->{type}) if chance(6);
        my $present = $entry && $entry->{attributes}{$name};
        my $single = is_single($kind, $name);
        my @many = map { $self->value($name, $entry, $state) } 1 .. ($kind->{once}{$name} || $single && chance(93) ? 1 : (chance(99) ? (1, 1, 1, 2, 3)[rand 5] : 12));
        my $how = one(qw(add add add delete delete delete replace replace replace replace increment));
        $how = 'replace' if $how eq 'increment' && $name !~ /^(uid|gid)Number$|^badge$/ && chance(95);
        $how = 'increment' if $how eq 'add' && $name eq 'badge' && $present && chance(40);
        push @out, ['delete', alias($name), chance(50) ? [] : [@$present]] if $how eq 'add' && $single && $present && chance(90);
        @many = () if $how eq 'delete' && chance(30) || $how eq 'replace' && chance(12);
        $many[0] = one(@{ $present || ['x'] }) if $how eq 'delete' && @many && chance(60);
        @many = (chance(96) ? one(1, -1, 10, 0) : one('x', '', '007')) if $how eq 'increment' && chance(95);
        push @out, [$how, alias($name), \@many];
    }
    return \@out;
}

sub attributes { # of a new entry with the name
    my ($self, $kind, $name, $state) = @_;
    my @classes = @{ $kind->{classes} };
    splice @classes, rand @classes, 1 if chance(6);
    push @classes, one(qw(person organizationalPerson extensibleObject nosuch inetOrgPerson)) if chance(4);
    my @out = (chance(99) ? [objectClass => \@classes] : (), chance(93) ? [$kind->{type} => [chance(95) ? $name : other_form($name)]] : ());
    for my $must (@{ $kind->{must} }) { push @out, [alias($must) => [$self->value($must, undef, $state)]] if chance(98) }
    my %there = map { $_->[0] => 1 } @out;
    for (1 .. rand 5) {
        my $more = one(@{ $kind->{attributes} });
        $more = one(qw(title nosuch createTimestamp description;lang-de)) if chance(2);
        next if $there{$more}++;
        push @out, [alias($more) => [map { $self->value($more, undef, $state) } 1 .. (is_single($kind, $more) && chance(98) ? 1 : 1 + rand 3)]];
    }
    return \@out;
}

sub filter {
    my ($self, $entry, $state) = @_;
    return '(!' . $self->filter($entry, $state) . ')' if chance(15);
    my $name = one(qw(cn sn mail badge telephoneNumber description uid memberUid gidNumber hiredAt active nosuch objectClass givenName), $self->{shape}{tree} ? qw(ou ou seeAlso) : ());
    my $value = $self->value($name, $entry, $state) =~ s/([\\*()\0])/sprintf '\\%02x', ord $1/ger;
    return one("($name=*)", "($name=$value)", "($name=$value)", "($name>=$value)", length $value ? "($name=*" . substr($value, 1) . ')' : '(cn=*)');
}

sub controls {
    my ($self, $entry, $type, $state) = @_;
    my @out;
    push @out, [assertion => chance(60) && $entry ? '(objectClass=top)' : $self->filter($entry, $state)] if chance(8);
    # Without names that no schema has: slapd would read freed memory (parseReadAttrs in its controls.c).
    for my $read (qw(preread postread)) {
        next if $read eq ($type eq 'add' ? 'preread' : $type eq 'delete' ? 'postread' : '') && chance(95);
        push @out, [$read => one(['*'], ['*'], [], ['uid', 'mail', 'cn'], ['jpegPhoto', 'hiredAt'], ['MemberUID'], ['badge', 'objectClass', 'ou'], ['1.1']), chance(50) ? 'critical' : ''] if chance(12);
    }
    push @out, ['permissive'] if chance($type eq 'modify' ? 10 : 0.5);
    push @out, ['noop'] if chance(3);
    push @out, ['managedsait', chance(50) ? 'critical' : ''] if chance(3);
    return \@out;
}

1;
