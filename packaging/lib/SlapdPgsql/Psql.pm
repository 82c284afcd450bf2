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
    if ($uri =~ m{\A(postgres(?:ql)?://[^:@/?]*):([^@/?]*)(@.*)\z}s) {
        my ($before, $password, $after) = ($1, $2, $3);
        return ($before . $after, $password =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger);
    }
    return ($uri, $1 =~ s/\\(.)/$1/gr) if $uri =~ s/(?<!\S)password\s*=\s*'((?:[^'\\]|\\.)*)'// || $uri =~ s/(?<!\S)password\s*=\s*(\S+)//;
    return ($uri);
}

# The one value of STATEMENT, a JSON text. Dies with what psql says. SETTINGS are further SET statements.
sub json {
    my ($self, $statement, $seconds) = @_;
    my $sql = "BEGIN READ ONLY;\nSET LOCAL statement_timeout = '" . ($seconds // 60) . "s';\nSET LOCAL client_min_messages = error;\n"
        . "SET LOCAL search_path = pg_catalog;\n$statement;\nCOMMIT;\n";
    my $result = $self->_run($sql, '-q', '-A', '-t');
    return JSON::PP->new->utf8->decode($result);
}

# The columns of QUERY, which is not executed: [name, type]...; dies with what PostgreSQL says of it.
sub columns {
    my ($self, $query) = @_;
    my $result = $self->_run("BEGIN READ ONLY;\nSET LOCAL search_path = pg_catalog;\n$query \\gdesc\nCOMMIT;\n", '-q', '-A', '-t', '-F', "\x1f");
    utf8::decode($result);
    return map { [split /\x1f/] } split /\n/, $result;
}

sub _run {
    my ($self, $sql, @options) = @_;
    utf8::encode($sql);
    local $ENV{PGPASSWORD} = $self->{password} // $ENV{PGPASSWORD};
    delete $ENV{PGPASSWORD} if !defined $ENV{PGPASSWORD};
    local $ENV{PGCLIENTENCODING} = 'UTF8';
    local $ENV{PGCONNECT_TIMEOUT} = $ENV{PGCONNECT_TIMEOUT} // 10;
    my @as = defined $self->{user} ? ('setpriv', "--reuid=$self->{user}", '--regid=' . (getpwnam $self->{user})[3], '--init-groups', '--') : ();
    my $address = $self->{address};
    utf8::encode($address) if utf8::is_utf8($address);
    my $result = SlapdPgsql::Command::run($sql, @as, 'psql', '-X', '-w', '-v', 'ON_ERROR_STOP=1', @options, '-d', $address);
    return $result->{out} if !$result->{status};
    die "psql is not installed; run: apt-get install postgresql-client\n" if $result->{status} == 127 << 8;
    my $error = $result->{err};
    utf8::decode($error);
    $error =~ s/^psql:(?:<stdin>:\d+:)? (?:error: )?(?:ERROR:  )?//mg;
    my ($first) = split /\n(?=LINE|DETAIL|HINT|CONTEXT|\S)/, $error;
    die(($first // 'psql failed') . "\n");
}

1;
