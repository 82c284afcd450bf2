# Deployment.pm: describes the directory server that the gateway's settings ask for.
package SlapdPgsql::Deployment;
use strict;
use warnings;
use File::Spec ();
use Sys::Hostname ();
use SlapdPgsql::System ();
use SlapdPgsql::Realms ();
use SlapdPgsql::SlapdConf ();
use SlapdPgsql::Tls ();

# What slapd's -d gets for the gateway's levels. Never packets, BER or config: they show passwords.
my %log = (
    error => 'none', warn => 'none', info => 'stats', debug => 'stats,stats2,conns,filter,acl,trace',
    security => 'stats,stats2,conns,filter,acl,trace',
);

# The environment collects the problems; the result is complete only if there are none. Each text comes with the name of its
# variable, so that slapd's own errors can be reported by that name.
sub describe {
    my ($env) = @_;
    my $unencrypted = $env->flag('LDAP_UNENCRYPTED', 0);
    my $deployment = {
        name      => _common_name($env),
        anonymous => !$env->flag('REQUIRE_AUTH_FOR_SEARCH', 1),
        host      => _host($env),
        port      => _port($env, $unencrypted ? 389 : 636),
        log       => _log($env),
        syslog    => _syslog($env),
        realms    => SlapdPgsql::Realms::realms($env),
        tls       => $unencrypted ? undef : _tls($env),
        monitor   => scalar _monitor($env),
    };
    _warn_unused($env) if $unencrypted;
    return $deployment;
}

