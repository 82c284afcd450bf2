# NssMap.pm: the settings for virtual users that replace libnss_map, made of its /etc/nssmap.conf.
package SlapdPgsql::NssMap;
use strict;
use warnings;
use Encode ();
use Socket ();
use SlapdPgsql::SlapdConf ();

# libnss_map reads so many bytes of the first line, and gives no number below this one.
my $longest_line = 8191;
my $least_number = 500;
my $greatest_number = 2147483647;

# The account in FILE, as libnss_map reads it: { file, name, uid, gid, gecos, prefix, shell, warnings }. The home directory of a user
# is prefix, a slash, and the name. A failure is an exception of one line.
sub read_file {
    my ($file) = @_;
    open my $in, '<:raw', $file or die "$file: cannot be read: $!\n";
    defined read $in, my $text, $longest_line + 1 or die "$file: cannot be read: $!\n";
    length $text or die "$file: has no line; write one as in passwd(5), such as virtual:x:15000:15000:virtual user:/home/virtual:/bin/bash\n";
    my ($line, $rest) = $text =~ /\A([^\n]*)(.*)\z/s;
    my $problem = sub { die "$file line 1: $_[0]\n" };
    length $line <= $longest_line or $problem->("is longer than $longest_line bytes, and libnss_map reads no more; shorten it");
    $line !~ /\0/ or $problem->('has a NUL byte, where libnss_map ends the line; remove it');
    my %account = (file => $file, warnings => []);
    my $warn = sub { push @{ $account{warnings} }, "$file line $_[0]: $_[1]" };
    $line =~ s/\r\z// and $warn->(1, 'ends with a carriage return, which libnss_map takes for a part of the shell; it is ignored here');
    $rest =~ /\A\n./s and $warn->(2, 'is ignored, and all that follow: libnss_map reads the first line only');
    $line =~ /\S/ or $problem->('is empty, and libnss_map reads the first line only; remove it');
    $line !~ /\A\s*#/ or $problem->('is a comment, and libnss_map reads the first line only, without comments; remove it');
    my @fields = split /:/, $line, -1;
    @fields >= 7 or $problem->('has only ' . @fields . ' of 7 fields; write name:x:uid:gid:text:home:shell');
    @fields == 7 or $problem->('has more than 7 fields; remove the colons after the shell');
    @account{qw(name password uid gid gecos home shell)} = @fields;
    $line !~ /[\x01-\x1f\x7f]/ or $problem->('has a control character; remove it');
    eval { Encode::decode('UTF-8', my $copy = $line, Encode::FB_CROAK) } // $problem->('is not UTF-8; convert the file, for instance by iconv -f latin1 -t UTF-8');
    length $account{name} or $problem->('the name is missing; write one, such as virtual');
    for (['uid', 'user'], ['gid', 'group']) {
        my ($key, $whose) = @$_;
        $account{$key} =~ /\A[0-9]{1,10}\z/ && $account{$key} <= $greatest_number
            or $problem->("the number of the $whose is '$account{$key}'; write digits, at most $greatest_number");
        $warn->(1, "libnss_map raises the number $account{$key} of the $whose to $least_number") if $account{$key} < $least_number;
        $account{$key} = $account{$key} < $least_number ? $least_number : $account{$key} + 0;
    }
    for (['home', 'home directory', '/home/virtual'], ['shell', 'shell', '/bin/bash']) {
        my ($key, $what, $example) = @$_;
        length $account{$key} or $problem->("the $what is missing; write one, such as $example");
        $account{$key} =~ m{\A/[\x20-\x7e]*\z} or $problem->("the $what is '$account{$key}'; write an absolute path of ASCII characters, such as $example");
    }
    ($account{prefix} = $account{home}) =~ s{/+\z}{};
    $warn->(1, "libnss_map makes home directories with two slashes, such as $account{home}/alice; here they are $account{prefix}/alice")
        if $account{home} ne $account{prefix};
    return \%account;
}

# The settings, as in Migration.pm. CHOICE has: names (a regular expression), base and clients (networks) or undef, ldif. With
# one_number, all names have the account's number, or this one if it is not 0.
sub settings {
    my ($account, $choice) = @_;
    my $shared = defined $choice->{one_number};
    my %new = (%$account, old => $account->{uid});
    @new{ 'uid', 'gid' } = ($choice->{one_number}) x 2 if $choice->{one_number};
    return [[_head(\%new, $choice)], $shared ? ([_shared(\%new, $choice)], [_no_rows(\%new)]) : ([_registered(\%new, $choice)], [_rows(\%new)], [_access($choice)])];
}

sub _setting {
    my ($name, $value, @remarks) = @_;
    return { name => $name, value => $value, remarks => \@remarks };
}

