# ConfigText.pm: turns the settings of a slapd into the text of a slapd.conf, or of an LDIF for cn=config.
package SlapdPgsql::ConfigText;
use strict;
use warnings;
use MIME::Base64 ();
use SlapdPgsql::SlapdConf ();

# Two # begin a remark, one # a setting that is not in force.
sub slapd_conf {
    my ($settings) = @_;
    my $out = join '', map { _conf_setting($_) } @{ $settings->{global} };
    $out .= "\n" . join '', map { _conf_setting($_) } @$_ for @{ $settings->{databases} }, grep { @$_ } $settings->{monitor};
    return $out;
}

sub _conf_setting {
    my ($setting) = @_;
    my $remarks = _remarks($setting);
    return $remarks if !defined $setting->{name};
    my $line = "$setting->{name} " . ($setting->{quoted} ? SlapdPgsql::SlapdConf::quoted($setting->{value}) : $setting->{value});
    $line =~ s/^/#/mg if $setting->{off};
    return "$remarks$line\n";
}

sub _remarks {
    my ($setting) = @_;
    return join '', map { $_ eq '' ? "\n" : "## $_\n" } @{ $setting->{remarks} // [] };
}

# All of cn=config, for slapadd -n 0 into an empty directory. Root on the machine may change it (ldapi, SASL EXTERNAL).
sub ldif {
    my ($settings) = @_;
    my (@schema, @modules, @server);
    for (@{ $settings->{global} }) {
        my $name = $_->{name} // '';
        push @{ $name eq 'include' ? \@schema : $name =~ /^module/ ? \@modules : \@server }, $_;
    }
    my $manage = 'to * by dn.exact=gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth manage';
    my @entries = (
        join('', "dn: cn=config\nobjectClass: olcGlobal\ncn: config\n", map { _ldif_setting($_) } @server),
        join('', "dn: cn=module,cn=config\nobjectClass: olcModuleList\ncn: module\n", map { _ldif_setting($_) } @modules),
        "dn: cn=schema,cn=config\nobjectClass: olcSchemaConfig\ncn: schema\n",
        (map { _remarks($_) . 'include: file://' . $_->{value} =~ s/\.schema$/.ldif/r . "\n" } @schema),
        "dn: olcDatabase={-1}frontend,cn=config\nobjectClass: olcDatabaseConfig\nobjectClass: olcFrontendConfig\nolcDatabase: {-1}frontend\n",
        "dn: olcDatabase={0}config,cn=config\nobjectClass: olcDatabaseConfig\nolcDatabase: {0}config\n## Root of this machine may change"
            . " the configuration: ldapmodify -Y EXTERNAL -H ldapi:///\n" . _attribute('olcAccess', $manage),
        map { _database($_, $settings->{databases}[$_ - 1]) } 1 .. @{ $settings->{databases} },
    );
    push @entries, _database(@{ $settings->{databases} } + 1, $settings->{monitor}) if @{ $settings->{monitor} };
    return join "\n", @entries;
}

sub _database {
    my ($number, $settings) = @_;
    my ($kind) = map { $_->{value} } grep { ($_->{name} // '') eq 'database' } @$settings;
    my $entry = "dn: olcDatabase={$number}$kind,cn=config\nobjectClass: olcDatabaseConfig\nobjectClass: olc\u${kind}Config\n";
    return $entry . join '', map { _ldif_setting(($_->{name} // '') eq 'database' ? { %$_, value => "{$number}$kind" } : $_) } @$settings;
}

my %attribute = (
    database => 'olcDatabase', suffix => 'olcSuffix', access => 'olcAccess', sizelimit => 'olcSizeLimit', pidfile => 'olcPidFile',
    rootdn => 'olcRootDN', rootpw => 'olcRootPW', loglevel => 'olcLogLevel', moduleload => 'olcModuleLoad', modulepath => 'olcModulePath', rootDSE => 'olcRootDSE',
    'sasl-secprops' => 'olcSaslSecProps', writetimeout => 'olcWriteTimeout', idletimeout => 'olcIdleTimeout', timelimit => 'olcTimeLimit',
);

sub _ldif_setting {
    my ($setting) = @_;
    # An empty line would end the entry.
    my $remarks = _remarks($setting) =~ s/^\n/#\n/mgr;
    my $name = $setting->{name} // return $remarks;
    my $attribute = $attribute{$name} // ($name =~ /^pgsql/ ? $name =~ s/^pgsql/olcPg/r =~ s/-(\w)/\u$1/gr : "olc$name");
    my $value = $setting->{value} =~ s/^on$/TRUE/r =~ s/^off$/FALSE/r;
    # Only queries have several lines; in a path a line break would begin another attribute.
    die "a line break in '$name' cannot be written\n" if $value =~ /\n(?! )|\r/;
    my $lines = join '', map { _attribute($attribute, $_) } $name eq 'loglevel' ? split(/ /, $value) : $value;
    $lines =~ s/^(?=.)/#/mg if $setting->{off};
    return $remarks . $lines;
}

# LDIF drops a line break with the blank behind it: what stays of two blanks is one. What it cannot hold is written in base 64.
sub _attribute {
    my ($name, $value) = @_;
    return "$name: " . $value =~ s/\n +/\n  /gr . "\n" if $value =~ /^[^\x00-\x20:<][\x01-\x09\x0a-\x7e]*$/ && $value !~ / $/;
    (my $shown = $value) =~ s/\s*\n\s*/\n##   /g;
    return "## $shown\n$name\:: " . MIME::Base64::encode_base64($value =~ s/\s*\n\s*/ /gr, '') =~ s/(.{70})(?=.)/$1\n /gr . "\n";
}

1;
