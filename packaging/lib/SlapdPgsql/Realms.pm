# Realms.pm: the realms of SQL_… and LDAP_BASE_DN, or of REALM_CONFIG: each with a base, a database and four queries.
package SlapdPgsql::Realms;
use strict;
use warnings;
use File::Spec ();
use SlapdPgsql::Database ();
use SlapdPgsql::RealmConfig ();
use SlapdPgsql::Sql ();

# The queries: key, variable, option in REALM_CONFIG, and whether it is optional. The gateway does not know the last two, the login
# filter and the change of passwords.
my @queries = (
    [all_users        => 'SQL_QUERY_ALL_USERS',        'sqlQueryAllUsers'],
    [one_user         => 'SQL_QUERY_ONE_USER',         'sqlQueryOneUser'],
    [all_groups       => 'SQL_QUERY_ALL_GROUPS',       'sqlQueryAllGroups'],
    [groups_by_member => 'SQL_QUERY_GROUPS_BY_MEMBER', 'sqlQueryGroupsByMember'],
    [login_filter     => 'SQL_LOGIN_FILTER',           'sqlLoginFilter', 1],
    [password_change  => 'SQL_PASSWORD_CHANGE',        'sqlPasswordChange', 1],
);

# Whole numbers: key, variable, unit, minimum and maximum.
my @numbers = (
    [timeout      => 'SQL_TIMEOUT',           'seconds',     1, 3600],
    [pool_size    => 'SQL_POOL_SIZE',         'connections', 1, 1000],
    [refuse_after => 'SQL_REFUSE_AFTER',      'seconds',     0, 3600],
    [cache        => 'SQL_CACHE',             'MiB',         0, 1048576],
    [stale        => 'SQL_SERVE_STALE',       'seconds',     0, 604800],
    [stale_binds  => 'SQL_SERVE_STALE_BINDS', 'seconds',     0, 604800],
);