# How a program on this machine reads cn=Monitor of that server: { uri, dn, password }; listen is the address for the metrics.
sub monitored {
    my ($env) = @_;
    my $unencrypted = $env->flag('LDAP_UNENCRYPTED', 0);
    my $host = _host($env);
    my $address = $host eq '0.0.0.0' ? '127.0.0.1' : $host eq '::' ? '[::1]' : $host =~ /:/ ? "[$host]" : $host;
    my $password = _monitor($env);
    $env->problem('LDAP_MONITOR_PASSWORD', 'is not set, so that slapd has no cn=Monitor; set it') if !defined $password;
    $env->problem('LDAP_MONITOR_PASSWORD', 'is a hash; set it to the password itself, or give --uri, --bind-dn and --password-file') if ($password // '') =~ /^\{[\w-]+\}/;
    return { uri => ($unencrypted ? 'ldap' : 'ldaps') . "://$address:" . _port($env, $unencrypted ? 389 : 636), dn => $SlapdPgsql::SlapdConf::monitor_dn, password => $password,
        listen => $env->get('METRICS_LISTEN') };
}

sub _common_name {
    my ($env) = @_;
    my $name = $env->get('LDAP_COMMON_NAME') // Sys::Hostname::hostname();
    $name =~ s/^\s+|\s+$//g;
    $env->problem('LDAP_COMMON_NAME', "is '$name', which is neither a host name nor an address")
        if length $name > 253 || $name !~ /^(?:[A-Za-z0-9_](?:[\w-]{0,62})\.?)+$/ && $name !~ /^[0-9A-Fa-f]*:[0-9A-Fa-f:.]+$/;
    return $name;
}

sub _host {
    my ($env) = @_;
    my $host = $env->get('BIND_IP') // '0.0.0.0';
    $host =~ s/^\s*\[?|\]?\s*$//g;
    $env->problem('BIND_IP', "is '$host'; give an address of this machine, 0.0.0.0 (all of IPv4) or :: (all)")
        if $host !~ /^[\w.:-]+$/;
    return $host;
}

sub _port {
    my ($env, $default) = @_;
    my $port = $env->get('PORT') // return $default;
    return $1 if $port =~ /^\s*0*([1-9][0-9]{0,4})\s*$/ && $1 < 65536;
    $env->problem('PORT', "is '$port'; give a number from 1 to 65535");
    return $default;
}

sub _log {
    my ($env) = @_;
    my $level = lc($env->get('LOG_LEVEL') // 'info');
    $level =~ s/^\s+|\s+$//g;
    $env->problem('LOG_LEVEL', "is '$level'; use error, warn, info or debug") if !$log{$level};
    return $log{$level} // 'stats';
}

# Whether the log goes to syslog instead of standard error.
sub _syslog {
    my ($env) = @_;
    my $target = lc($env->get('LOG_TARGET') // 'stderr');
    $target =~ s/^\s+|\s+$//g;
    $env->problem('LOG_TARGET', "is '$target'; use stderr or syslog") if $target !~ /^(?:stderr|syslog)$/;
    return $target eq 'syslog';
}

# The pair as contents or as paths (neither: a self-signed one is made), and the directives for versions and ciphers.
sub _tls {
    my ($env) = @_;
    my %tls = (origin => 'LDAP_COMMON_NAME');
    for my $kind ('PATH', 'CONTENT') {
        my ($certificate, $key) = map { $env->get("LDAP_${_}_$kind") } 'CERT', 'KEY';
        next if !defined $certificate && !defined $key;
        if (!defined $certificate || !defined $key) {
            my ($present, $missing) = map { "LDAP_${_}_$kind" } defined $key ? ('KEY', 'CERT') : ('CERT', 'KEY');
            $env->problem($missing, "is not set, but $present is; set both");
            next;
        }
        my @contents = grep { $kind eq 'PATH' && !SlapdPgsql::Environment::is_path($env->get($_)) } 'LDAP_CERT_PATH', 'LDAP_KEY_PATH';
        $env->problem($_, 'is not the path of a file; use LDAP_CERT_CONTENT and LDAP_KEY_CONTENT for the certificate and the key themselves') for @contents;
        next if @contents;
        $env->warning('LDAP_CERT_PATH', 'and LDAP_KEY_PATH are not used: LDAP_CERT_CONTENT and LDAP_KEY_CONTENT take precedence')
            if $tls{path};
        if ($kind eq 'PATH') { $_ = File::Spec->rel2abs($_) for $certificate, $key }
        else                 { $_ = _pem($_)                for $certificate, $key }
        %tls = (lc $kind => [$certificate, $key], origin => "LDAP_CERT_$kind");
    }
    delete $tls{path} if $tls{content};
    my ($min, $max) = map { scalar _version($env, "TLS_${_}_VERSION") } 'MIN', 'MAX';
    if (($min // '1.2') gt ($max // '1.3')) {
        $env->problem('TLS_MIN_VERSION', "is higher than TLS_MAX_VERSION");
    } else {
        $env->warning('TLS_MIN_VERSION', 'is 1.3: clients of TLS 1.2, such as Proxmox with its default, cannot connect')
            if ($min // '') eq '1.3';
        my $library = SlapdPgsql::System::tls_library($env);
        $env->problem('TLS_MAX_VERSION', 'is 1.2, but this slapd uses OpenSSL and has no upper limit; remove the variable: clients without TLS 1.3 get TLS 1.2')
            if $library eq 'OpenSSL' && ($max // '') eq '1.2';
        my ($settings, $message) = SlapdPgsql::Tls::settings($library, $min, $max, $env->get('TLS_CIPHERS'));
        $env->warning('TLS_CIPHERS', $message) if $settings && defined $message;
        $env->problem('TLS_CIPHERS', $message) if !$settings;
        @tls{ 'library', 'settings' } = ($library, $settings);
    }
    return \%tls;
}

# The password for cn=Monitor, in plain text or hashed by slappasswd(8); undef: no cn=Monitor.
sub _monitor {
    my ($env) = @_;
    my $password = $env->get('LDAP_MONITOR_PASSWORD') // return;
    $env->problem('LDAP_MONITOR_PASSWORD', 'contains a control character') if $password =~ /[\x00-\x1f]/;
    return $password;
}

sub _version {
    my ($env, $name) = @_;
    my $text = $env->get($name) // return;
    my $version = SlapdPgsql::Tls::version($text);
    $env->problem($name, "is '$text'; use TLSv1.2 or TLSv1.3") if !defined $version;
    return $version;
}

# PEM on one line of a file has its line breaks as \n.
sub _pem {
    my ($text) = @_;
    $text =~ s/\\r//g, $text =~ s/\\n/\n/g if $text !~ /\n./;
    return "$text\n";
}

sub _warn_unused {
    my ($env) = @_;
    for my $name (qw(LDAP_CERT_PATH LDAP_KEY_PATH LDAP_CERT_CONTENT LDAP_KEY_CONTENT TLS_MIN_VERSION TLS_MAX_VERSION TLS_CIPHERS)) {
        $env->warning($name, 'is not used, because LDAP_UNENCRYPTED is true') if defined $env->get($name);
    }
    return;
}

1;