sub _literal { return "'" . $_[0] =~ s/'/''/gr . "'" }

# The query for a name that SQL knows as NAME. Casts give the columns the types that a users' table has.
sub _query {
    my ($account, $name, $uid, $gid) = @_;
    return join ",\n    ", "SELECT $name\::varchar AS username, $uid AS uid_number, $gid AS gid_number",
        length $account->{gecos} ? _literal($account->{gecos}) . '::varchar AS full_name' : (),
        '(' . _literal("$account->{prefix}/") . " || $name)::varchar AS home_directory", _literal($account->{shell}) . '::varchar AS login_shell';
}

sub _head {
    my ($account, $choice) = @_;
    my ($name, $uid, $gid, $old, $prefix) = @$account{qw(name uid gid old prefix)};
    my $file = $account->{file} =~ s/[\x00-\x1f\x7f]/?/gr;
    my @numbers = defined $choice->{one_number}
        ? ("- A number has one name: $uid is $name, at home in $prefix/$name, to ls, whoami, ssh and sudo. (libnss_map answers \$LOGNAME.)",
            $uid == $old ? () : "- Existing files still belong to $old:   chown -hR --from=$old $uid:$gid $prefix/")
        : ("- Each name has a number of its own, by default from 30000 to 59999, and a group with the same number, instead of $uid.",
            '- A number has one name, and an unknown number none. (libnss_map answers $LOGNAME for every number.)',
            "- Existing files still belong to $old. Once a name is registered:   chown -hR --from=$old NAME:NAME $prefix/NAME",
            '- Names are registered, and lists of users have them. They stay until an administrator ends them; see doc/virtual-users.md.');
    my @remarks = (
        "Virtual users as $file describes them: number $old, home directories $prefix/NAME. Lines with two # are remarks.",
        $choice->{ldif}
        ? ('For a running slapd, as root:   ldapmodify -Q -Y EXTERNAL -H ldapi:/// -f THIS-FILE', 'The dn is the first database. This lists the names of all:',
            "  ldapsearch -Q -LLL -Y EXTERNAL -H ldapi:/// -b cn=config '(olcDatabase=*pgsql)' olcSuffix")
        : 'For slapd.conf, in the section of a database of the type pgsql, before its first "access".',
        '', 'What differs from libnss_map:',
        '- Only names that pgsql-virtual-names describes are users, and none that a user or group of the directory, or a package, has.',
        @numbers,
        '- Groups are those of the directory. (In libnss_map every name is a group, with the same number.)',
        "- $prefix/NAME/.nssmaprc is not read: a user is in the groups that pgsql-lookup groups memberUid returns.",
        '- There is no shadow entry, unless the users have the class shadowAccount; see doc/maps/shadow.md.',
        '- A bind with a password gets invalidCredentials (49): logins are by ssh keys or certificates, or by another PAM module.',
        'On the machines, remove "map" from /etc/nsswitch.conf once SSSD or nslcd answers.',
    );
    return { remarks => \@remarks };
}

sub _registered {
    my ($account, $choice) = @_;
    my $taken = join ' ', 'SELECT', _literal($account->{name}) . "::varchar AS name, $account->{uid} AS number",
        $account->{gid} == $account->{uid} ? () : "UNION ALL SELECT NULL, $account->{gid}";
    return (
        _setting('pgsql-virtual', "users uid write\n  SELECT \$1 AS username, number AS uid_number, number AS gid_number FROM virtual_user(\$1) AS number",
            'The first search for a name registers it in the table of virtual-users.sql. The number of existing files must not be given to',
            "a name. So the view virtual_users_taken needs:   $taken"),
        _names($choice->{names}),
    );
}

sub _rows {
    my ($account) = @_;
    my $rows = _query($account, qw(name number number)) . "\n  FROM virtual_users_current";
    return (
        _setting('pgsql-list', "users\n  $rows", 'For a database without other users. If yours has pgsql-list users or groups, remove these lines, append UNION ALL',
            'and the queries to those of yours, and give the columns its order; see doc/virtual-users.md.'),
        _setting('pgsql-lookup', "users uid\n  $rows WHERE name = \$1"),
        _setting('pgsql-lookup', "users uidNumber\n  $rows WHERE number = \$1"),
        _setting('pgsql-attribute', 'users mail default=', 'Without this line users have the address NAME@DOMAIN.'),
        _setting('pgsql-list', 'groups' . "\n  SELECT " . _literal($account->{name}) . "::varchar AS name, $account->{gid} AS gid_number",
            'The group of existing files. Add your groups, and pgsql-lookup groups memberUid, in place of .nssmaprc.'),
    );
}

# MORE is a name that has to match as well.
sub _names {
    my ($names, @more) = @_;
    my @package = 'Names that packages give to their accounts must not match: a machine cannot create an account whose name the directory has.';
    return _setting('pgsql-virtual-names', 'users ' . join('|', $names, @more), '', @package) if defined $names;
    return _setting('pgsql-virtual-names', 'users', '', 'CHOOSE: slapd refuses this line until a regular expression (regex(7)) follows that matches the whole names of people.',
        @package, 'For instance:   pgsql-virtual-names users ' . join('|', '[a-z]+[0-9]', @more));
}

# Without this rule no client may register a name.
sub _access {
    my ($choice) = @_;
    my ($base, $clients) = @$choice{ 'base', 'clients' };
    my $chosen = defined $base && @$clients;
    my $rule = join ' ', 'to', 'dn.exact=' . SlapdPgsql::SlapdConf::quoted($base // 'dc=example,dc=com'), 'attrs=children',
        (map { 'by ' . _peers($_) . ' add' } @$clients ? @$clients : '192.0.2.0/24'), 'by * break';
    return (
        { %{ _setting('access', $rule, 'The machines that may register names, by searching for them.',
            $chosen ? () : 'CHOOSE: no name is registered until you write the suffix and the networks, and remove the #.') }, off => !$chosen },
        { %{ _setting('access', 'to * by * read', 'A database without other access rules needs this one as well: otherwise slapd denies what no rule allows.') }, off => 1 },
    );
}

# NETWORK (192.0.2.0/24, 2001:db8::/32, or an address) for slapd.access(5).
sub _peers {
    my ($network) = @_;
    my ($address, $bits) = split m{/}, $network, 2;
    my ($family, $style) = $address =~ /:/ ? (Socket::AF_INET6(), 'ipv6') : (Socket::AF_INET(), 'ip');
    my $packed = Socket::inet_pton($family, $address) // die "--clients $network: is no address; write one such as 192.0.2.0/24\n";
    my $all = 8 * length $packed;
    $bits //= $all;
    $bits =~ /\A[0-9]{1,3}\z/ && $bits <= $all or die "--clients $network: the network's bits are 0 to $all, such as 192.0.2.0/24\n";
    my $mask = pack "B$all", '1' x $bits . '0' x ($all - $bits);
    my $first = Socket::inet_ntop($family, $packed & $mask);
    $packed eq ($packed & $mask) or die "--clients $network: is an address inside of a network; write $first/$bits\n";
    return "peername.$style=$first%" . Socket::inet_ntop($family, $mask);
}

sub _shared {
    my ($account, $choice) = @_;
    my ($name, $uid, $gid) = @$account{qw(name uid gid)};
    my $where = $choice->{one_number} ? "--one-number=$uid" : "$account->{file} line 1";
    my $remedy = 'choose one from 1000 to 60000, such as --one-number=15000';
    for my $number ($uid, $gid) {
        die "$where: the directory gives no virtual user the number $number; $remedy\n"
            if $number < 1000 || $number > 60000 && $number < 65536 || $number > $greatest_number;
    }
    my ($first, $last) = sort { $a <=> $b } $uid, $gid;
    die "$where: numbers between $first and $last belong to systemd; $remedy\n" if $first <= 60000 && $last >= 65536;
    $name =~ /\A[a-z][a-z0-9_-]{0,31}\z/ or die "$account->{file} line 1: '$name' is no login name; write one of a-z, 0-9, _ and -, such as virtual\n";
    my $group = "SELECT '$name'::varchar AS name, $gid AS gid_number";
    return (
        _setting('pgsql-virtual', "users uid\n  " . _query($account, '$1', $uid, $gid), "All names have the number $uid: for nslcd only, without nscd. SSSD takes users with one number for one user,",
            'and sudo then gives one of them the rights of another. Users read, change and delete the files of each other.'),
        _setting('pgsql-virtual', "users uidNumber\n  " . _query($account, "'$name'", $uid, $gid) . "\n  WHERE \$1 = $uid", 'The name and the group of the number.'),
        _setting('pgsql-virtual', "groups gidNumber\n  $group WHERE \$1 = $gid"),
        _setting('pgsql-virtual', "groups cn\n  $group WHERE \$1 = '$name'"),
        _setting('pgsql-virtual-names', "groups $name"),
        _setting('pgsql-virtual-numbers', "$first-$last"),
        _setting('pgsql-virtual-rate', '1000/60', 'No name is registered, so that each one counts.'),
        _names($choice->{names}, $name),
    );
}

sub _no_rows {
    my ($account) = @_;
    my $columns = join ', ', 'NULL::varchar AS username', 'NULL::integer AS uid_number', 'NULL::integer AS gid_number',
        map { "NULL::varchar AS $_" } length $account->{gecos} ? 'full_name' : (), 'home_directory', 'login_shell';
    return (
        _setting('pgsql-list', "users\n  SELECT $columns\n  WHERE false", 'For a database without other users. If yours has pgsql-list users or groups, remove these lines; its users need the same',
            'columns, which may be NULL.'),
        _setting('pgsql-list', "groups\n  SELECT NULL::varchar AS name, NULL::integer AS gid_number WHERE false"),
    );
}

1;
