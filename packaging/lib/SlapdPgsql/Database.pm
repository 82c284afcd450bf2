# Database.pm: the address of a PostgreSQL database for libpq, from SQL_URI and SQL_SSL.
package SlapdPgsql::Database;
use strict;
use warnings;
use SlapdPgsql::Environment ();

# Returns (name of the variable, address) of a realm's database; the address is undef if there is a problem. OPTIONS is the realm's part of REALM_CONFIG, or empty.
sub address {
    my ($env, $options, $prefix) = @_;
    my ($name, $uri) = ('SQL_URI', $env->get('SQL_URI'));
    if (defined(my $url = $env->get('SQL_URL'))) {
        $env->warning('SQL_URL', defined $uri ? 'is not used: SQL_URI takes precedence' : 'is used as SQL_URI, which is the name that the gateway reads');
        ($name, $uri) = ('SQL_URL', $url) if !defined $uri;
    }
    ($name, $uri) = ("$prefix.sqlUri", $options->{sqlUri}) if defined $options->{sqlUri};
    return ($name, _checked($env, $name, $uri, defined $options->{sqlSsl} ? ("$prefix.sqlSsl", $options->{sqlSsl}) : ('SQL_SSL', $env->get('SQL_SSL'))));
}

sub _checked {
    my ($env, $name, $uri, @ssl) = @_;
    return $env->problem($name, 'is not set; give postgres://user:password@host:port/database') if !defined $uri;
    $uri =~ s/^\s+|\s+$//g;
    return $env->problem($name, 'contains a control character') if $uri =~ /[\x00-\x1f]/;
    if ($uri =~ m{^(\w+):} && $1 !~ /^postgres(?:ql)?$/i) {
        return $env->problem($name, "is of kind $1:, but only PostgreSQL is supported (postgres://user:password\@host:port/database)");
    }
    return $env->problem($name, 'is not the address of a database; give postgres://user:password@host:port/database')
        if $uri !~ m{^postgres(?:ql)?://}i && $uri !~ /^\w+\s*=/;
    $uri =~ s{^(\w+)(?=://)}{\L$1};
    return _with_ssl($env, $name, _escaped($env, $name, $uri), @ssl);
}

# The gateway accepts a bare @ or % in a password; libpq requires %40 and %25.
sub _escaped {
    my ($env, $name, $uri) = @_;
    my ($scheme, $authority, $rest) = $uri =~ m{^(\w+://)([^/?]*)(.*)$}s or return $uri;
    (my $bare = $authority) =~ s/\[[^\]]*\]//g;
    return $env->problem($name, 'has a bare / or ? in the password; write them as %2F and %3F')
        if $bare =~ /^[^@]*:[^\d,@][^@]*$/ && $rest =~ /@/;
    my ($login, $hosts) = $authority =~ /^(.*)@(.*)$/s or return $uri;
    my $changed = ($login =~ s/%(?![0-9A-Fa-f]{2})/%25/g) + ($login =~ s/@/%40/g);
    $env->warning($name, 'has a bare @ or % in the user\'s name or password; read as %40 or %25') if $changed;
    return "$scheme$login\@$hosts$rest";
}

sub _with_ssl {
    my ($env, $name, $uri, $ssl_name, $ssl_text) = @_;
    return $uri if !defined $uri || !defined $ssl_text;
    my $ssl = SlapdPgsql::Environment::truth($ssl_text);
    return $env->problem($ssl_name, "is '$ssl_text'; use true or false") if !defined $ssl;
    my $mode = $ssl ? 'require' : 'disable';
    if ($uri =~ /[?&\s]sslmode\s*=\s*'?([\w-]+)/) {
        $env->problem($ssl_name, "contradicts sslmode=$1 in $name; remove one of them")
            if $ssl ? $1 !~ /^(?:require|verify-ca|verify-full)$/ : $1 !~ /^(?:disable|allow|prefer)$/;
        return $uri;
    }
    return $uri . ($uri !~ m{^\w+://} ? ' ' : $uri =~ /\?/ ? '&' : '?') . "sslmode=$mode";
}

1;
