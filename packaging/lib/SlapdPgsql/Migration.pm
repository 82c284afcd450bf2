# Migration.pm: the settings of a slapd for a described deployment of the gateway, with remarks and suggestions.
package SlapdPgsql::Migration;
use strict;
use warnings;
use SlapdPgsql::Sql ();
use SlapdPgsql::SlapdConf ();
use SlapdPgsql::Suggestions ();

# A setting is { name, value, perhaps: remarks (lines of text), quoted (in slapd.conf the value has to be), off (shown, but not
# in effect) }. PATHS are those of modules, module, schema, own_schema, pidfile, certificate, key and root_dse. Returns a list of
# sections, which are lists of settings: the global ones, then those of each database.
sub settings {
    my ($deployment, $paths) = @_;
    return [
        [_schema($paths), _module($paths), _server($deployment, $paths), _tls($deployment, $paths)],
        [_config()],
        (map { [_database($deployment, $_)] } @{ $deployment->{realms} }),
        grep { @$_ } [_monitor($deployment)],
    ];
}

sub _setting {
    my ($name, $value, @remarks) = @_;
    return { name => $name, value => $value, remarks => \@remarks };
}

sub _path { return { %{ _setting(@_) }, quoted => 1 } }

sub _schema {
    my ($paths) = @_;
    my @own = ('What Debian\'s schemas lack: sshPublicKey, and groups whose members are DNs as well, for Proxmox VE, instead of nis.');
    return (
        (map { _path('include', "$paths->{schema}/$_.schema") } qw(core cosine inetorgperson)),
        (map { _path('include', "$paths->{own_schema}/$_.schema", splice @own) } qw(rfc2307bis openssh-lpk)),
    );
}

sub _module {
    my ($paths) = @_;
    return defined $paths->{module} ? _path('moduleload', $paths->{module}, 'BACK_PGSQL_MODULE')
        : (_path('modulepath', $paths->{modules}), _setting('moduleload', 'back_pgsql'));
}

# The addresses that slapd listens on are no part of slapd.conf; a remark has them.
sub _server {
    my ($deployment, $paths) = @_;
    my $scheme = $deployment->{tls} ? 'ldaps' : 'ldap';
    my $host = $deployment->{host} =~ /^(?:::|0\.0\.0\.0)$/ ? '' : $deployment->{host} =~ /:/ ? "[$deployment->{host}]" : $deployment->{host};
    my $standard = $deployment->{port} == ($deployment->{tls} ? 636 : 389) ? '' : ":$deployment->{port}";
    my $root_dse = SlapdPgsql::SlapdConf::root_dse($deployment);
    my ($attribute) = defined $root_dse ? $root_dse =~ /^(defaultNamingContext: .*)$/m : ();
    return (
        _path('pidfile', $paths->{pidfile}),
        _setting('loglevel', $deployment->{log} =~ tr/,/ /r, 'LOG_LEVEL: what goes to the log.'),
        _setting('sasl-secprops', $SlapdPgsql::SlapdConf::sasl_properties,
            'Logins are simple binds: nodict leaves EXTERNAL, and no SASL mechanism that needs plain passwords (SCRAM, CRAM-MD5, ...).'),
        _time_limits(),
        !defined $root_dse ? () : _path('rootDSE', $paths->{root_dse},
            'The default realm\'s base contains another one\'s, which slapd requires first. Clients without a search base find the default in this',
            'file, which you have to write:', '  dn:', "  $attribute"),
        # A remark that belongs to no setting.
        { remarks => ['PORT, BIND_IP: the addresses that slapd listens on are no part of its configuration. In /etc/default/slapd:',
            "  SLAPD_SERVICES=\"$scheme://$host$standard/ ldapi:///\""] },
    );
}

sub _time_limits {
    my @remarks = ('Seconds after which slapd closes connections that do not read or are idle, and ends long searches.');
    return map { _setting(@$_, splice @remarks) } @SlapdPgsql::SlapdConf::time_limits;
}

