# Realms.pm: turns SQL_… and LDAP_BASE_DN, or REALM_CONFIG, into the list of realms: a base, a database, four queries each.
package SlapdPgsql::Realms;
use strict;
use warnings;
use File::Spec ();
use SlapdPgsql::Database ();
use SlapdPgsql::RealmConfig ();
use SlapdPgsql::Sql ();

# The queries: our name, the variable, the key in REALM_CONFIG, and whether it may be missing. The last two are not the
# gateway's: who may log in, and how a password is changed.
my @queries = (
    [all_users        => 'SQL_QUERY_ALL_USERS',        'sqlQueryAllUsers'],
    [one_user         => 'SQL_QUERY_ONE_USER',         'sqlQueryOneUser'],
    [all_groups       => 'SQL_QUERY_ALL_GROUPS',       'sqlQueryAllGroups'],
    [groups_by_member => 'SQL_QUERY_GROUPS_BY_MEMBER', 'sqlQueryGroupsByMember'],
    [login_filter     => 'SQL_LOGIN_FILTER',           'sqlLoginFilter', 1],
    [password_change  => 'SQL_PASSWORD_CHANGE',        'sqlPasswordChange', 1],
);

# What is kept of the database's answers: our name, the variable, its unit and the most of it.
my @kept = (
    [cache       => 'SQL_CACHE',             'MiB',     1048576],
    [stale       => 'SQL_SERVE_STALE',       'seconds', 604800],
    [stale_binds => 'SQL_SERVE_STALE_BINDS', 'seconds', 604800],
);

