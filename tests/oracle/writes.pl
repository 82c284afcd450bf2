# writes.pl: turns a seed into writes, and prints those that leave two databases different.
#
# Use: perl writes.pl URI COUNT SEED CONFIGURATION     status 1 when results or entries differ
#
# One slapd has ours, dc=example,dc=com, and back-mdb's, dc=example,dc=org. Each write goes to both, from the same kind of user.
# Compared are the result code, the matched DN, the entries in responses of pre-read and post-read, and the entry afterwards.
#
# Not compared: objectClass, since ours always shows the kind's classes; userPassword, which ours never shows; operational
# attributes; the spelling of names, which ours makes from the key's column; the form of a time; diagnostic messages.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Controls;
use Encode;
use MIME::Base64;
use Net::LDAP;
use Net::LDAP::Control::Assertion;
use Net::LDAP::Control::PostRead;
use Net::LDAP::Control::PreRead;
use Net::LDAP::Util qw(ldap_explode_dn);
use Time::HiRes 'time';

my ($uri, $count, $seed, $configuration) = @ARGV;
my ($ours, $theirs) = ('dc=example,dc=com', 'dc=example,dc=org');
my ($people, $teams) = ("ou=people,$ours", "ou=teams,$ours");
my $enough = 12; # different differences
srand $seed;

# ---- what may differ: why, and a function of the write, the results and their entries after it

my %stored_once = map { $_ => 1 } qw(uid cn sn givenName seeAlso jpegPhoto description@teams);
my %single = map { $_ => 1 } qw(uidNumber gidNumber homeDirectory loginShell employeeNumber displayName hiredAt active); # after the schema
my %code = (constraint => 19, unwilling => 53, missing => 32, refused => 50);
sub stored { return $_[0]{code} == 0 || $_[0]{code} == 16654 } # the latter: would be, but for the control no-op
my @allowed = (
    ['a column holds one value', sub {
        my ($op, $mine, $its, $after) = @_;
        return 0 unless stored($its) && $mine->{code} == ($op->{type} eq 'rename' ? $code{unwilling} : $code{constraint});
        return $mine->{message} =~ /the database stores one value$/ if $its->{code} == 16654; # no entry shows what it would be
        return grep { @{ $after->{$_} } > 1 && ($stored_once{$_} || $stored_once{ $_ . '@' . ($op->{dn} =~ /,ou=teams,/i ? 'teams' : 'people') }) } keys %$after;
    }],
    ['the object classes are those of the kind', sub {
        my ($op, $mine, $its) = @_;
        return stored($its) && $mine->{code} == $code{unwilling} && grep { /^objectClass$/i } names($op);
    }],
    ['no column has the attribute', sub {
        my ($op, $mine, $its) = @_;
        return stored($its) && $mine->{code} == $code{unwilling} && grep { /^(title|roomNumber|.*;.*)$/i } names($op);
    }],
    ['entries that access rules do not disclose are missing', sub {
        my ($op, $mine, $its) = @_;
        return $its->{code} =~ /^(50|122)$/ && $mine->{code} == $code{missing} && $op->{who} ne 'admin' && $op->{dn} =~ /=(\s|\\20|\\ )*(hid|\\68\\69\\64)(\s|\\20|\\ )*,/i;
    }],
    ['who may not add an entry does not learn that it exists', sub {
        my ($op, $mine, $its) = @_;
        return $op->{type} eq 'add' && $its->{code} == 68 && $mine->{code} == $code{refused} && $op->{who} ne 'admin';
    }],
    ['entries have no subordinates', sub {
        my ($op, $mine, $its) = @_;
        return $op->{type} eq 'add' && $op->{dn} =~ /^uid=below,/ && $mine->{code} == $code{unwilling};
    }],
    ['PostgreSQL stores no text with a NUL, and an empty one is a missing value', sub {
        my ($op, $mine, $its) = @_;
        return stored($its) && $mine->{code} =~ /^(19|65)$/ && grep { $_ eq '' || /\0/ } values_in($op);
    }],
    ['no kind has entries with such a name there', sub {
        my ($op, $mine, $its) = @_;
        return $op->{type} eq 'add' && $op->{dn} !~ /,\s*ou\s*=\s*(people|teams)/i && $mine->{code} == $code{unwilling} && (stored($its) || $its->{code} == $code{refused});
    }],
    ['a statement may supply a required attribute, so its lack is found later', sub {
        my ($op, $mine, $its) = @_;
        return $configuration eq 'statements' && $op->{type} eq 'add' && $op->{dn} !~ /,\s*ou\s*=\s*teams/i && $its->{code} == 65 && $its->{message} =~ /requires attribute/
            && $mine->{code} =~ /^(32|50|53|68|122|19)$/;
    }],
    ['back-mdb names a matched DN that access rules do not disclose', sub {
        my ($op, $mine, $its) = @_;
        return $op->{who} ne 'admin' && $its->{code} == 32 && $mine->{code} == 32 && $its->{matched} =~ /^uid=hid,/ && $mine->{matched} eq '';
    }],
    ['back-mdb names no matched DN if the parent of an entry to be renamed is missing (modrdn.c)', sub {
        my ($op, $mine, $its) = @_;
        return $op->{type} eq 'rename' && $its->{code} == 32 && $mine->{code} == 32 && $its->{matched} eq '';
    }],
);

