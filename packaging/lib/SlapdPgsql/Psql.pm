# Psql.pm: asks a PostgreSQL database by psql, in transactions that can only read.
package SlapdPgsql::Psql;
use strict;
use warnings;
use JSON::PP ();
use SlapdPgsql::Command ();

# URI in either form of libpq. USER is the user of this machine that asks, undef: the caller.
sub new {
    my ($class, $uri, $user) = @_;
    my ($address, $password) = without_password($uri);
    return bless { uri => $uri, address => $address, password => $password, user => $user }, $class;
}

# A password in the arguments of a process can be read by all users of the machine.
sub without_password {
    my ($uri) = @_;
    my $password;
    if ($uri =~ m{\Apostgres(?:ql)?://}) {
        if ($uri =~ s{\A([^:]+://[^:@/?]*):([^@/?]*)(?=@)}{$1}) { $password = $2 }
        while ($uri =~ s/([?&])password=([^&]*)(?:&|\z)/$1/) { $password = $2 }
        return ($uri =~ s/[?&]\z//r, defined $password ? $password =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger : ());
    }
    while ($uri =~ s/(?<!\S)password\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s\\]|\\.)+))//) { $password = $1 // $2 }
    return ($uri, defined $password ? $password =~ s/\\(.)/$1/gr : ());
}

# URI for sessions with this search path, after pg_catalog.
sub with_path {
    my ($uri, @schemas) = @_;
    my $path = '-c search_path=' . join ',', 'pg_catalog', grep { /\A[a-z_][a-z0-9_]*\z/ } @schemas;
    if ($uri =~ m{\Apostgres(?:ql)?://}) {
        my $encoded = $path =~ s/([^\w.-])/sprintf '%%%02X', ord $1/ger;
        return $uri if $uri =~ s/([?&]options=[^&]*)/$1%20$encoded/;
        return $uri . ($uri =~ /\?/ ? '&' : '?') . "options=$encoded";
    }
    return $uri if $uri =~ s/(?<!\S)(options\s*=\s*'(?:[^'\\]|\\.)*)'/$1 $path'/ || $uri =~ s/(?<!\S)options\s*=\s*((?:[^\s\\']|\\.)+)/options='$1 $path'/;
    return "$uri options='$path'";
}

# The one value of STATEMENT, a JSON text. Dies with what psql says.
sub json {
    my ($self, $statement, $seconds) = @_;
    return JSON::PP->new->utf8->decode($self->_run("$statement;", $seconds // 60));
}

# The columns of QUERY, which is not executed: [name, type]...; dies with what PostgreSQL says of it.
sub columns {
    my ($self, $query) = @_;
    my $result = $self->_run("$query \\gdesc", 30, '-F', "\x1f");
    utf8::decode($result);
    return map { [split /\x1f/] } split /\n/, $result;
}

# The owner of a database can let a backslash in a literal escape its end, and a foreign server can ignore that a statement is canceled.
sub _run {
    my ($self, $statement, $seconds, @options) = @_;
    my $sql = "BEGIN READ ONLY;\nSET LOCAL standard_conforming_strings = on;\nSET LOCAL statement_timeout = '${seconds}s';\nSET LOCAL lock_timeout = '10s';\n"
        . "SET LOCAL client_min_messages = error;\nSET LOCAL search_path = pg_catalog;\n$statement\nCOMMIT;\n";
    utf8::encode($sql);
    local $ENV{PGCONNECT_TIMEOUT} = $ENV{PGCONNECT_TIMEOUT} // 10;
    my $limit = $seconds + $ENV{PGCONNECT_TIMEOUT} + 5;
    local $ENV{PGPASSWORD} = $self->{password} // $ENV{PGPASSWORD};
    delete $ENV{PGPASSWORD} if !defined $ENV{PGPASSWORD};
    local $ENV{PGCLIENTENCODING} = 'UTF8';
    # psql warns of a directory that the user may not enter, such as /root.
    my @as = defined $self->{user} ? ('env', '-C', '/', 'setpriv', "--reuid=$self->{user}", '--regid=' . (getpwnam $self->{user})[3], '--init-groups', '--') : ();
    my $address = $self->{address};
    utf8::encode($address) if utf8::is_utf8($address);
    my $result = SlapdPgsql::Command::run($sql, 'timeout', '--foreground', '-k', 5, $limit, @as, 'psql', '-X', '-w', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', @options, '-d', $address);
    return $result->{out} if !$result->{status};
    die "psql is not installed; run: apt-get install postgresql-client\n" if $result->{status} == 127 << 8;
    die "PostgreSQL does not answer within $limit s\n" if grep { $result->{status} == $_ << 8 } 124, 137;
    my $error = $result->{err};
    utf8::decode($error);
    $error =~ s/^(?:psql:(?:<stdin>:\d+:)? (?:error: )?)?(?:ERROR:  )?//mg;
    my ($first) = split /\n(?=LINE|DETAIL|HINT|CONTEXT|\S)/, $error;
    die(($first // 'psql failed') . "\n");
}

1;
