# Migration.pm: turns a described deployment of the gateway into the settings of a slapd, with remarks and suggestions for people.
package SlapdPgsql::Migration;
use strict;
use warnings;
use SlapdPgsql::Sql ();
use SlapdPgsql::SlapdConf ();
use SlapdPgsql::Suggestions ();

# A setting is { name, value, perhaps: remarks (lines of text), quoted (in slapd.conf the value has to be), off (shown, not in
# force) }. PLACE says where things are: modules, module, schema, own_schema, certificate, key, root_dse. Returns { global,
# databases }: lists of settings, and a list of such lists.
sub settings {
    my ($deployment, $place) = @_;
    return {
        global    => [_schema($place), _module($place), _server($deployment, $place), _tls($deployment, $place)],
        databases => [map { [_database($deployment, $_)] } @{ $deployment->{realms} }],
        monitor   => [_monitor($deployment)],
    };
}

sub _setting {
    my ($name, $value, @remarks) = @_;
    return { name => $name, value => $value, remarks => \@remarks };
}

sub _path { return { %{ _setting(@_) }, quoted => 1 } }

sub _schema {
    my ($place) = @_;
    my @own = ('What Debian\'s schemas lack: groups whose members are DNs as well, for Proxmox VE, in place of nis; and sshPublicKey.');
    return (
        (map { _path('include', "$place->{schema}/$_.schema") } qw(core cosine inetorgperson)),
        (map { _path('include', "$place->{own_schema}/$_.schema", splice @own) } qw(rfc2307bis openssh-lpk)),
    );
}

sub _module {
    my ($place) = @_;
    return defined $place->{module} ? _path('moduleload', $place->{module}, 'BACK_PGSQL_MODULE')
        : (_path('modulepath', $place->{modules}), _setting('moduleload', 'back_pgsql'));
}

# What slapd.conf cannot say, where it listens, is said in a remark.
sub _server {
    my ($deployment, $place) = @_;
    my $scheme = $deployment->{tls} ? 'ldaps' : 'ldap';
    my $host = $deployment->{host} =~ /^(?:::|0\.0\.0\.0)$/ ? '' : $deployment->{host} =~ /:/ ? "[$deployment->{host}]" : $deployment->{host};
    my $standard = $deployment->{port} == ($deployment->{tls} ? 636 : 389) ? '' : ":$deployment->{port}";
    my $root_dse = SlapdPgsql::SlapdConf::root_dse($deployment);
    my ($attribute) = defined $root_dse ? $root_dse =~ /^(defaultNamingContext: .*)$/m : ();
    return (
        _path('pidfile', $place->{pidfile}),
        _setting('loglevel', $deployment->{log} =~ tr/,/ /r, 'LOG_LEVEL: what goes to the log.'),
        _setting('sasl-secprops', $SlapdPgsql::SlapdConf::sasl_properties,
            'Logins are simple binds: nodict leaves EXTERNAL, and no SASL mechanism that would need the passwords (SCRAM, CRAM-MD5, ...).'),
        _time_limits(),
        !defined $root_dse ? () : _path('rootDSE', $place->{root_dse},
            'The default realm\'s base is around another one\'s, which slapd wants first. Clients without a search base find the default by this',
            'file, which you have to write:', '  dn:', "  $attribute"),
        # A remark that belongs to no setting.
        { remarks => ['PORT, BIND_IP: where slapd listens is no part of its configuration. In /etc/default/slapd:',
            "  SLAPD_SERVICES=\"$scheme://$host$standard/ ldapi:///\""] },
    );
}

sub _time_limits {
    my @remarks = ('Seconds after which clients that do not read their answers, that ask nothing, or whose search takes long lose what they hold of slapd.');
    return map { _setting(@$_, splice @remarks) } @SlapdPgsql::SlapdConf::time_limits;
}

sub _tls {
    my ($deployment, $place) = @_;
    my $tls = $deployment->{tls} or return { remarks => ['LDAP_UNENCRYPTED: passwords travel as they are; sooner or later use certificates.'] };
    my ($certificate, $key) = $tls->{path} ? @{ $tls->{path} } : @$place{ 'certificate', 'key' };
    my @how = $tls->{path} ? ('LDAP_CERT_PATH, LDAP_KEY_PATH: the user that slapd runs as, openldap, has to be able to read them.')
        : $tls->{content} ? ('LDAP_CERT_CONTENT, LDAP_KEY_CONTENT: write them to these files, readable for the user that slapd runs as, openldap:')
        : ('The gateway makes itself a certificate. This makes one like it; the key has to be readable for openldap and nobody else:',
            "  openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj /CN=$deployment->{name} -addext subjectAltName="
                . ($deployment->{name} =~ /^[\d.]+$|:/ ? 'IP' : 'DNS') . ":$deployment->{name} \\", "    -out $certificate -keyout $key");
    return (
        _path('TLSCertificateFile', $certificate, @how),
        _path('TLSCertificateKeyFile', $key),
        _tls_settings($tls),
    );
}

sub _tls_settings {
    my ($tls) = @_;
    my @how = ("TLS_MIN_VERSION, TLS_MAX_VERSION, TLS_CIPHERS, as slapd's $tls->{library} needs them. Proxmox VE needs TLS 1.2.",
        $tls->{library} eq 'GnuTLS' ? 'A slapd with OpenSSL, as Debian 13 has it, needs others: TLSProtocolMin 3.3' : 'A slapd with GnuTLS, as Debian 12 has it, needs others: a priority string');
    return map { _path(@$_, splice @how) } @{ $tls->{settings} };
}

sub _monitor {
    my ($deployment) = @_;
    my @remarks = ('LDAP_MONITOR_PASSWORD: what slapd and its databases have counted, for this name and password alone; see slapd-pgsql-operations(7), MONITORING.');
    return map { { %{ _setting($_->{directive}, $_->{value}, splice @remarks) }, quoted => $_->{quoted} } } SlapdPgsql::SlapdConf::monitor($deployment);
}

my %remark = (
    'suffix'                  => 'the base',
    'pgsql-uri'               => 'where PostgreSQL is. The role needs SELECT on what the queries read, and no more. The password makes this file a secret',
    'pgsql-list users'        => 'all users',
    'pgsql-lookup users'      => 'one user, by name',
    'pgsql-list groups'       => 'all groups',
    'pgsql-lookup groups'     => 'the groups of a user',
    'pgsql-anonymous-search'  => 'whether searches need no login',
    'pgsql-auth-backends'     => 'what a login has to pass',
    'pgsql-push-uri'          => 'where approvals of logins are asked for',
    'pgsql-push-timeout'      => 'seconds in which a login has to be approved',
    'pgsql-push-ca'           => 'who may vouch for that address',
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
        if (defined $directive->{of}) {
            my $query = SlapdPgsql::Sql::several_lines($realm->{written}{ $directive->{of} });
            $value = $directive->{words} . ($query =~ /\n/ ? "\n  " : ' ') . $query;
        }
        my $title = $name eq 'database' && @{ $deployment->{realms} } > 1 ? "Realm $realm->{name}" =~ s/[\x00-\x1f]/ /gr : undef;
        push @out, { %{ _setting($name, $value, defined $title ? $title : defined $remark ? "$directive->{from}: $remark." : ()) },
            quoted => $directive->{quoted} };
        push @out, _setting('sizelimit', 'unlimited',
            'slapd\'s own default ends a search after 500 entries, and clients take that for all there are.') if $name eq 'suffix';
    }
    return @out;
}

1;