# Returns realms in the order that their databases must have in slapd.conf; the environment collects the problems.
# A realm is { name, base, uri, all_users, one_user, all_groups, groups_by_member, login_filter, password_change, timeout, pool_size,
# refuse_after, cache, stale, stale_binds, chain, push, push_timeout, push_ca } and, under "variable", the variable that each of
# these came from; under "written", the queries as they were given, with their lines and comments.
sub realms {
    my ($env) = @_;
    _kind($env, 'DIRECTORY_BACKEND', $env->get('DIRECTORY_BACKEND') // 'sql');
    my @links  = map { ['AUTH_BACKENDS', $_] } split /,/, $env->get('AUTH_BACKENDS') // 'sql', -1;
    my @settings = defined $env->get('REALM_CONFIG') ? SlapdPgsql::RealmConfig::settings($env)
        : { name => 'default', base => scalar _base($env), links => \@links, paths => { base => 'LDAP_BASE_DN', links => 'AUTH_BACKENDS' } };
    my @realms = map { _realm($env, $_) } @settings;
    _check_push_variables($env, \@links, @realms);
    return _ordered($env, @realms);
}

# The variables provide what REALM_CONFIG lacks, as in the gateway.
sub _realm {
    my ($env, $settings) = @_;
    my ($options, $path) = ($settings->{options} // {}, $settings->{paths}{options});
    my $realm = { name => $settings->{name}, default => $settings->{default} // 1, base => scalar _dn($env, $settings->{paths}{base}, $settings->{base}) };
    @{ $realm->{variable} }{ 'base', 'uri' } = ($settings->{paths}{base});
    ($realm->{variable}{uri}, $realm->{uri}) = SlapdPgsql::Database::address($env, $options, $path);
    _kind($env, @$_) for @{ $settings->{kinds} // [] };
    for (@queries) {
        my ($key, $name, $option, $optional) = @$_;
        my $variable = $realm->{variable}{$key} = defined $options->{$option} ? "$path.$option" : $name;
        my $text = $options->{$option} // $env->get($name);
        $realm->{$key} = _query($env, $variable, $text) if defined $text || !$optional;
        $realm->{written}{$key} = $text;
    }
    for (@numbers) {
        my ($key, $name, $unit, $minimum, $maximum) = @$_;
        my $value = $env->get($name) // next;
        $env->problem($name, "is '$value'; give a number of $unit from $minimum to $maximum")
            if $value !~ /^\s*([0-9]{1,7})\s*$/ || $1 < $minimum || $1 > $maximum;
        ($realm->{$key} = $value) =~ s/\s//g;
        $realm->{variable}{$key} = $name;
    }
    _chain($env, $realm, $settings);
    $env->warning("$path.ldapBaseDn", 'is not used: the base is baseDn')
        if defined $options->{ldapBaseDn} && _comparable($options->{ldapBaseDn}) ne _comparable($settings->{base});
    return $realm;
}

sub _query {
    my ($env, $name, $text) = @_;
    return $env->problem($name, 'is not set; all four queries are required') if !defined $text;
    my ($line, $wrong) = SlapdPgsql::Sql::one_line($text);
    return $env->problem($name, $wrong) if !defined $line;
    return $line;
}

# A login has to pass all checks of a realm's chain. A check must not be dropped silently.
sub _chain {
    my ($env, $realm, $settings) = @_;
    my (%asked, $push_path);
    for (@{ $settings->{links} }) {
        my ($name, $type, $options, $path) = @$_;
        (my $kind = lc $type) =~ s/^\s+|\s+$//g;
        $asked{$kind} = 1;
        $env->problem($name, $kind eq '' ? 'has an empty part; use sql, or sql,notification'
            : "asks for '$kind'; only sql and notification can check logins") if $kind !~ /^(?:sql|notification)$/;
        _link($env, $realm, $options, $path) if $options;
        ($push_path, $realm->{push}) = ("$path.notificationUrl", $options->{notificationUrl})
            if $kind eq 'notification' && $options && defined $options->{notificationUrl};
    }
    $realm->{chain} = $asked{notification} ? 'sql notification' : 'sql';
    @{ $realm->{variable} }{ 'chain', 'push' } = ($settings->{paths}{links}, $push_path // 'NOTIFICATION_URL');
    $env->problem($settings->{paths}{links}, 'asks for notification without sql; the password is always checked first, so that only a client that'
        . ' knows it triggers a push prompt; use sql,notification') if $asked{notification} && !$asked{sql};
    # The column of a row overrides the chain if both queries return it; if only one does, it would be ignored.
    my @read = grep { SlapdPgsql::Sql::mentions($realm->{$_} // '', 'auth_backends') } 'all_users', 'one_user';
    $env->problem($realm->{variable}{ $read[0] eq 'one_user' ? 'all_users' : 'one_user' }, 'does not return auth_backends, but '
        . $realm->{variable}{ $read[0] } . ' does; return it from both') if @read == 1;
    _push($env, $realm) if $asked{notification} || @read;
    return;
}

sub _push {
    my ($env, $realm) = @_;
    my $name = $realm->{variable}{push};
    my $uri  = $realm->{push} //= $env->get('NOTIFICATION_URL');
    if (!defined $uri) {
        return $env->problem($name, "is not set, but $realm->{variable}{chain} asks for notification") if $realm->{chain} ne 'sql';
        return $env->warning($name, 'is not set: users whose auth_backends asks for notification cannot log in');
    }
    $uri =~ s/^\s+|\s+$//g;
    $env->problem($name, 'is not the address of a push endpoint, such as https://push.example.com/send') if $uri !~ m{^https?://[^\s"]+$}i;
    $realm->{push} = $uri;
    @{ $realm->{variable} }{ 'push_timeout', 'push_ca' } = ('NOTIFICATION_TIMEOUT', 'NOTIFICATION_CA_PATH');
    my $seconds = $env->get('NOTIFICATION_TIMEOUT');
    if (defined $seconds) {
        $env->problem('NOTIFICATION_TIMEOUT', "is '$seconds'; give a number of seconds from 1 to 3600")
            if $seconds !~ /^\s*([0-9]{1,4})\s*$/ || $1 < 1 || $1 > 3600;
        ($realm->{push_timeout} = $seconds) =~ s/\s//g;
    }
    my $ca = $env->get('NOTIFICATION_CA_PATH');
    $realm->{push_ca} = File::Spec->rel2abs($ca) if defined $ca;
    return;
}

# A login is checked on the row that the directory shows, so a check with another database or query is refused.
sub _link {
    my ($env, $realm, $options, $path) = @_;
    my ($check_uri) = defined $options->{sqlUri} ? (SlapdPgsql::Database::address($env, $options, $path))[1] : ();
    $env->problem("$path.sqlUri", 'differs from the directory\'s; logins are checked on the row that the directory shows; use one database for both')
        if defined $check_uri && $check_uri ne ($realm->{uri} // '');
    my $text = $options->{sqlQueryOneUser} // return;
    my ($query) = SlapdPgsql::Sql::one_line($text);
    $env->problem("$path.sqlQueryOneUser", 'differs from the directory\'s; logins are checked on the row that the directory shows; return the'
        . ' password from that query') if ($query // '') ne ($realm->{one_user} // '');
    return;
}

sub _base {
    my ($env) = @_;
    my $base = $env->get('LDAP_BASE_DN');
    return $base if defined $base;
    my $name = $env->get('LDAP_COMMON_NAME');
    if (!defined $name) {
        $env->problem('LDAP_BASE_DN', 'is not set, and neither is LDAP_COMMON_NAME, from which it could be derived (a.b gives dc=a,dc=b)');
        return;
    }
    $name =~ s/^\s+|[\s.]+$//g;
    if ($name =~ /^[\d.]+$|:/) {
        $env->problem('LDAP_BASE_DN', "is not set, and no base can be derived from the address in LDAP_COMMON_NAME");
        return;
    }
    $base = join ',', map { "dc=$_" } split /\./, $name;
    $env->warning('LDAP_BASE_DN', "is not set; derived from LDAP_COMMON_NAME: $base");
    return $base;
}

# Finds typing errors; slapd checks the DN itself.
sub _dn {
    my ($env, $name, $dn) = @_;
    return if !defined $dn || $dn eq '';
    $dn =~ s/^\s+|\s+$//g;
    my $pair = qr/\s*[A-Za-z0-9][\w.-]*\s*=(?:[^,+"\\<>;\x00-\x1f]|\\.)+/;
    $env->problem($name, "is '$dn', which is not a DN such as dc=example,dc=com") if $dn !~ /^$pair(?:[,+]$pair)*$/;
    return $dn;
}

sub _kind {
    my ($env, $name, $kind) = @_;
    $kind =~ s/^\s+|\s+$//g;
    $env->problem($name, "is '$kind'; only sql (PostgreSQL) is supported") if lc $kind ne 'sql';
    return;
}

# Push approval that is configured but would not be asked for, and variables without effect.
sub _check_push_variables {
    my ($env, $links, @realms) = @_;
    if (defined $env->get('REALM_CONFIG') && grep { $_->[1] =~ /^\s*notification\s*$/i } @$links) {
        $env->problem($_->{variable}{chain}, 'does not ask for notification, but AUTH_BACKENDS does, which REALM_CONFIG overrides;'
            . ' set both alike') for grep { $_->{chain} eq 'sql' } @realms;
    }
    return $env->problem('AUTH_BACKENDS', 'is not set, but NOTIFICATION_URL is; use sql,notification, or sql if logins need no push')
        if defined $env->get('NOTIFICATION_URL') && !defined $env->get('AUTH_BACKENDS') && !defined $env->get('REALM_CONFIG');
    return if grep { defined $_->{push} } @realms;
    $env->warning($_, 'is not used: no chain asks for notification')
        for grep { defined $env->get($_) } 'NOTIFICATION_URL', 'NOTIFICATION_TIMEOUT', 'NOTIFICATION_CA_PATH';
    return;
}

# The default realm is first, but slapd requires a base before one that contains it. Two realms must not have the same base.
sub _ordered {
    my ($env, @realms) = @_;
    my @ordered;
    for my $realm (sort { $b->{default} <=> $a->{default} } @realms) {
        my $base = _comparable($realm->{base} // next);
        my $position = @ordered;
        for my $i (reverse 0 .. $#ordered) {
            my $other = _comparable($ordered[$i]{base});
            $env->problem($realm->{variable}{base}, "is '$realm->{base}', as in " . $ordered[$i]{variable}{base} . '; each realm needs its own base')
                if $base eq $other;
            $position = $i if $base =~ /,\Q$other\E$/;
        }
        splice @ordered, $position, 0, $realm;
    }
    return \@ordered;
}

sub _comparable {
    my ($dn) = @_;
    (my $bare = lc $dn) =~ s/\s*([,=+])\s*/$1/g;
    return $bare;
}

1;
