# Environment.pm: turns the process environment and a .env file into one set of named settings and the complaints about them.
#
# The file is read as the gateway's dotenv reads it, plus what shells and systemd allow in such files; where those
# disagree about a value, the line is refused instead of guessed.
package SlapdPgsql::Environment;
use strict;
use warnings;
use SlapdPgsql::Trust ();

my @known = qw(
    DIRECTORY_BACKEND LDAP_COMMON_NAME LDAP_BASE_DN AUTH_BACKENDS NOTIFICATION_URL NOTIFICATION_TIMEOUT
    NOTIFICATION_CA_PATH SQL_URI SQL_URL SQL_SSL
    SQL_QUERY_ALL_USERS SQL_QUERY_ONE_USER SQL_QUERY_ALL_GROUPS SQL_QUERY_GROUPS_BY_MEMBER SQL_LOGIN_FILTER SQL_PASSWORD_CHANGE
    SQL_CACHE SQL_SERVE_STALE SQL_SERVE_STALE_BINDS
    REQUIRE_AUTH_FOR_SEARCH
    LDAP_MONITOR_PASSWORD
    REALM_CONFIG LDAP_CERT_PATH LDAP_KEY_PATH LDAP_CERT_CONTENT LDAP_KEY_CONTENT LDAP_UNENCRYPTED PORT BIND_IP
    TLS_MIN_VERSION TLS_MAX_VERSION TLS_CIPHERS LOG_LEVEL LOG_TARGET
    STATE_DIR BACK_PGSQL_MODULE SLAPD SLAPD_USER
);

# What the gateway reads for other directories and password stores, and what to do instead.
my $other_ldap = 'passwords are checked against the rows of SQL_QUERY_ONE_USER only; to pass logins on to another LDAP'
    . ' server store "{SASL}user@realm" as password and run saslauthd, or serve that directory with slapd-ldap(5)';
my $other_store = 'users and groups come from PostgreSQL only; load them into tables (or a foreign table) that the'
    . ' SQL_QUERY_… variables read';
my @refused = (
    [qr/^(?:AD_DOMAIN|LDAP_URL|LDAP_BIND_DN|LDAP_BIND_PASSWORD|LDAP_AUTH_BASE_DN)$/, $other_ldap],
    [qr/^MONGO_/,      $other_store],
    [qr/^PROXMOX_/,    'Proxmox\'s own user files are not read; let Proxmox read this directory (realm type LDAP Server)'],
    [qr/^BACKEND_DIR$/, 'the gateway\'s JavaScript backends cannot be loaded; use slapd\'s modules and overlays instead'],
);

# Settings from PROCESS (a hash, usually %ENV) and from the file, which PROCESS overrides. Without a file named, the
# working directory's .env is read if there is one. Files that other users can change are refused, for they decide about
# programs and passwords; with ANY_OWNER they are read, and the caller must run nothing that they name.
sub new {
    my ($class, %from) = @_;
    my $self = bless { value => {}, origin => {}, problems => [], warnings => [], any_owner => $from{any_owner} }, $class;
    my $path = $from{file} // (-e '.env' ? '.env' : undef);
    $self->_read_file($path) if defined $path;
    for my $name (keys %{ $from{process} }) {
        delete $self->{origin}{$name};
        $self->{value}{$name} = $from{process}{$name};
    }
    $self->_sort_out;
    return $self;
}

# A setting that is set to nothing is not set: container files like to list every variable.
sub get {
    my ($self, $name) = @_;
    my $value = $self->{value}{$name};
    return defined $value && $value =~ /\S/ ? $value : undef;
}

sub problem  { my ($self, $name, $text) = @_; return $self->_note('problems', $self->_named($name) . ": $text") }
sub warning  { my ($self, $name, $text) = @_; return $self->_note('warnings', $self->_named($name) . ": $text") }
sub problems { return @{ $_[0]{problems} } }
sub warnings { return @{ $_[0]{warnings} } }