# Returns realms in the order their databases must have in slapd.conf; complaints go to the environment.
# A realm is { name, base, uri, all_users, one_user, all_groups, groups_by_member, login_filter, password_change, cache, stale,
# stale_binds, chain, push, push_timeout, push_ca } and, under "from", the variable that each of these came from; under "written", the queries as they
# were given, with their lines and comments.
sub realms {
    my ($env) = @_;
    _kind($env, 'DIRECTORY_BACKEND', $env->get('DIRECTORY_BACKEND') // 'sql');
    my @links  = map { ['AUTH_BACKENDS', $_] } split /,/, $env->get('AUTH_BACKENDS') // 'sql', -1;
    my @wishes = defined $env->get('REALM_CONFIG') ? SlapdPgsql::RealmConfig::wishes($env)
        : { name => 'default', base => scalar _base($env), links => \@links, at => { base => 'LDAP_BASE_DN', links => 'AUTH_BACKENDS' } };
    my @realms = map { _realm($env, $_) } @wishes;
    _say_about_push($env, \@links, @realms);
    return _ordered($env, @realms);
}

# What REALM_CONFIG does not say is taken from the variables, as in the gateway.
sub _realm {
    my ($env, $wish) = @_;
    my ($options, $at) = ($wish->{options} // {}, $wish->{at}{options});
    my $realm = { name => $wish->{name}, default => $wish->{default} // 1, base => scalar _dn($env, $wish->{at}{base}, $wish->{base}) };
    @{ $realm->{from} }{ 'base', 'uri' } = ($wish->{at}{base});
    ($realm->{from}{uri}, $realm->{uri}) = SlapdPgsql::Database::address($env, $options, $at);
    _kind($env, @$_) for @{ $wish->{kinds} // [] };
    for (@queries) {
        my ($key, $name, $option, $optional) = @$_;
        my $from = $realm->{from}{$key} = defined $options->{$option} ? "$at.$option" : $name;
        my $text = $options->{$option} // $env->get($name);
        $realm->{$key} = _query($env, $from, $text) if defined $text || !$optional;
        $realm->{written}{$key} = $text;
    }
    for (@kept) {
        my ($key, $name, $unit, $most) = @$_;
        my $value = $env->get($name) // next;
        $env->problem($name, "is '$value'; give a number of $unit from 0 to $most")
            if $value !~ /^\s*([0-9]{1,7})\s*$/ || $1 > $most;
        ($realm->{$key} = $value) =~ s/\s//g;
        $realm->{from}{$key} = $name;
    }
    _chain($env, $realm, $wish);
    $env->warning("$at.ldapBaseDn", 'is not used: the base is baseDn')
        if defined $options->{ldapBaseDn} && _comparable($options->{ldapBaseDn}) ne _comparable($wish->{base});
    return $realm;
}

sub _query {
    my ($env, $name, $text) = @_;
    return $env->problem($name, 'is not set; all four queries are needed') if !defined $text;
    my ($line, $wrong) = SlapdPgsql::Sql::one_line($text);
    return $env->problem($name, $wrong) if !defined $line;
    return $line;
}

# A login has to pass all parts of a realm's chain. Leaving out one that is asked for would open the door.
sub _chain {
    my ($env, $realm, $wish) = @_;
    my (%asked, $where);
    for (@{ $wish->{links} }) {
        my ($name, $type, $options, $at) = @$_;
        (my $kind = lc $type) =~ s/^\s+|\s+$//g;
        $asked{$kind} = 1;
        $env->problem($name, $kind eq '' ? 'has an empty part; say sql, or sql,notification'
            : "asks for '$kind'; logins can be checked by sql and notification only") if $kind !~ /^(?:sql|notification)$/;
        _link($env, $realm, $options, $at) if $options;
        ($where, $realm->{push}) = ("$at.notificationUrl", $options->{notificationUrl})
            if $kind eq 'notification' && $options && defined $options->{notificationUrl};
    }
    $realm->{chain} = $asked{notification} ? 'sql notification' : 'sql';
    @{ $realm->{from} }{ 'chain', 'push' } = ($wish->{at}{links}, $where // 'NOTIFICATION_URL');
    $env->problem($wish->{at}{links}, 'asks for notification without sql; the password is always checked first, so that nobody else can'
        . ' make telephones ring: say sql,notification') if $asked{notification} && !$asked{sql};
    # Rows choose for themselves where both queries return the column; where one does, the choice would go unread.
    my @read = grep { SlapdPgsql::Sql::mentions($realm->{$_} // '', 'auth_backends') } 'all_users', 'one_user';
    $env->problem($realm->{from}{ $read[0] eq 'one_user' ? 'all_users' : 'one_user' }, 'does not return auth_backends, but '
        . $realm->{from}{ $read[0] } . ' does; let both return it, so that logins are checked by it') if @read == 1;
    _push($env, $realm) if $asked{notification} || @read;
    return;
}

sub _push {
    my ($env, $realm) = @_;
    my $name = $realm->{from}{push};
    my $uri  = $realm->{push} //= $env->get('NOTIFICATION_URL');
    if (!defined $uri) {
        return $env->problem($name, "is not set, but $realm->{from}{chain} asks for notification") if $realm->{chain} ne 'sql';
        return $env->warning($name, 'is not set: users whose auth_backends asks for notification cannot log in');
    }
    $uri =~ s/^\s+|\s+$//g;
    $env->problem($name, 'is no address of a push endpoint, such as https://push.example.com/send') if $uri !~ m{^https?://[^\s"]+$}i;
    $realm->{push} = $uri;
    @{ $realm->{from} }{ 'push_timeout', 'push_ca' } = ('NOTIFICATION_TIMEOUT', 'NOTIFICATION_CA_PATH');
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

# A login is checked on the row that the directory shows, so a part with another database or query cannot be had.
sub _link {
    my ($env, $realm, $options, $at) = @_;
    my ($own) = defined $options->{sqlUri} ? (SlapdPgsql::Database::address($env, $options, $at))[1] : ();
    $env->problem("$at.sqlUri", 'differs from the directory\'s; logins are checked on the row that the directory shows, so it must be one database')
        if defined $own && $own ne ($realm->{uri} // '');
    my $text = $options->{sqlQueryOneUser} // return;
    my ($query) = SlapdPgsql::Sql::one_line($text);
    $env->problem("$at.sqlQueryOneUser", 'differs from the directory\'s; logins are checked on the row that the directory shows, so let that'
        . ' query return the password too') if ($query // '') ne ($realm->{one_user} // '');
    return;
}

sub _base {
    my ($env) = @_;
    my $base = $env->get('LDAP_BASE_DN');
    return $base if defined $base;
    my $name = $env->get('LDAP_COMMON_NAME');
    if (!defined $name) {
        $env->problem('LDAP_BASE_DN', 'is not set, and neither is LDAP_COMMON_NAME to derive it from (a.b gives dc=a,dc=b)');
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

# Enough to tell a DN from a slip; slapd has the last word.
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
    $env->problem($name, "is '$kind'; only sql is served here (PostgreSQL)") if lc $kind ne 'sql';
    return;
}

# What would leave out a second factor that somebody meant to ask for, and what has no effect.
sub _say_about_push {
    my ($env, $links, @realms) = @_;
    if (defined $env->get('REALM_CONFIG') && grep { $_->[1] =~ /^\s*notification\s*$/i } @$links) {
        $env->problem($_->{from}{chain}, 'does not ask for notification, but AUTH_BACKENDS does, which REALM_CONFIG takes the place of;'
            . ' say in both what is meant') for grep { $_->{chain} eq 'sql' } @realms;
    }
    return $env->problem('AUTH_BACKENDS', 'is not set, but NOTIFICATION_URL is; say sql,notification, or sql if logins need no push')
        if defined $env->get('NOTIFICATION_URL') && !defined $env->get('AUTH_BACKENDS') && !defined $env->get('REALM_CONFIG');
    return if grep { defined $_->{push} } @realms;
    $env->warning($_, 'is not used: no chain asks for notification')
        for grep { defined $env->get($_) } 'NOTIFICATION_URL', 'NOTIFICATION_TIMEOUT', 'NOTIFICATION_CA_PATH';
    return;
}

# The default realm goes first, but slapd wants a base inside another one before that one; two realms with one base
# cannot be told apart.
sub _ordered {
    my ($env, @realms) = @_;
    my @ordered;
    for my $realm (sort { $b->{default} <=> $a->{default} } @realms) {
        my $base = _comparable($realm->{base} // next);
        my $place = @ordered;
        for my $i (reverse 0 .. $#ordered) {
            my $other = _comparable($ordered[$i]{base});
            $env->problem($realm->{from}{base}, "is '$realm->{base}', as in " . $ordered[$i]{from}{base} . '; each realm needs its own base')
                if $base eq $other;
            $place = $i if $base =~ /,\Q$other\E$/;
        }
        splice @ordered, $place, 0, $realm;
    }
    return \@ordered;
}

sub _comparable {
    my ($dn) = @_;
    (my $bare = lc $dn) =~ s/\s*([,=+])\s*/$1/g;
    return $bare;
}

1;
