# Environment.pm: the settings in the process environment and in a file of variables, with problems and warnings about them.
#
# Values without quotes are read as docker --env-file reads them, values in quotes as systemd's EnvironmentFile=. What has another
# meaning for the other one, a shell or dotenv is refused.
package SlapdPgsql::Environment;
use strict;
use warnings;
use SlapdPgsql::Trust ();

my @known = qw(
    DIRECTORY_BACKEND LDAP_COMMON_NAME LDAP_BASE_DN AUTH_BACKENDS NOTIFICATION_URL NOTIFICATION_TIMEOUT
    NOTIFICATION_CA_PATH SQL_URI SQL_URL SQL_SSL
    SQL_QUERY_ALL_USERS SQL_QUERY_ONE_USER SQL_QUERY_ALL_GROUPS SQL_QUERY_GROUPS_BY_MEMBER SQL_LOGIN_FILTER SQL_PASSWORD_CHANGE
    SQL_POOL_SIZE SQL_TIMEOUT SQL_REFUSE_AFTER SQL_CACHE SQL_SERVE_STALE SQL_SERVE_STALE_BINDS
    REQUIRE_AUTH_FOR_SEARCH
    LDAP_MONITOR_PASSWORD METRICS_LISTEN
    REALM_CONFIG LDAP_CERT_PATH LDAP_KEY_PATH LDAP_CERT_CONTENT LDAP_KEY_CONTENT LDAP_UNENCRYPTED PORT BIND_IP
    TLS_MIN_VERSION TLS_MAX_VERSION TLS_CIPHERS LOG_LEVEL LOG_TARGET
    STATE_DIR BACK_PGSQL_MODULE SLAPD SLAPD_USER
);

# Old names, and variables of the gateway for other directories and password stores, with the alternative.
my $other_ldap = 'passwords are checked against the rows of SQL_QUERY_ONE_USER only; to pass logins on to another LDAP'
    . ' server store "{SASL}user@realm" as password and run saslauthd, or serve that directory with slapd-ldap(5)';
my $other_store = 'users and groups come from PostgreSQL only; load them into tables (or a foreign table) that the'
    . ' SQL_QUERY_… variables read';
my @refused = (
    [qr/^SQL_GATE$/,        'it is named SQL_LOGIN_FILTER, without which every user may log in: set SQL_LOGIN_FILTER'],
    [qr/^SQL_STALE$/,       'it is named SQL_SERVE_STALE: set SQL_SERVE_STALE'],
    [qr/^SQL_STALE_BINDS$/, 'it is named SQL_SERVE_STALE_BINDS: set SQL_SERVE_STALE_BINDS'],
    [qr/^(?:AD_DOMAIN|LDAP_URL|LDAP_BIND_DN|LDAP_BIND_PASSWORD|LDAP_AUTH_BASE_DN)$/, $other_ldap],
    [qr/^MONGO_/,      $other_store],
    [qr/^PROXMOX_/,    'Proxmox\'s own user files are not read; let Proxmox read this directory (realm type LDAP Server)'],
    [qr/^BACKEND_DIR$/, 'the gateway\'s JavaScript backends cannot be loaded; use slapd\'s modules and overlays instead'],
);

# Settings from PROCESS (a hash, usually %ENV) and from the file, which PROCESS overrides. Without a file named, the
# working directory's .env is read if there is one. Files that other users can change are refused, for they decide about
# programs and passwords; with ANY_OWNER they are read, and the caller must run nothing that they name.
sub new {
    my ($class, %source) = @_;
    my $self = bless { value => {}, origin => {}, problems => [], warnings => [], any_owner => $source{any_owner} }, $class;
    my $path = $source{file} // (-e '.env' ? '.env' : undef);
    $self->_read_file($path) if defined $path;
    for my $name (keys %{ $source{process} }) {
        delete $self->{origin}{$name};
        $self->{value}{$name} = $source{process}{$name};
    }
    $self->_check_names;
    return $self;
}

# An empty value counts as not set: files for containers often list every variable.
sub get {
    my ($self, $name) = @_;
    my $value = $self->{value}{$name};
    return defined $value && $value =~ /\S/ ? $value : undef;
}

sub problem  { my ($self, $name, $text) = @_; return $self->_note('problems', $self->_named($name) . ": $text") }
sub warning  { my ($self, $name, $text) = @_; return $self->_note('warnings', $self->_named($name) . ": $text") }
sub problems { return @{ $_[0]{problems} } }
sub warnings { return @{ $_[0]{warnings} } }

# A Boolean setting; any other value is an error, since a typing error must not decide about security.
sub flag {
    my ($self, $name, $default) = @_;
    my $value = $self->get($name) // return $default;
    my $truth = truth($value);
    $self->problem($name, "is '$value'; use true or false") if !defined $truth;
    return $truth // $default;
}

sub truth {
    my ($text) = @_;
    return $text =~ /^\s*(?:true|1|yes|on)\s*$/i ? 1 : $text =~ /^\s*(?:false|0|no|off)\s*$/i ? 0 : undef;
}

sub known { return @known }