# A yes-or-no setting; anything else is an error, for a typing mistake must not decide about security.
sub flag {
    my ($self, $name, $default) = @_;
    my $value = $self->get($name) // return $default;
    my $truth = truth($value);
    $self->problem($name, "is '$value'; say true or false") if !defined $truth;
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

# The content of a file with settings; undef after a complaint about the variable NAME.
sub text_of_file {
    my ($self, $path, $name, $what) = @_;
    my ($text, $doubt) = eval { SlapdPgsql::Trust::content_and_doubt($path) };
    if (!defined $text) {
        my $why = $@ =~ s/\n\z//r =~ s/\A'[^']*' (?:cannot be read: )?//r;
        return $self->problem($name, "$what cannot be read: $why");
    }
    return $text if !defined $doubt || $self->{any_owner};
    return $self->problem($name, "$what is not used, because $doubt; " . SlapdPgsql::Trust::remedy());
}

# Several realms may meet the same fault of one variable; it is said once.
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

sub _sort_out {
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
            $self->warning($name, 'is not a variable this program knows; it is ignored');
        }
    }
    return;
}

sub _read_file {
    my ($self, $path) = @_;
    my $text = $self->text_of_file($path, $path, 'the file of variables') // return;
    $text =~ s/^\xEF\xBB\xBF//;
    $text =~ s/\r\n?/\n/g;
    return $self->problem($path, 'holds a NUL byte; it is not a text file of NAME=value lines') if $text =~ /\0/;
    pos($text) = 0;
    while (pos($text) < length $text) {
        next if $text =~ /\G[ \t]*(?:#[^\n]*)?(?:\n|\z)/gc;
        my $line = 1 + (substr($text, 0, pos $text) =~ tr/\n//);
        if ($text !~ /\G[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(?:=|:(?=[ \t]))[ \t]*/gc) {
            $self->problem("$path line $line", 'is neither NAME=value nor a comment (a value of several lines needs quotes around it)');
            return;
        }
        my $name = $1;
        my ($value, $wrong) = _value(\$text);
        if (defined $wrong) {
            $self->problem("$path line $line: $name", $wrong);
            return;
        }
        $self->warning($name, "is set again in line $line; the last one counts") if exists $self->{value}{$name};
        $self->{value}{$name}  = $value;
        $self->{origin}{$name} = "$path line $line";
    }
    return;
}

# The value at the text's position, to the end of its line. Returns (value) or (undef, what is wrong).
sub _value {
    my ($text) = @_;
    my $end = qr/[ \t]*(?:(?<=[ \t])\#[^\n]*)?(?:\n|\z)/;
    return unescaped($1) if $$text =~ /\G"((?:[^"\\]++|\\.)*+)"$end/gcs;
    if ($$text =~ /\G'((?:[^']++|'\\'')*+)'$end/gc) {    # 'it'\''s' is how a shell writes it's
        my $value = $1;
        $value =~ s/'\\''/'/g;
        return $value;
    }
    return $1 if $$text =~ /\G`([^`]*)`$end/gc;
    # dotenv takes SELECT "a" FROM 't' in quotes of the same kind as long as it stays on one line.
    if ($$text =~ /\G(["'`])([^\n]*)\g1[ \t]*(?:\n|\z)/gc) {
        return $1 eq '"' ? unescaped($2) : $2;
    }
    return (undef, 'the quote is not closed, or something follows it') if $$text =~ /\G["'`]/;
    $$text =~ /\G([^\n]*)(?:\n|\z)/gc;
    my $value = $1;
    $value =~ s/[ \t]+\#.*//;
    return '' if $value =~ /^\#[ \t]/;
    return (undef, "holds a '#' that dotenv takes for a comment and a shell does not; put the value in quotes")
        if $value =~ /\#/;
    $value =~ s/[ \t]+$//;
    return $value;
}

# What stands between double quotes. A backslash before anything else is kept, for SQL patterns need theirs.
sub unescaped {
    my ($text) = @_;
    my %meant = (n => "\n", r => "\r", '"' => '"', '\\' => '\\', '$' => '$', '`' => '`');
    $text =~ s/\\([nr"\\\$`])/$meant{$1}/g;
    return $text;
}

1;
