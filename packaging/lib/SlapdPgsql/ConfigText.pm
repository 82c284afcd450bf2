# ConfigText.pm: writes the settings of a slapd as a slapd.conf, or as an LDIF for cn=config.
package SlapdPgsql::ConfigText;
use strict;
use warnings;
use File::Basename ();
use File::Temp ();
use MIME::Base64 ();
use SlapdPgsql::Command ();
use SlapdPgsql::SlapdConf ();

# Two # begin a remark, one # a setting that is not in effect.
sub slapd_conf {
    my ($settings) = @_;
    return join "\n", map { join '', map { _line($_) } @$_ } @$settings;
}

sub _line {
    my ($setting) = @_;
    my $remarks = join '', map { $_ eq '' ? "\n" : "## $_\n" } @{ $setting->{remarks} // [] };
    return $remarks if !defined $setting->{name};
    my $line = "$setting->{name} " . ($setting->{quoted} ? SlapdPgsql::SlapdConf::quoted($setting->{value}) : $setting->{value});
    $line =~ s/^/#/mg if $setting->{off};
    return "$remarks$line\n";
}

# All of cn=config, as slapd itself converts a slapd.conf, for slapadd -n 0 into an empty directory. SETTINGS_AT returns the
# settings with other paths than PATHS; MODULE is a module of this machine that may be loaded. Remarks and suggestions stand
# before it, in the syntax of slapd.conf.
sub ldif {
    my ($settings_at, $paths, $module) = @_;
    my $dir = File::Temp->newdir;
    my $conf = join '', map { _line({ %$_, remarks => [] }) } grep { defined $_->{name} && !$_->{off} } map { @$_ } @{ $settings_at->({
        %$paths, modules => File::Basename::dirname($module), module => defined $paths->{module} ? $module : undef,
        pidfile => "$dir/slapd.pid", root_dse => "$dir/rootdse.ldif" }) };
    mkdir "$dir/slapd.d" or die "cannot create '$dir/slapd.d': $!\n";
    _write("$dir/rootdse.ldif", "dn:\n");
    _write("$dir/slapd.conf", $conf);
    _slap_tool($dir, 'slaptest', '-n', 0, '-f', "$dir/slapd.conf", '-F', "$dir/slapd.d");
    my $ldif = _slap_tool($dir, 'slapcat', '-n', 0, '-F', "$dir/slapd.d", '-o', 'ldif-wrap=no');
    # What slapadd generates, and what is of this machine.
    $ldif =~ s/^(?:structuralObjectClass|entryUUID|entryCSN|create\w+|creatorsName|modif\w+|olcConfigFile|olcConfigDir): .*\n//mg;
    $ldif =~ s/^olcPidFile: \K.*/$paths->{pidfile}/m;
    $ldif =~ s/^olcRootDSE: \K.*/$paths->{root_dse}/m;
    $ldif =~ s/^olcModulePath: \K.*/$paths->{modules}/m;
    $ldif =~ s/^olcModuleLoad: \{0\}\K.*/SlapdPgsql::SlapdConf::quoted($paths->{module}) =~ s{^"|"\z}{}gr/me if defined $paths->{module};
    my @remarks = map { { %$_, $_->{off} ? () : (name => undef) } } map { @$_ } @{ $settings_at->($paths) };
    return join('', map { _line($_) =~ s/^\n//mgr =~ s/^#(?!#)/##   #/mgr } @remarks)
        . "## Suggestions are in the syntax of slapd.conf. To use them, write a slapd.conf (without --ldif), remove their #, and convert\n"
        . "## it:   slaptest -n 0 -f slapd.conf -F /etc/ldap/slapd.d\n\n$ldif";
}

# A change of cn=config for ldapmodify that adds SETTINGS to the database ENTRY, access rules before those that it has. What is not
# in effect is a comment, with one #.
sub modification {
    my ($settings, $entry) = @_;
    my $text = "dn: $entry\nchangetype: modify\n";
    my $access_rules = 0;
    for my $setting (map { @$_ } @$settings) {
        $text .= _line({ %$setting, name => undef });
        next if !defined $setting->{name};
        my $attribute = 'olc' . join '', map { ucfirst } split /-/, $setting->{name} =~ s/^pgsql/pg/r;
        my $value = ($setting->{name} eq 'access' ? '{' . $access_rules++ . '}' : '') . $setting->{value} =~ s/\n */ /gr;
        my $change = "add: $attribute\n$attribute:" . ($value =~ /\A[ :<]|[^\x20-\x7e]| \z/ ? ': ' . MIME::Base64::encode_base64($value, '') : " $value") . "\n-\n";
        $change =~ s/^/#/mg if $setting->{off};
        $text .= $change;
    }
    return $text =~ s/^\n//mgr;
}

sub _slap_tool {
    my ($dir, @command) = @_;
    local $ENV{PATH} = ($ENV{PATH} // '') . ':/usr/sbin';
    my $result = SlapdPgsql::Command::run('', @command);
    return $result->{out} if !$result->{status};
    die "$command[0] is not installed; run: apt-get install slapd\n" if $result->{status} == 127 << 8;
    my @errors = grep { !/bad configuration/ } split /\n/, $result->{err} =~ s/^[0-9a-f]{8}(?:\.[0-9a-f]+ 0x[0-9a-f]+)? |\Q$dir\E\///mgr;
    die "$command[0]: " . join('; ', @errors) . "\n";
}

sub _write {
    my ($path, $text) = @_;
    open my $file, '>', $path or die "cannot write '$path': $!\n";
    print {$file} $text;
    close $file or die "cannot write '$path': $!\n";
    return;
}

1;