sub _tls {
    my ($deployment, $paths) = @_;
    my $tls = $deployment->{tls} or return { remarks => ['LDAP_UNENCRYPTED: passwords are sent in plain text; use certificates if you can.'] };
    my ($certificate, $key) = $tls->{path} ? @{ $tls->{path} } : @$paths{ 'certificate', 'key' };
    my @remarks = $tls->{path} ? ('LDAP_CERT_PATH, LDAP_KEY_PATH: openldap, the user that slapd runs as, must be able to read them.')
        : $tls->{content} ? ('LDAP_CERT_CONTENT, LDAP_KEY_CONTENT: write them to these files, readable for openldap, the user that slapd runs as:')
        : ('The gateway creates a certificate for itself. This creates a similar one; only openldap may be able to read the key:',
            "  openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj /CN=$deployment->{name} -addext subjectAltName="
                . ($deployment->{name} =~ /^[\d.]+$|:/ ? 'IP' : 'DNS') . ":$deployment->{name} \\", "    -out $certificate -keyout $key");
    return (
        _path('TLSCertificateFile', $certificate, @remarks),
        _path('TLSCertificateKeyFile', $key),
        _tls_settings($tls),
    );
}

sub _tls_settings {
    my ($tls) = @_;
    my @remarks = ("TLS_MIN_VERSION, TLS_MAX_VERSION, TLS_CIPHERS, for slapd's $tls->{library}. Proxmox VE needs TLS 1.2.",
        $tls->{library} eq 'GnuTLS' ? 'A slapd with OpenSSL, as in Debian 13, needs other ones: TLSProtocolMin 3.3' : 'A slapd with GnuTLS, as in Debian 12, needs other ones: a priority string');
    return map { _path(@$_, splice @remarks) } @{ $tls->{settings} };
}

sub _config {
    return (
        _setting('database', 'config'),
        _setting('access', 'to * by dn.exact=gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth manage',
            'root of this machine may change the configuration: ldapmodify -Y EXTERNAL -H ldapi:///'),
    );
}

sub _monitor {
    my ($deployment) = @_;
    my @remarks = ('LDAP_MONITOR_PASSWORD: the counters of slapd and its databases, for this name and password only; see slapd-pgsql-operations(7), MONITORING.');
    return map { { %{ _setting($_->{directive}, $_->{value}, splice @remarks) }, quoted => $_->{quoted} } } SlapdPgsql::SlapdConf::monitor($deployment);
}

my %remark = (
    'suffix'                  => 'the base',
    'pgsql-uri'               => 'the address of PostgreSQL. The role needs SELECT on what the queries read, and no more. The password makes this file a secret',
    'pgsql-list users'        => 'all users',
    'pgsql-lookup users'      => 'one user, by name',
    'pgsql-list groups'       => 'all groups',
    'pgsql-lookup groups'     => 'the groups of a user',
    'pgsql-anonymous-search'  => 'whether searches need no login',
    'pgsql-auth-backends'     => 'the checks of a login',
    'pgsql-push-uri'          => 'the push endpoint',
    'pgsql-push-timeout'      => 'seconds in which a user must approve a login',
    'pgsql-push-ca'           => 'the authorities for its certificate',
    'pgsql-login-filter users' => 'who may log in',
    'pgsql-password-change users' => 'how passwords are changed',
);

sub _database {
    my ($deployment, $realm) = @_;
    my @out;
    for my $directive (SlapdPgsql::SlapdConf::directives($deployment, $realm)) {
        my ($name, $value) = @$directive{ 'directive', 'value' };
        my ($kind) = split / /, $directive->{words} // '';
        my $remark = $remark{ join ' ', grep { defined } $name, $kind };
        push @out, SlapdPgsql::Suggestions::for_realm($realm) if $name eq 'access' && $out[-1]{name} ne 'access';
        if (defined $directive->{query}) {
            my $query = SlapdPgsql::Sql::several_lines($realm->{written}{ $directive->{query} });
            $value = $directive->{words} . ($query =~ /\n/ ? "\n  " : ' ') . $query;
        }
        my $title = $name eq 'database' && @{ $deployment->{realms} } > 1 ? "Realm $realm->{name}" =~ s/[\x00-\x1f]/ /gr : undef;
        push @out, { %{ _setting($name, $value, defined $title ? $title : defined $remark ? "$directive->{variable}: $remark." : ()) },
            quoted => $directive->{quoted} };
        push @out, _setting('sizelimit', 'unlimited',
            'slapd ends searches after 500 entries by default, and clients would take these for all.') if $name eq 'suffix';
    }
    return @out;
}

1;
