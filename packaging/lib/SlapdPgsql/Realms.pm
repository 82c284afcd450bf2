# Realms.pm: turns SQL_… and LDAP_BASE_DN, or REALM_CONFIG, into the list of realms: a base, a database, four queries each.
package SlapdPgsql::Realms;
use strict;
use warnings;
use SlapdPgsql::Database ();
use SlapdPgsql::RealmConfig ();
use SlapdPgsql::Sql ();

# The queries: our name, the variable, and the key in REALM_CONFIG.
my @queries = (
    [all_users        => 'SQL_QUERY_ALL_USERS',        'sqlQueryAllUsers'],
    [one_user         => 'SQL_QUERY_ONE_USER',         'sqlQueryOneUser'],
    [all_groups       => 'SQL_QUERY_ALL_GROUPS',       'sqlQueryAllGroups'],
    [groups_by_member => 'SQL_QUERY_GROUPS_BY_MEMBER', 'sqlQueryGroupsByMember'],
);

# Returns realms in the order their databases must have in slapd.conf; complaints go to the environment.
# A realm is { name, base, uri, all_users, one_user, all_groups, groups_by_member } and, under "from", the variable that
# each of these came from.
sub realms {
    my ($env) = @_;
    _chain($env, 'AUTH_BACKENDS', $_) for split /,/, $env->get('AUTH_BACKENDS') // 'sql', -1;
    _kind($env, 'DIRECTORY_BACKEND', $env->get('DIRECTORY_BACKEND') // 'sql');
    _notification($env);
    my @wishes = defined $env->get('REALM_CONFIG') ? SlapdPgsql::RealmConfig::wishes($env)
        : { name => 'default', base => scalar _base($env), at => { base => 'LDAP_BASE_DN' } };
    return _ordered($env, map { _realm($env, $_) } @wishes);
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
        my ($key, $name, $option) = @$_;
        my $from = $realm->{from}{$key} = defined $options->{$option} ? "$at.$option" : $name;
        $realm->{$key} = _query($env, $from, $options->{$option} // $env->get($name));
    }
    _link($env, $realm, @$_) for @{ $wish->{links} // [] };
    $env->warning("$at.ldapBaseDn", 'is not used: the base is baseDn')
        if defined $options->{ldapBaseDn} && _comparable($options->{ldapBaseDn}) ne _comparable($wish->{base});
    return $realm;
}

sub _query {
    my ($env, $name, $text) = @_;
    return $env->problem($name, 'is not set; all four queries are needed') if !defined $text;
    my ($line, $wrong) = SlapdPgsql::Sql::one_line($text);
    return $env->problem($name, $wrong) if !defined $line;
    $env->problem($name, 'asks for auth_backends, by which the gateway chooses how each user logs in; here every login is checked alike,'
        . ' so leave that column out if no user needs more than a password') if SlapdPgsql::Sql::mentions($line, 'auth_backends');
    return $line;
}

# One part of a realm's chain. A login is checked on the row that the directory shows, so a part with another database or
# query cannot be had.
sub _link {
    my ($env, $realm, $name, $type, $options, $at) = @_;
    _chain($env, $name, $type);
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

# Every link of the chain must agree to a login. Leaving out one that is asked for would open the door.
sub _chain {
    my ($env, $name, $type) = @_;
    (my $kind = lc $type) =~ s/^\s+|\s+$//g;
    return if $kind eq 'sql';
    return $env->problem($name, 'asks for notification (push), which this version does not have; it does not start rather than log in users'
        . ' without their second factor. Say sql alone only if a password is enough') if $kind eq 'notification';
    return $env->problem($name, $kind eq '' ? 'has an empty part; say sql' : "asks for '$kind'; passwords can be checked by sql only");
}

sub _notification {
    my ($env) = @_;
    return if !defined $env->get('NOTIFICATION_URL');
    return $env->problem('AUTH_BACKENDS', 'is not set, but NOTIFICATION_URL is; say sql if logins need no push')
        if !defined $env->get('AUTH_BACKENDS') && !defined $env->get('REALM_CONFIG');
    $env->warning('NOTIFICATION_URL', 'is not used: no chain asks for notification');
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