sub values_in { my ($op) = @_; return $op->{type} eq 'add' ? map { @{ $_->[1] } } @{ $op->{attributes} } : map { @{ $_->[2] } } @{ $op->{changes} || [] } }
sub names { my ($op) = @_; return $op->{type} eq 'add' ? map { $_->[0] } @{ $op->{attributes} } : map { $_->[1] } @{ $op->{changes} || [] } }

# ---- the generator

sub one { return $_[rand @_] }
sub chance { return rand(100) < $_[0] }

my @text = ('Smith', 'SMITH', 'smith', 'Müller', 'MÜLLER', ' leading', 'trailing ', 'two  blanks', 'two blanks', 'a,b', 'x=y', '"quoted"', 'back\\slash',
    "two\nlines", '{a,b}', '{}', 'NULL', q(it's), '%_', '\\x41', '$1', ':uid', '€', 'ß', 'ss', '0');
my @ascii = ('a@example.com', 'A@EXAMPLE.COM', 'b@example.com', ' c@example.com', '"d e"@example.com', 'x\\y', '{1}', 'NULL', 'null');
my @phones = ('+49 30 1', '+49301', '+49-30-1', '+49 30 2', '030 / 3', '(030) 4');
my @integers = (1, 2, 3, -5, 0, 5003, 99999);
my @times = qw(20200101000000Z 202001010000Z 20200101010000+0100 2020010100Z 19700101000000Z 20991231235959Z 20200229120000Z);
my @dns = ("uid=ann,$people", "UID=Ann, OU=People,$ours", "uid=boss,$people", "cn=x,dc=elsewhere", 'cn=a\\2Cb,dc=elsewhere');
my %values = (
    (map { $_ => \@text } qw(cn sn givenName description employeeNumber displayName title)),
    (map { $_ => \@ascii } qw(mail homeDirectory loginShell)), memberUid => [qw(ann bob eve Ann hid nobody), 'x y', 'a,b', '{"', 'NULL'],
    telephoneNumber => \@phones, (map { $_ => \@integers } qw(uidNumber gidNumber badge)), hiredAt => \@times, active => [qw(TRUE FALSE)],
    seeAlso => \@dns, jpegPhoto => [map { "\xff\xd8\xff\xe0\x00\x10JFIF\0" . $_ . "\xff\xd9" } 'one', "two\0", "'\\"],
    objectClass => [qw(top person inetOrgPerson posixAccount employee organizationalPerson extensibleObject nosuch POSIXACCOUNT)],
    createTimestamp => \@times, structuralObjectClass => ['inetOrgPerson'], nosuch => ['x'], 'description;lang-de' => \@text, roomNumber => \@text,
    uid => \@text,
);
my %broken = (
    (map { $_ => ['', "nul\0byte"] } qw(cn sn givenName description employeeNumber displayName uid)), (map { $_ => ["\xc3\xbc", '', "nul\0byte"] } qw(mail homeDirectory loginShell memberUid)),
    telephoneNumber => ['', '-', "\xc3\xbc"], (map { $_ => ['01', '+1', 'x', '', '-0', ' 1', '1.5'] } qw(uidNumber gidNumber badge)),
    hiredAt => ['2020', '20201301000000Z', '20200230000000Z', 'x'], active => ['yes', 'true', ''], seeAlso => ['x', 'nosuch=x'], jpegPhoto => ['x'],
);
my @people_names = (qw(ann bob boss hid carl eve fay gus), 'dot,ted', 'Jörg Müßig', '#hash', 'two  blanks', 'a+b', 'q"uote', 'back\\slash', '<less>', 'se;mi', 'eq=ual',
    ' leading', 'trailing ', 'ANN', 'İ', q(it's), '{x}', 'mid # hash', '%', '*', '(x)');
my @team_names = ('staff', 'night shift', 'devs', 'Ops', 'a,b', '#1', ' blank', 'café');
my @people_attributes = ((qw(mail telephoneNumber description badge)) x 3, qw(cn sn givenName uidNumber gidNumber homeDirectory loginShell employeeNumber displayName
    seeAlso jpegPhoto hiredAt active));
my @team_attributes = ((qw(memberUid)) x 4, qw(description gidNumber));

my %state; # by normalized DN: ours as it was seen last, { dn => …, attributes => { name => [values] } }

sub escaped { # as a value of a DN, in one of the ways of RFC 4514
    my ($value) = @_;
    return join '', map { sprintf '\\%02x', ord } split //, $value if chance(3);
    $value =~ s/([\\,+"<>;=])/chance(70) ? "\\$1" : sprintf '\\%02X', ord $1/ge;
    $value =~ s/^([ #])/\\$1/;
    $value =~ s/(?<!\\) $/\\ /;
    return $value;
}

sub other_form { # of the same value, or nearly
    my ($value) = @_;
    my $how = int rand 6;
    return $how == 0 ? uc $value : $how == 1 ? lc $value : $how == 2 ? $value =~ s/ /  /r : $how == 3 ? " $value " : $value;
}

my %aliases = (sn => ['surname', '2.5.4.4', 'SN'], cn => ['commonName', 'CN'], uid => ['userid', '0.9.2342.19200300.100.1.1', 'UID'], mail => ['rfc822Mailbox', 'MAIL'],
    givenName => ['gn', 'givenname'], memberUid => ['MEMBERUID', '1.3.6.1.1.1.1.12'], description => ['Description', '2.5.4.13'], uidNumber => ['uidnumber']);
sub alias { my ($name) = @_; return $aliases{$name} && chance(4) ? one(@{ $aliases{$name} }) : $name }

sub rdn { my ($type, $name) = @_; return alias($type) . (chance(95) ? '=' : ' = ') . escaped(chance(93) ? $name : other_form($name)) }

sub container { my ($kind) = @_; return chance(95) ? "ou=$kind,$ours" : chance(50) ? 'OU=' . ucfirst($kind) . " , $ours" : "ou = $kind,$ours" }

sub target { # a DN, and the state of the entry that has it
    my ($kind) = @_;
    my @there = sort grep { /,ou=$kind,/ } keys %state;
    my ($type, @names) = $kind eq 'people' ? ('uid', @people_names) : ('cn', @team_names);
    if (chance(82) && @there) {
        my $entry = $state{ one(@there) };
        my $name = ldap_explode_dn($entry->{dn}, casefold => 'none')->[0]{$type};
        return (chance(80) || !defined $name ? $entry->{dn} : rdn($type, $name) . ',' . container($kind), $entry);
    }
    return ("uid=below," . $state{ one(@there) }{dn}) if chance(20) && @there;
    return (one("ou=nowhere,$ours", "uid=x,ou=nowhere,$ours", "uid=ann,$ours", 'uid=a,,' . $people)) if chance(15);
    my $dn = rdn($type, one(@names)) . ',' . container($kind);
    return ($dn, $state{ normalized($dn) });
}

sub value { # NAME [ENTRY]
    my ($name, $entry) = @_;
    return one(@{ $broken{$name} }) if $broken{$name} && chance(1);
    my @present = $entry ? @{ $entry->{attributes}{$name} || [] } : ();
    return chance(50) ? $present[rand @present] : other_form($present[rand @present]) if @present && $name !~ /^(jpegPhoto|seeAlso)$/ && chance(35); # a suffix stays as it is
    return one(@{ $values{$name} });
}

sub changes {
    my ($kind, $entry) = @_;
    my @out;
    for (1 .. (1, 1, 1, 2, 2, 3, 4)[rand 7]) {
        my $name = one($kind eq 'people' ? @people_attributes : @team_attributes);
        $name = one(qw(objectClass objectClass objectClass createTimestamp structuralObjectClass nosuch title description;lang-de), $kind eq 'people' ? 'uid' : 'cn') if chance(6);
        my $present = $entry && $entry->{attributes}{$name};
        my $single = $stored_once{$name} || $stored_once{"$name\@$kind"};
        my @many = map { value($name, $entry) } 1 .. ($single || $single{$name} && chance(93) ? 1 : (chance(99) ? (1, 1, 1, 2, 3)[rand 5] : 12));
        my $how = one(qw(add add add delete delete delete replace replace replace replace increment));
        $how = 'replace' if $how eq 'increment' && $name !~ /^(uid|gid)Number$|^badge$/ && chance(95);
        $how = 'increment' if $how eq 'add' && $name eq 'badge' && $present && chance(40);
        if ($how eq 'add' && ($single || $single{$name}) && $present && chance(90)) {
            push @out, ['delete', alias($name), chance(50) ? [] : [@$present]];
        }
        @many = () if $how eq 'delete' && chance(30) || $how eq 'replace' && chance(12);
        $many[0] = one(@{ $present || ['x'] }) if $how eq 'delete' && @many && chance(60);
        @many = (chance(96) ? one(1, -1, 10, 0) : one('x', '', '007')) if $how eq 'increment' && chance(95);
        push @out, [$how, alias($name), \@many];
    }
    return \@out;
}

sub attributes {
    my ($kind, $name) = @_;
    my ($type, @classes) = $kind eq 'people' ? ('uid', qw(top inetOrgPerson posixAccount employee)) : ('cn', qw(top posixGroup));
    splice @classes, rand @classes, 1 if chance(6);
    push @classes, one(qw(person organizationalPerson extensibleObject nosuch inetOrgPerson)) if chance(4);
    my @out = (chance(99) ? [objectClass => \@classes] : (), chance(93) ? [$type => [chance(95) ? $name : other_form($name)]] : ());
    for my $must ($kind eq 'people' ? qw(cn sn uidNumber gidNumber homeDirectory) : 'gidNumber') {
        push @out, [alias($must) => [value($must)]] if chance(98);
    }
    my %there = map { $_->[0] => 1 } @out;
    for (1 .. rand 5) {
        my $more = one($kind eq 'people' ? @people_attributes : @team_attributes);
        $more = one(qw(title nosuch createTimestamp description;lang-de)) if chance(2);
        next if $there{$more}++;
        my $single = $stored_once{$more} || $stored_once{"$more\@$kind"};
        push @out, [alias($more) => [map { value($more) } 1 .. (($single || $single{$more}) && chance(98) ? 1 : 1 + rand 3)]];
    }
    return \@out;
}

sub filter {
    my ($entry) = @_;
    return '(!' . filter($entry) . ')' if chance(15);
    my $name = one(qw(cn sn mail badge telephoneNumber description uid memberUid gidNumber hiredAt active nosuch objectClass givenName));
    my $value = value($name, $entry) =~ s/([\\*()\0])/sprintf '\\%02x', ord $1/ger;
    return one("($name=*)", "($name=$value)", "($name=$value)", "($name>=$value)", length $value ? "($name=*" . substr($value, 1) . ')' : '(cn=*)');
}

sub controls {
    my ($entry, $type) = @_;
    my @out;
    push @out, [assertion => chance(60) && $entry ? '(objectClass=top)' : filter($entry)] if chance(8);
    # Without names that no schema has: slapd would read freed memory (parseReadAttrs in its controls.c).
    for my $read (qw(preread postread)) {
        next if $read eq ($type eq 'add' ? 'preread' : $type eq 'delete' ? 'postread' : '') && chance(95);
        push @out, [$read => one(['*'], ['*'], [], ['uid', 'mail', 'cn'], ['jpegPhoto', 'hiredAt'], ['MemberUID'], ['badge', 'objectClass'], ['1.1']), chance(50) ? 'critical' : ''] if chance(12);
    }
    push @out, ['permissive'] if chance($type eq 'modify' ? 10 : 0.5);
    push @out, ['noop'] if chance(3);
    return \@out;
}

sub operation {
    my $kind = chance(75) ? 'people' : 'teams';
    my ($dn, $entry) = target($kind);
    my $type = one((qw(modify)) x 8, qw(add add add rename rename delete));
    if ($type eq 'add' && $entry && chance(85)) { # most are new ones
        for (1 .. 20) {
            last if !$entry;
            $dn = rdn($kind eq 'people' ? ('uid', one(@people_names)) : ('cn', one(@team_names))) . ',' . container($kind);
            $entry = $state{ normalized($dn) };
        }
    }
    my %op = (type => $type, dn => $dn, who => one(qw(admin admin admin admin admin boss boss boss ann ann bob carl), chance(20) ? 'anonymous' : 'admin'), controls => controls($entry, $type));
    $op{who} = $1 if $dn =~ /^uid=(boss|ann|bob|carl),/ && chance(40);
    $op{changes} = changes($kind, $entry) if $type eq 'modify';
    if ($type eq 'add') {
        my $rdn = ldap_explode_dn($dn, casefold => 'lower');
        $op{attributes} = attributes($kind, $rdn && @$rdn ? (values %{ $rdn->[0] })[0] : 'x');
    }
    if ($type eq 'rename') {
        my ($attribute, @names) = $kind eq 'people' ? ('uid', @people_names) : ('cn', @team_names);
        my $same = chance(15);
        my $old = ldap_explode_dn($dn, casefold => 'lower');
        $op{rdn} = rdn($attribute, $same && $old && @$old ? (values %{ $old->[0] })[0] : one(@names));
        $op{rdn} = one('nosuch=x', 'uid=', 'x', 'uid=a,ou=b', '') if chance(2);
        $op{delete} = $same ? chance(50) : !chance(3);
        $op{superior} = container($kind) if chance(15);
        $op{superior} = one("ou=nowhere,$ours", $dn, "uid=x,$dn", 'dc=elsewhere') if chance(4);
    }
    # back-mdb says success, stores nothing and corrupts slapd's memory if access rules forbid what a control reads: in its
    # modify.c, SLAP_CONTROL_CRITICAL is a mask that every control has, and attributes are freed that are not its own.
    $op{controls} = [grep { $_->[0] !~ /read$/ } @{ $op{controls} }] if $op{who} !~ /^(admin|boss)$/ && $dn . ($op{rdn} // '') =~ /hid|\\68\\69\\64/i;
    return \%op;
}

# ---- the two databases

my %server;
for my $suffix ($ours, $theirs) {
    for my $who (qw(admin boss ann bob carl anonymous)) {
        my $ldap = $server{$suffix}{$who} = Net::LDAP->new($uri) or die "cannot connect to $uri\n";
        my $name = $who eq 'admin' ? "cn=admin,$suffix" : "uid=$who,ou=people,$suffix";
        my $bound = $who eq 'anonymous' ? $ldap->bind : $ldap->bind($name, password => $who eq 'admin' ? 'admin' : 'secret');
        die "$name: " . $bound->error . "\n" if $bound->code;
    }
}

sub in { my ($suffix, $text) = @_; return $suffix eq $ours || !defined $text ? $text : $text =~ s/\Q$ours\E/$theirs/gr }
sub back { my ($text) = @_; return $text =~ s/\Q$theirs\E/$ours/gr }

my %canonical_type = ('USERID' => 'uid', 'COMMONNAME' => 'cn', '0.9.2342.19200300.100.1.1' => 'uid');
sub normalized {
    my ($dn) = @_;
    my $parts = ldap_explode_dn($dn, casefold => 'lower') or return lc $dn;
    return join ',', map { my $rdn = $_; join '+', map { my $value = decode('UTF-8', $rdn->{$_}); $value =~ s/^ +| +$//g; encode('UTF-8', ($canonical_type{ uc $_ } // lc) . '=' . lc($value =~ s/ +/ /gr)) } sort keys %$rdn } @$parts;
}

sub moment { # a time in one form
    my ($value) = @_;
    $value =~ /^(\d{8})(\d\d)(\d\d)?(\d\d)?([.,]\d+)?(Z|[+-]\d+)$/ or return $value;
    my ($day, $hour, $rest, $zone) = ($1, $2, ($3 // '00') . ($4 // '00') . (defined $5 ? $5 =~ s/,/./r =~ s/0+$//r =~ s/\.$//r : ''), $6);
    $hour -= $1 if $zone =~ /^\+(\d\d)/; # the generator's zones stay within the day
    return sprintf '%s%02d%sZ', $day, $hour, $rest;
}

my %hidden = map { $_ => 1 } qw(userpassword);
my %canonical = map { lc $_ => $_ } keys %values;
sub entry_of {
    my ($entry) = @_;
    my %out;
    for my $name ($entry->attributes) {
        next if $hidden{ lc $name };
        my @values = map { back($_) } $entry->get_value($name);
        $out{ $canonical{ lc $name } // $name } = [sort { $a cmp $b } $name eq 'hiredAt' ? map { moment($_) } @values : @values];
    }
    return { dn => back($entry->dn), attributes => \%out };
}

sub shown { my ($value) = @_; return $value =~ /^[!-9;-~]([ -~]*[!-~])?$/ ? $value : 'base64 ' . encode_base64($value, '') }
sub text { # of an entry, as it is compared
    my ($entry) = @_;
    return 'missing' if !$entry;
    my $attributes = $entry->{attributes};
    return join "\n", normalized($entry->{dn}), map { my $name = $_; $name eq 'objectClass' ? () : map { "$name: " . shown($_) } @{ $attributes->{$name} } } sort keys %$attributes;
}

my %made = (
    assertion => sub { my ($suffix, $filter) = @_; return Net::LDAP::Control::Assertion->new(assertion => in($suffix, $filter), critical => 1) },
    preread => sub { my (undef, $names, $critical) = @_; return Net::LDAP::Control::PreRead->new(attrs => $names, critical => $critical) },
    postread => sub { my (undef, $names, $critical) = @_; return Net::LDAP::Control::PostRead->new(attrs => $names, critical => $critical) },
    permissive => sub { return Net::LDAP::Control->new(type => '1.2.840.113556.1.4.1413', critical => 1) },
    noop => sub { return Net::LDAP::Control->new(type => '1.3.6.1.4.1.4203.666.5.2', critical => 1) },
);

sub request { # the result of the write in one of the databases
    my ($suffix, $op) = @_;
    my $ldap = $server{$suffix}{ $op->{who} };
    my ($dn, $type) = (in($suffix, $op->{dn}), $op->{type});
    my $values = sub { return [map { in($suffix, $_) } @{ $_[0] }] };
    my @control = @{ $op->{controls} } ? (control => [map { my ($name, @more) = @$_; $made{$name}->($suffix, @more) } @{ $op->{controls} }]) : ();
    my $answer = $type eq 'add' ? $ldap->add($dn, attr => [map { $_->[0] => $values->($_->[1]) } @{ $op->{attributes} }], @control)
        : $type eq 'modify' ? $ldap->modify($dn, changes => [map { $_->[0] => [$_->[1] => $values->($_->[2])] } @{ $op->{changes} }], @control)
        : $type eq 'delete' ? $ldap->delete($dn, @control)
        : $ldap->moddn($dn, newrdn => $op->{rdn}, deleteoldrdn => $op->{delete} ? 1 : 0, (defined $op->{superior} ? (newsuperior => in($suffix, $op->{superior})) : ()), @control);
    die "the connection of $op->{who} was lost: " . $answer->error . "\n" . command($op) if $answer->code == 81 || $answer->error =~ /I\/O|closed/;
    my %out = (code => $answer->code, message => $answer->server_error // '', matched => normalized(back($answer->dn // '')));
    for my $read (['1.3.6.1.1.13.1', 'before'], ['1.3.6.1.1.13.2', 'after']) {
        my ($control) = $answer->control($read->[0]);
        $out{ $read->[1] } = $control ? text(entry_of($control->entry)) : 'none';
    }
    return \%out;
}

sub look { # at an entry
    my ($suffix, $dn) = @_;
    my $found = $server{$suffix}{admin}->search(base => in($suffix, $dn), scope => 'base', filter => '(objectClass=*)', attrs => ['*']);
    return $found->count ? entry_of($found->entry(0)) : undef;
}

sub look_everywhere {
    my ($suffix) = @_;
    my $found = $server{$suffix}{admin}->search(base => $suffix, filter => '(objectClass=*)', attrs => ['*']);
    die "search of $suffix: " . $found->error . "\n" if $found->code;
    return { map { my $entry = entry_of($_); (normalized($entry->{dn}) => $entry) } grep { $_->dn =~ /,ou=/i } $found->entries };
}

sub touched { # the DNs that a write may change
    my ($op) = @_;
    my $new = $op->{type} eq 'rename' && length $op->{rdn} ? $op->{rdn} . ',' . ($op->{superior} // $op->{dn} =~ s/^(\\.|[^,\\])*,//r) : undef;
    return ($op->{dn}, defined $new && normalized($new) ne normalized($op->{dn}) ? $new : ());
}

# Makes an entry of a database as it is given, or deletes it. Returns whether it is.
sub put {
    my ($suffix, $dn, $entry) = @_;
    my $ldap = $server{$suffix}{admin};
    $ldap->delete(in($suffix, $dn));
    return 1 if !$entry;
    my $attributes = $entry->{attributes};
    my $added = $ldap->add(in($suffix, $entry->{dn}), attr => [map { my $name = $_; $name => [map { in($suffix, $_) } @{ $attributes->{$name} }] } sort keys %$attributes]);
    print "  (cannot restore $entry->{dn} in $suffix: ", $added->error, ")\n" if $added->code;
    return !$added->code;
}

sub as_ours { # makes back-mdb's entry equal to ours; deletes both if it refuses that
    my ($dn, $entry) = @_;
    return 1 if put($theirs, $dn, $entry);
    put($ours, $dn, undef);
    return 0;
}

# ---- comparing

sub lines { my ($op) = @_; # as LDIF, nearly
    my @out = ("dn: $op->{dn}", "# as $op->{who}" . join '', map { my ($name, @more) = @$_; ", $name" . join '', map { ' ' . (ref() ? "[@$_]" : $_) } @more } @{ $op->{controls} });
    push @out, 'changetype: ' . ($op->{type} eq 'rename' ? 'modrdn' : $op->{type});
    push @out, map { my $name = $_->[0]; map { "$name: " . shown($_) } @{ $_->[1] } } @{ $op->{attributes} || [] };
    push @out, map { my ($how, $name, $many) = @$_; ("$how: $name", (map { "$name: " . shown($_) } @$many), '-') } @{ $op->{changes} || [] };
    push @out, "newrdn: $op->{rdn}", 'deleteoldrdn: ' . ($op->{delete} ? 1 : 0), defined $op->{superior} ? "newsuperior: $op->{superior}" : () if $op->{type} eq 'rename';
    return @out;
}
sub command { return join '', map { "    $_\n" } lines(@_) }

sub minus { my ($from, $what) = @_; my %there = map { $_ => 1 } split /\n/, $what; return grep { !$there{$_} } split /\n/, $from }
sub unlike { my ($what, $mine, $its) = @_; return $mine eq $its ? () : ("$what:", (map { "  - $_" } minus($its, $mine)), map { "  + $_" } minus($mine, $its)) }

# Sends a write to both. What differs, as lines; which of the allowed differences it is; our entries afterwards, by DN.
sub try {
    my ($op) = @_;
    my ($mine, $its) = (request($ours, $op), request($theirs, $op));
    my (@how, %after, $its_entry, $classes);
    push @how, "result: $its->{code} ($its->{message})" . ($its->{matched} && " matched $its->{matched}") . " of back-mdb, $mine->{code} ($mine->{message})"
        . ($mine->{matched} && " matched $mine->{matched}") . ' of ours' if $its->{code} != $mine->{code} || $its->{matched} ne $mine->{matched};
    push @how, map { unlike("entry $_ the write in the response", $mine->{$_}, $its->{$_}) } qw(before after);
    my @dns = touched($op);
    for my $dn (@dns) {
        my ($one, $other) = (look($ours, $dn), look($theirs, $dn));
        push @how, unlike("entry $dn afterwards", text($one), text($other));
        $classes ||= $one && $other && "@{ $one->{attributes}{objectClass} }" ne "@{ $other->{attributes}{objectClass} }";
        $after{ normalized($dn) } = $one;
        $its_entry = $other if $other;
    }
    my ($why) = @how ? grep { $_->[1]->($op, $mine, $its, $its_entry ? $its_entry->{attributes} : {}) } @allowed : ();
    return { how => \@how, allowed => $why && $why->[0], after => \%after, dns => \@dns, code => $mine->{code}, its => $its->{code}, classes => $classes };
}

# The write with less in it, as far as it still makes a difference. `before`: the entries that it touches.
sub smaller {
    my ($op) = @_;
    my @out;
    for my $part (qw(controls changes attributes)) {
        my $list = $op->{$part} || [];
        for my $i (0 .. $#$list) {
            next if $part eq 'attributes' && $list->[$i][0] =~ /^(objectClass|uid|cn|userid|commonName|0.9.*)$/i; # lest it become another difference
            my @less = @$list;
            splice @less, $i, 1;
            push @out, { %$op, $part => \@less } if @less || $part eq 'controls';
        }
    }
    for my $i (0 .. $#{ $op->{changes} || [] }) { # fewer values
        my ($how, $name, $many) = @{ $op->{changes}[$i] };
        for my $j (@$many > 1 ? 0 .. $#$many : ()) {
            my @less = @{ $op->{changes} };
            $less[$i] = [$how, $name, [@$many[grep { $_ != $j } 0 .. $#$many]]];
            push @out, { %$op, changes => \@less };
        }
    }
    push @out, { %$op, superior => undef } if defined $op->{superior};
    push @out, { %$op, who => 'admin' } if $op->{who} ne 'admin';
    return @out;
}
sub shrink {
    my ($op, $found, $before) = @_;
    my $kind = sub { my ($one) = @_; return "$one->{code} $one->{its}" };
    for (my $again = 1; $again;) {
        $again = 0;
        for my $less (smaller($op)) {
            for my $suffix ($ours, $theirs) { put($suffix, $_->[0], $_->[1]) for @$before }
            my $still = try($less);
            next if !@{ $still->{how} } || $still->{allowed} || $kind->($still) ne $kind->($found);
            ($op, $found, $again) = ($less, $still, 1);
            last;
        }
    }
    return ($op, $found);
}

my (%allowed, %codes, %shown, $different);
%state = %{ look_everywhere($ours) };
my $begin = time;
my $n = 0;
$| = 1;
for my $n (1 .. $count) {
    my $op = operation();
    my @before = map { [$_, $state{ normalized($_) }] } touched($op);
    my $found = try($op);
    $codes{ $op->{type} }{ $found->{code} }++;
    if (@{ $found->{how} }) {
        if ($found->{allowed}) { $allowed{ $found->{allowed} }++ }
        else {
            $different++;
            my ($small, $its_found) = shrink($op, $found, \@before);
            my $form = join ' ', $small->{type}, $its_found->{code}, $its_found->{its}, map { s/[:=].*//r } @{ $its_found->{how} };
            if (!$shown{$form}++) {
                print "write $n of seed $seed, in its smallest form:\n", command($small), "  to the entry\n", (map { my $entry = $_->[1]; map { "    $_\n" } split /\n/, text($entry) } @before),
                    "  is answered differently, with - by back-mdb only and + by ours only:\n", map { "    $_\n" } @{ $its_found->{how} };
            }
            for my $suffix ($ours, $theirs) { put($suffix, $_->[0], $_->[1]) for @before }
            $found = { %$found, after => { map { normalized($_->[0]) => look($ours, $_->[0]) } @before } };
        }
    }
    # Goes on with ours in both.
    if (@{ $found->{how} } || $found->{classes}) {
        for my $dn (@{ $found->{dns} }) { $found->{after}{ normalized($dn) } = undef if !as_ours($dn, $found->{after}{ normalized($dn) }) }
    }
    $allowed{'the object classes shown are those of the kind'}++ if $found->{classes};
    for (keys %{ $found->{after} }) { if ($found->{after}{$_}) { $state{$_} = $found->{after}{$_} if /,ou=/ } else { delete $state{$_} } }
    if ($n % 20 == 0 || $n == $count) {
        my ($mine, $its) = (look_everywhere($ours), look_everywhere($theirs));
        for my $dn (sort keys %{ { %$mine, %$its } }) {
            my @how = unlike("entry $dn", text($mine->{$dn}), text($its->{$dn})) or next;
            $different++;
            print "within the 20 writes up to $n of seed $seed, the last of which is\n", command($op), "  became different:\n", map { "    $_\n" } @how;
            delete $mine->{$dn} if !as_ours($dn, $mine->{$dn});
        }
        %state = %$mine;
    }
    last if keys %shown >= $enough;
}
$n = 0;
$n += $_ for map { values %$_ } values %codes;
printf "%d writes with seed %s, %.0f a second, %d entries at the end; results of ours: %s\n", $n,
    $seed, $n / (time - $begin), scalar keys %state,
    join '; ', map { my $type = $_; "$type " . join ' ', map { "$_:$codes{$type}{$_}" } sort { $a <=> $b } keys %{ $codes{$type} } } sort keys %codes;
print "  allowed difference, $allowed{$_} times: $_\n" for sort keys %allowed;
printf "  %d were answered differently\n", $different if $different;
exit($different || $n < $count ? 1 : 0);
