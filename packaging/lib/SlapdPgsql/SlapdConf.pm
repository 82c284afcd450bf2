# SlapdConf.pm: turns a described deployment into the lines of a slapd.conf, each with the variable it came from.
package SlapdPgsql::SlapdConf;
use strict;
use warnings;

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
        '# All goes to standard error by slapd\'s -d; nothing to syslog, which would say it twice.',
        'loglevel 0',
        'sizelimit unlimited',
        root_dse($deployment) ? 'rootDSE ' . quoted($place->{root_dse}) : (),
    );
    if (my $tls = $deployment->{tls}) {
        push @lines, ['TLSCertificateFile ' . quoted($place->{certificate}), $tls->{origin}],
            ['TLSCertificateKeyFile ' . quoted($place->{key}), $tls->{origin}],
            ['# Debian\'s slapd speaks GnuTLS: versions and ciphers are one priority string, TLSProtocolMin does nothing.'],
            ['TLSCipherSuite ' . quoted($tls->{priority}), 'TLS_CIPHERS'];
    }
    push @lines, _database($deployment, $_) for @{ $deployment->{realms} };
    return @lines;
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
    my $from = $realm->{from};
    my $line = sub { my ($text, $key) = @_; return [$text, $from->{$key}] };
    my $many = @{ $deployment->{realms} } > 1;
    (my $title = $realm->{name}) =~ s/[\x00-\x1f]/ /g;
    return (
        [''],
        ($many ? ["# realm $title"] : ()),
        ['database pgsql', 'BACK_PGSQL_MODULE'],
        $line->('suffix ' . quoted($realm->{base}), 'base'),
        $line->('pgsql-uri ' . quoted($realm->{uri}), 'uri'),
        $line->("pgsql-list users $realm->{all_users}", 'all_users'),
        $line->("pgsql-lookup users uid $realm->{one_user}", 'one_user'),
        $line->("pgsql-list groups $realm->{all_groups}", 'all_groups'),
        $line->("pgsql-lookup groups memberUid $realm->{groups_by_member}", 'groups_by_member'),
        ['pgsql-anonymous-search ' . ($deployment->{anonymous} ? 'on' : 'off'), 'REQUIRE_AUTH_FOR_SEARCH'],
        $realm->{chain} eq 'sql' ? () : $line->("pgsql-auth-backends $realm->{chain}", 'chain'),
        !defined $realm->{push} ? () : $line->('pgsql-push-uri ' . quoted($realm->{push}), 'push'),
        !defined $realm->{push_timeout} ? () : ["pgsql-push-timeout $realm->{push_timeout}", 'NOTIFICATION_TIMEOUT'],
        !defined $realm->{push_ca} ? () : ['pgsql-push-ca ' . quoted($realm->{push_ca}), 'NOTIFICATION_CA_PATH'],
        !defined $realm->{gate} ? () : $line->("pgsql-gate users $realm->{gate}", 'gate'),
        !defined $realm->{password_change} ? () : $line->("pgsql-password-change users $realm->{password_change}", 'password_change'),
        ['access to attrs=userPassword by ' . (defined $realm->{password_change} ? 'self =xw by ' : '') . '* auth'],
        ['access to * by ' . ($deployment->{anonymous} ? '* read' : 'users read by * auth')],
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