# Whether a setting can be the path of a file. Anything else may be the content itself, with its passwords or keys, and
# no message shows it.
sub is_path {
    my ($text) = @_;
    no warnings 'newline';
    return $text !~ /[\n"{]|-----BEGIN/ || -e $text;
}

# The content of a file with settings; undef if it cannot be used, which is a problem of the variable NAME.
sub text_of_file {
    my ($self, $path, $name, $description) = @_;
    my ($text, $doubt) = eval { SlapdPgsql::Trust::content_and_doubt($path) };
    if (!defined $text) {
        my $error = $@ =~ s/\n\z//r =~ s/\A'[^']*' (?:cannot be read: )?//r;
        return $self->problem($name, "$description cannot be read: $error");
    }
    return $text if !defined $doubt || $self->{any_owner};
    return $self->problem($name, "$description is not used, because $doubt; " . SlapdPgsql::Trust::remedy());
}

# Several realms may have the same problem with one variable; it is reported once.
sub _note {
    my ($self, $list, $text) = @_;
    push @{ $self->{$list} }, $text if !grep { $_ eq $text } @{ $self->{$list} };
    return;
}

sub _named {
    my ($self, $name) = @_;
    my $origin = $self->{origin}{$name};
    return defined $origin ? "$name ($origin)" : $name;
}

sub _check_names {
    my ($self) = @_;
    my %known = map { $_ => 1 } @known;
    for my $name (sort keys %{ $self->{value} }) {
        next if $known{$name} || !defined $self->get($name);
        my ($refusal) = grep { $name =~ $_->[0] } @refused;
        if ($refusal) {
            $self->problem($name, "$refusal->[1]; then remove this variable");
        } elsif ($name eq 'ENABLE_NOTIFICATION') {
            $self->warning($name, 'is not read, as in the gateway; AUTH_BACKENDS decides how a login is checked');
        } elsif ($self->{origin}{$name} || $name =~ /^(?:SQL|REALM)_/ || $name =~ /^(?:LDAP|TLS)_(?!OPT)/) {
            $self->warning($name, 'is not a known variable; it is ignored');
        }
    }
    return;
}

sub _read_file {
    my ($self, $path) = @_;
    my $text = $self->text_of_file($path, $path, 'the file of variables') // return;
    $text =~ s/^\xEF\xBB\xBF//;
    $text =~ s/\r\n?/\n/g;
    return $self->problem($path, 'contains a NUL byte; it is not a text file of NAME=value lines') if $text =~ /\0/;
    pos($text) = 0;
    while (pos($text) < length $text) {
        next if $text =~ /\G[ \t]*(?:[#;][^\n]*)?(?:\n|\z)/gc;
        my $line = 1 + (substr($text, 0, pos $text) =~ tr/\n//);
        my ($name, $value, $error) = $text =~ /\G[ \t]*([A-Za-z_][\w.-]*)[ \t]*=[ \t]*/gc ? ($1, _value(\$text)) : ('', undef, _no_assignment(\$text));
        return $self->problem("$path line $line" . ($name eq '' ? '' : ": $name"), $error) if defined $error;
        $self->warning($name, "is set again in line $line; the last one counts") if exists $self->{value}{$name};
        $self->{value}{$name}  = $value;
        $self->{origin}{$name} = "$path line $line";
    }
    return;
}

# What is wrong with a line that sets no variable.
sub _no_assignment {
    my ($text) = @_;
    return 'begins with export, which only shells know; remove the word' if $$text =~ /\G[ \t]*export[ \t]/;
    return 'has a colon after the name, which only dotenv knows; write NAME=value' if $$text =~ /\G[ \t]*[A-Za-z_][\w.-]*[ \t]*:/;
    return 'is neither NAME=value nor a comment; put a value of several lines in single quotes';
}

# The value at the text's position, to the end of its line. Returns (value) or (undef, what is wrong).
sub _value {
    my ($text) = @_;
    my $end = qr/[ \t]*(?:\n|\z)/;
    return $1 =~ s/'\\''/'/gr if $$text =~ /\G'((?:[^']++|'\\'')*+)'$end/gc;
    if ($$text =~ /\G"((?:[^"\\]++|\\.)*+)"$end/gcs) {
        my $value = $1;
        return (undef, 'contains \n in double quotes, which only dotenv reads as a line break; put the value in single quotes, with a real line break')
            if $value =~ /^(?:[^\\]++|\\[^nr])*+\\[nr]/s;
        return $value =~ s/\\(?:([\\"\$`])|\n)/$1 \/\/ ''/ger;
    }
    return (undef, 'has a quote that is not closed, or text after the closing quote; put the whole value in single quotes, write each \' in it as \'\\\'\','
        . ' and give a comment a line of its own') if $$text =~ /\G["']/;
    return (undef, 'begins with a backquote, which only dotenv takes for a quote; use single quotes') if $$text =~ /\G`/;
    $$text =~ /\G([^\n]*)(?:\n|\z)/gc;
    my $value = $1;
    return (undef, 'contains a #, which begins a comment for shells and dotenv only; put the value in single quotes, or give the comment a line of its own')
        if $value =~ /#/;
    return (undef, 'ends with a backslash, which joins lines for systemd only; put the value in single quotes, where it may have several lines')
        if $value =~ /\\[ \t]*\z/;
    return $value =~ s/[ \t]+\z//r;
}

1;
