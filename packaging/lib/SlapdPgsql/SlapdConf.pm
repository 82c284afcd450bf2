# SlapdConf.pm: the lines of a slapd.conf for a described deployment, each with the name of its variable.
package SlapdPgsql::SlapdConf;
use strict;
use warnings;

our $sasl_properties = 'noanonymous,noplain,nodict';

# Who alone reads slapd's counters.
our $monitor_dn = 'cn=monitoring,cn=Monitor';

# Seconds after which slapd closes connections that do not read or are idle, and ends long searches.
our @time_limits = (['writetimeout', 10], ['idletimeout', 1800], ['timelimit', 300]);

# PATHS are those of module, schema, own_schema, pidfile, root_dse, certificate and key. Returns a list of [line, variable or undef],
# one for each line of the file.
sub lines {
    my ($deployment, $paths) = @_;
    my @lines = map { ref $_ ? $_ : [$_] } (
        '# Written by slapd-from-env; the next start overwrites changes.',
        (map { 'include ' . quoted("$paths->{schema}/$_.schema") } qw(core cosine inetorgperson)),
        _own_schema($paths->{own_schema}),
        ['moduleload ' . quoted($paths->{module}), 'BACK_PGSQL_MODULE'],
        'pidfile ' . quoted($paths->{pidfile}),
        $deployment->{syslog}
        ? ['loglevel ' . $deployment->{log} =~ tr/,/ /r, 'LOG_TARGET']
        : ('# The log goes to standard error, by slapd\'s -d; nothing to syslog as well.', 'loglevel 0'),
        '# After SIGHUP slapd answers pending requests before SIGTERM ends it.',
        'gentlehup on',
        'sizelimit unlimited',
        '# Clients that do not read, idle connections, long searches.',
        (map { "$_->[0] $_->[1]" } @time_limits),
        '# Logins are simple binds: nodict leaves EXTERNAL, and no SASL mechanism that needs plain passwords (SCRAM, CRAM-MD5, ...).',
        "sasl-secprops $sasl_properties",
        root_dse($deployment) ? 'rootDSE ' . quoted($paths->{root_dse}) : (),
    );
    if (my $tls = $deployment->{tls}) {
        push @lines, ['TLSCertificateFile ' . quoted($paths->{certificate}), $tls->{origin}],
            ['TLSCertificateKeyFile ' . quoted($paths->{key}), $tls->{origin}],
            ["# Versions and ciphers, as slapd's $tls->{library} needs them."],
            map { ["$_->[0] " . quoted($_->[1]), 'TLS_CIPHERS'] } @{ $tls->{settings} };
    }
    push @lines, _database($deployment, $_) for @{ $deployment->{realms} };
    push @lines, [''], map { [join(' ', $_->{directive}, $_->{quoted} ? quoted($_->{value}) : $_->{value}), $_->{variable}] } monitor($deployment);
    return @lines;
}

# The directives of slapd's database of counters, in the form of directives(); none without a password.
sub monitor {
    my ($deployment) = @_;
    my $password = $deployment->{monitor} // return;
    my @directives = map { { directive => $_->[0], value => $_->[1], quoted => $_->[2], variable => 'LDAP_MONITOR_PASSWORD' } }
        ['database', 'monitor'], ['rootdn', $monitor_dn, 1], ['rootpw', $password, 1], ['access', 'to * by * none'];
    return @directives;
}

# What Debian's schemas lack: sshPublicKey, and posixGroups that are groupOfNames as well, so that Proxmox VE sees their
# members. A copy, since slapd's user may not be able to reach a checkout.
sub _own_schema {
    my ($directory) = @_;
    die "the directory of schemas is missing beside slapd-from-env; install it again\n" if !defined $directory;
    my @lines;
    for my $file (map { "$directory/$_.schema" } qw(rfc2307bis openssh-lpk)) {
        open my $in, '<', $file or die "cannot read $file: $!\n";
        push @lines, grep { !/^\s*(?:#|$)/ } <$in>;
    }
    chomp @lines;
    return @lines;
}

# The module announces the first database's base as defaultNamingContext. If the default realm cannot be first, since its base
# contains another one's, this is the text of a file that announces it.
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
        map { [join(' ', $_->{directive}, $_->{quoted} ? quoted($_->{value}) : $_->{value}), $_->{variable}] } directives($deployment, $realm),
    );
}

# The directives of a realm's database, in their order: { directive, value, variable, and perhaps: quoted (in slapd.conf the value
# has to be quoted), query (the key of the realm's query, which follows "words") }.
sub directives {
    my ($deployment, $realm) = @_;
    my $directive = sub { my ($name, $value, $variable) = @_; return { directive => $name, value => $value, variable => $variable } };
    my $setting = sub { my ($name, $key) = @_; return !defined $realm->{$key} ? () : $directive->($name, $realm->{$key}, $realm->{variable}{$key}) };
    my $quoted = sub { return map { +{ %$_, quoted => 1 } } $setting->(@_) };
    my $query = sub {
        my ($name, $words, $key) = @_;
        return map { +{ %$_, value => "$words $_->{value}", words => $words, query => $key } } $setting->($name, $key);
    };
    return (
        $directive->('database', 'pgsql', 'BACK_PGSQL_MODULE'),
        $quoted->('suffix', 'base'),
        $quoted->('pgsql-uri', 'uri'),
        $query->('pgsql-list', 'users', 'all_users'),
        $query->('pgsql-lookup', 'users uid', 'one_user'),
        $query->('pgsql-list', 'groups', 'all_groups'),
        $query->('pgsql-lookup', 'groups memberUid', 'groups_by_member'),
        $directive->('pgsql-anonymous-search', $deployment->{anonymous} ? 'on' : 'off', 'REQUIRE_AUTH_FOR_SEARCH'),
        $setting->('pgsql-timeout', 'timeout'),
        $setting->('pgsql-pool-size', 'pool_size'),
        $setting->('pgsql-refuse-after', 'refuse_after'),
        $realm->{chain} eq 'sql' ? () : $setting->('pgsql-auth-backends', 'chain'),
        $quoted->('pgsql-push-uri', 'push'),
        $setting->('pgsql-push-timeout', 'push_timeout'),
        $quoted->('pgsql-push-ca', 'push_ca'),
        $query->('pgsql-login-filter', 'users', 'login_filter'),
        $query->('pgsql-password-change', 'users', 'password_change'),
        $setting->('pgsql-cache', 'cache'),
        $setting->('pgsql-serve-stale', 'stale'),
        $setting->('pgsql-serve-stale-binds', 'stale_binds'),
        $directive->('access', 'to attrs=userPassword by ' . (defined $realm->{password_change} ? 'self =xw by ' : '') . '* auth'),
        $directive->('access', 'to * by ' . ($deployment->{anonymous} ? '* read' : 'users read by * auth')),
    );
}

# One word for slapd's tokenizer.
sub quoted {
    my ($text) = @_;
    die "a line break cannot be written in slapd.conf\n" if $text =~ /[\r\n\0]/;
    $text =~ s/(["\\])/\\$1/g;
    return qq("$text");
}

1;
