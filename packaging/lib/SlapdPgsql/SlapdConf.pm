# SlapdConf.pm: turns a described deployment into the lines of a slapd.conf, each with the variable it came from.
package SlapdPgsql::SlapdConf;
use strict;
use warnings;

our $sasl_properties = 'noanonymous,noplain,nodict';

# Seconds after which clients that do not read, that ask nothing, or whose search takes long lose what they hold of slapd.
our @time_limits = (['writetimeout', 10], ['idletimeout', 1800], ['timelimit', 300]);

# PLACE says where things are: module, schema, own_schema, pidfile, root_dse, certificate, key. Returns a list of [line, variable or undef];
# a line of the list is a line of the file.
sub lines {
    my ($deployment, $place) = @_;
    my @lines = map { ref $_ ? $_ : [$_] } (
        '# Written by slapd-from-env; what is changed here is lost at the next start.',
        (map { 'include ' . quoted("$place->{schema}/$_.schema") } qw(core cosine inetorgperson)),
        _own_schema($place->{own_schema}),
        ['moduleload ' . quoted($place->{module}), 'BACK_PGSQL_MODULE'],
        'pidfile ' . quoted($place->{pidfile}),
        $deployment->{syslog}
        ? ['loglevel ' . $deployment->{log} =~ tr/,/ /r, 'LOG_TARGET']
        : ('# All goes to standard error by slapd\'s -d; nothing to syslog, which would say it twice.', 'loglevel 0'),
        '# SIGHUP before SIGTERM has slapd answer what it was asked before it ends.',
        'gentlehup on',
        'sizelimit unlimited',
        '# Clients that do not read their answers, that ask nothing, or whose search takes long.',
        (map { "$_->[0] $_->[1]" } @time_limits),
        '# Logins are simple binds: nodict leaves EXTERNAL, and no SASL mechanism that would need the passwords (SCRAM, CRAM-MD5, ...).',
        "sasl-secprops $sasl_properties",
        root_dse($deployment) ? 'rootDSE ' . quoted($place->{root_dse}) : (),
    );
    if (my $tls = $deployment->{tls}) {
        push @lines, ['TLSCertificateFile ' . quoted($place->{certificate}), $tls->{origin}],
            ['TLSCertificateKeyFile ' . quoted($place->{key}), $tls->{origin}],
            ["# Versions and ciphers, as slapd's $tls->{library} needs them."],
            map { ["$_->[0] " . quoted($_->[1]), 'TLS_CIPHERS'] } @{ $tls->{settings} };
    }
    push @lines, _database($deployment, $_) for @{ $deployment->{realms} };
    push @lines, [''], map { [join(' ', $_->{directive}, $_->{quoted} ? quoted($_->{value}) : $_->{value}), $_->{from}] } monitor($deployment);
    return @lines;
}

# The directives of slapd's database of counters, in the shape of directives(); none if it was not asked for.
sub monitor {
    my ($deployment) = @_;
    my $password = $deployment->{monitor} // return;
    my @of = map { { directive => $_->[0], value => $_->[1], quoted => $_->[2], from => 'LDAP_MONITOR_PASSWORD' } }
        ['database', 'monitor'], ['rootdn', 'cn=monitoring,cn=Monitor', 1], ['rootpw', $password, 1], ['access', 'to * by * none'];
    return @of;
}

# What Debian's schemas lack: sshPublicKey, and posixGroups that are groupOfNames as well, so that Proxmox VE sees their
# members. Copied, since slapd's user may not reach a checkout.
sub _own_schema {
    my ($directory) = @_;
    die "the folder schema is missing beside slapd-from-env; install it again\n" if !defined $directory;
    my @lines;
    for my $file (map { "$directory/$_.schema" } qw(rfc2307bis openssh-lpk)) {
        open my $in, '<', $file or die "cannot read $file: $!\n";
        push @lines, grep { !/^\s*(?:#|$)/ } <$in>;
    }
    chomp @lines;
    return @lines;
}

# The module names the first database's base as defaultNamingContext. Where the default realm cannot be first, for its
# base is around another one's, this is the text of a file that names it.
sub root_dse {
    my ($deployment) = @_;
    my ($first)   = @{ $deployment->{realms} };
    my ($default) = grep { $_->{default} } @{ $deployment->{realms} };
    return !$default || $default == $first ? undef : "dn:\ndefaultNamingContext: $default->{base}\n";
}

# One realm. Entries are directly under the base, as in the gateway.
sub _database {
    my ($deployment, $realm) = @_;
    (my $title = $realm->{name}) =~ s/[\x00-\x1f]/ /g;
    return (
        [''],
        (@{ $deployment->{realms} } > 1 ? ["# realm $title"] : ()),
        map { [join(' ', $_->{directive}, $_->{quoted} ? quoted($_->{value}) : $_->{value}), $_->{from}] } directives($deployment, $realm),
    );
}

# The directives of a realm's database, in their order: { directive, value, from, and perhaps: quoted (in slapd.conf the value
# has to be quoted), of (the key of the realm's query in it, which comes behind "words") }.
sub directives {
    my ($deployment, $realm) = @_;
    my $one = sub { my ($directive, $value, $from) = @_; return { directive => $directive, value => $value, from => $from } };
    my $of = sub { my ($directive, $key) = @_; return !defined $realm->{$key} ? () : $one->($directive, $realm->{$key}, $realm->{from}{$key}) };
    my $quoted = sub { return map { +{ %$_, quoted => 1 } } $of->(@_) };
    my $query = sub {
        my ($directive, $words, $key) = @_;
        return map { +{ %$_, value => "$words $_->{value}", words => $words, of => $key } } $of->($directive, $key);
    };
    return (
        $one->('database', 'pgsql', 'BACK_PGSQL_MODULE'),
        $quoted->('suffix', 'base'),
        $quoted->('pgsql-uri', 'uri'),
        $query->('pgsql-list', 'users', 'all_users'),
        $query->('pgsql-lookup', 'users uid', 'one_user'),
        $query->('pgsql-list', 'groups', 'all_groups'),
        $query->('pgsql-lookup', 'groups memberUid', 'groups_by_member'),
        $one->('pgsql-anonymous-search', $deployment->{anonymous} ? 'on' : 'off', 'REQUIRE_AUTH_FOR_SEARCH'),
        $realm->{chain} eq 'sql' ? () : $of->('pgsql-auth-backends', 'chain'),
        $quoted->('pgsql-push-uri', 'push'),
        $of->('pgsql-push-timeout', 'push_timeout'),
        $quoted->('pgsql-push-ca', 'push_ca'),
        $query->('pgsql-login-filter', 'users', 'login_filter'),
        $query->('pgsql-password-change', 'users', 'password_change'),
        $of->('pgsql-cache', 'cache'),
        $of->('pgsql-serve-stale', 'stale'),
        $of->('pgsql-serve-stale-binds', 'stale_binds'),
        $one->('access', 'to attrs=userPassword by ' . (defined $realm->{password_change} ? 'self =xw by ' : '') . '* auth'),
        $one->('access', 'to * by ' . ($deployment->{anonymous} ? '* read' : 'users read by * auth')),
    );
}

# One word for slapd's tokeniser, whatever is in it.
sub quoted {
    my ($text) = @_;
    die "a line break cannot be written in slapd.conf\n" if $text =~ /[\r\n\0]/;
    $text =~ s/(["\\])/\\$1/g;
    return qq("$text");
}

1;
