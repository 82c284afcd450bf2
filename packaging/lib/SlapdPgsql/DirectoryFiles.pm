# DirectoryFiles.pm: the folder that slapd-pgsql-new writes: configuration, scripts for PostgreSQL, sssd.conf, and what to do with them.
package SlapdPgsql::DirectoryFiles;
use strict;
use warnings;
use Fcntl qw(:DEFAULT);
use File::Basename ();
use SlapdPgsql::Catalog ();
use SlapdPgsql::ConfigText ();
use SlapdPgsql::DirectoryConf ();
use SlapdPgsql::DirectorySummary ();
use SlapdPgsql::NumberTable ();
use SlapdPgsql::RecipeQueries ();
use SlapdPgsql::RolePassword ();
use SlapdPgsql::Sql ();
use SlapdPgsql::Terminal ();
use SlapdPgsql::Trust ();

my $host_of_uri = qr{\Apostgres(?:ql)?://(?:[^@/?]*@)?([^/?]*)};

# By a socket Debian's PostgreSQL admits its superuser as the user postgres only, whom root can become. undef: the caller.
sub user_for {
    my ($uri) = @_;
    my $socket = $uri =~ $host_of_uri ? ($1 eq '' || $1 =~ /\A%2f/i) && $uri !~ /[?&]host(?:addr)?=(?!%2f|\/)/i : $uri !~ /(?<!\S)(?:host|hostaddr|service)\s*=\s*[^\s\/]/;
    return $> == 0 && $socket && defined getpwnam 'postgres' ? 'postgres' : undef;
}

# The address for slapd: that of URI with the role and its password; by TCP instead of the socket.
sub slapd_uri {
    my ($uri, $catalog, $role, $password) = @_;
    if ($uri =~ m{\A(postgres(?:ql)?://)(?:[^@/?]*@)?([^/?]*)(.*)\z}s && $2 ne '' && $2 !~ /\A%2f/i) {
        my ($scheme, $host, $rest) = ($1, $2, $3);
        while ($rest =~ s/([?&])(?:user|password)=[^&]*(?:&|\z)/$1/) { }
        return "$scheme$role:$password\@$host" . $rest =~ s/[?&]\z//r;
    }
    die "--uri uses a service; give --slapd-uri as well\n" if $uri =~ /(?<!\S)service\s*=/;
    my $rest = $uri =~ m{\Apostgres} ? '' : $uri =~ s/(?<!\S)(?:user|password|dbname)\s*=\s*(?:'(?:[^'\\]|\\.)*'|(?:[^\s\\]|\\.)+)//gr;
    $rest = '' if $rest !~ /(?<!\S)host(?:addr)?\s*=\s*[^\s\/]/;
    die "--uri does not name its host in a form that can be used for slapd; give --slapd-uri as well\n" if $rest eq '' && ($catalog->{peer} // '127.0.0.1') !~ /\A(?:127\.0\.0\.1|::1)\z/;
    $rest = "host=127.0.0.1 port=$catalog->{port}" if $rest !~ /\S/;
    my $database = $catalog->{database} =~ /\A[\w-]+\z/ ? $catalog->{database} : "'" . $catalog->{database} =~ s/(['\\])/\\$1/gr . "'";
    return join ' ', split(' ', $rest), "dbname=$database", "user=$role", "password=$password";
}

# { name => content } of all files.
sub contents {
    my ($directory, $trial, $report, $all) = @_;
    my ($option, $catalog, $paths) = @$all{qw(option catalog paths)};
    my $role = $option->{role} // substr 'slapd_' . lc($catalog->{database}) =~ s/[^a-z0-9_]/_/gr, 0, 63;
    die "--role: '$role' is not a name of a-z, 0-9 and _\n" if $role !~ /\A[a-z_][a-z0-9_]{0,62}\z/;
    my $password = unpack 'H*', SlapdPgsql::RolePassword::random(16);
    my $uri = $option->{'slapd-uri'} // slapd_uri($all->{uri}, $catalog, $role, $password);
    my @by_table = $directory->{purpose} eq 'machines' ? grep { $directory->{$_} && !$directory->{$_}{integer} && !defined $directory->{$_}{number} } qw(users groups) : ();
    my $settings = sub { return SlapdPgsql::DirectoryConf::settings($directory, $SlapdPgsql::NumberTable::name, $uri, @_) };
    my %files;
    if ($option->{ldif}) { $files{'config.ldif'} = SlapdPgsql::ConfigText::ldif($settings, $paths, $all->{module}) }
    else { $files{'slapd.conf'} = "## Written by slapd-pgsql-new: $directory->{recipe}{title} as an LDAP directory. It contains a password: mode 0600.\n\n" . SlapdPgsql::ConfigText::slapd_conf($settings->($paths)) }
    $files{'role.sql'} = $trial->script('--grants', '--role', $role)
        . "\n-- What PostgreSQL stores for the password in the configuration, which the log of PostgreSQL does not show.\nALTER ROLE " . SlapdPgsql::Catalog::identifier($role) . ' PASSWORD ' . SlapdPgsql::Catalog::literal(SlapdPgsql::RolePassword::verifier($password)) . ";\n";
    # The trial has a shorter path, if a superuser asks.
    my $path = join ', ', 'pg_catalog', map({ SlapdPgsql::Catalog::identifier($_) } @{ $catalog->{path} }), 'pg_temp';
    $files{'role.sql'} =~ s/^ALTER ROLE \S+ SET search_path = \K.*(?=;$)/$path/m;
    $files{'role.sql'} .= SlapdPgsql::NumberTable::rights($role) if @by_table;
    $files{'role.sql'} .= policy($_, $role) for @{ $directory->{row_security} };
    $files{'numbers.sql'} = SlapdPgsql::NumberTable::script($directory, @by_table) if @by_table;
    $files{'triggers.sql'} = triggers($directory, $trial->script('--triggers', '--columns'), @by_table ? $SlapdPgsql::NumberTable::name : ());
    my @indexes = indexes($report);
    $files{'indexes.sql'} = "-- Written by slapd-pgsql-new: indexes for tables of ten thousand rows or more. Run it once, as the owner of the\n-- tables, which stay in use.\n"
        . "\\set ON_ERROR_STOP on\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n" . join('', map { "$_;\n" } @indexes) if @indexes;
    $files{'sssd.conf'} = sssd($directory) if $directory->{purpose} eq 'machines';
    $files{recipe} = $all->{text} if defined $all->{text};
    $files{README} = page($directory, \%files, $all, $role);
    return %files;
}

# SCRIPT of slapd-pgsql-check, with the rows that [watch] of the recipe names, and the tables that the trial did not have.
sub triggers {
    my ($directory, $script, @further) = @_;
    for my $role (grep { $directory->{match}{$_} } sort keys %{ $directory->{watch} }) {
        my ($table, $rows) = map { SlapdPgsql::Catalog::literal($_) } SlapdPgsql::Catalog::qualified($directory->{match}{$role}{table}), $directory->{watch}{$role} =~ s/\s+/ /gr;
        $script =~ s/^SELECT back_pgsql_watch_columns\((\Q$table\E::pg_catalog\.regclass), /SELECT back_pgsql_watch_rows($1, $rows\::pg_catalog.text, /m;
    }
    $script =~ s/^(?=COMMIT;)/SELECT back_pgsql_watch(VARIADIC ARRAY['$_']::pg_catalog.regclass[]) \\g \/dev\/null\n/m for @further;
    return $script;
}

# By row security the owner and superusers see all rows of TABLE, and other roles those that policies show.
sub policy {
    my ($table, $role) = @_;
    my $quoted = SlapdPgsql::Catalog::identifier($role);
    return "-- Row security: the role sees all rows.\nDROP POLICY IF EXISTS $quoted ON $table;\nCREATE POLICY $quoted ON $table FOR SELECT TO $quoted USING (true);\n";
}

# The statements that slapd-pgsql-check advises for indexes, each once.
sub indexes {
    my ($report) = @_;
    my %seen;
    my @statements = map { SlapdPgsql::Sql::statements($_) } grep { /\ACREATE (?:INDEX|STATISTICS)/ } map { $_->{hint} // () } @{ $report->{findings} };
    return map { s/\ACREATE INDEX (?!CONCURRENTLY)/CREATE INDEX CONCURRENTLY /r } grep { !$seen{$_}++ && !/\Q$SlapdPgsql::RecipeQueries::trial\E/ } @statements;
}

sub sssd {
    my ($directory) = @_;
    return <<"END";
# Written by slapd-pgsql-new: /etc/sssd/sssd.conf of the machines, mode 0600. Replace the name of the server.
[sssd]
domains = default
services = nss, pam

[domain/default]
id_provider = ldap
auth_provider = ldap
access_provider = ldap
ldap_uri = ldaps://ldap.example.com
ldap_search_base = $directory->{suffix}
ldap_schema = rfc2307bis
ldap_user_gecos = cn
ldap_access_order = filter
ldap_access_filter = (objectClass=posixAccount)
fallback_homedir = /home/%u
default_shell = /bin/bash
END
}

sub page {
    my ($directory, $files, $all, $role) = @_;
    my ($summary, $catalog) = @$all{qw(summary catalog)};
    my $number = 0;
    # The user postgres cannot enter the folder, hence the redirection.
    my $user = user_for($all->{uri});
    my $psql = 'psql -X -q -d ' . _shell($all->{address});
    $psql = "su $user -c " . _shell($psql) if defined $user;
    my $sql = sub { my ($file, $text) = @_; return $files->{$file} ? ("", ++$number . ". $text", '', "    $psql <$file") : () };
    my $conf = $files->{'slapd.conf'} ? 'slapd.conf' : 'config.ldif';
    my @lines = (
        "$directory->{recipe}{title} as an LDAP directory, written by slapd-pgsql-new",
        defined $directory->{recipe}{tested} ? "The recipe was tested with $directory->{recipe}{tested}." : "The recipe follows $directory->{recipe}{source}; it was not tested with the application itself.",
        '', map({ SlapdPgsql::Terminal::plain($_) } SlapdPgsql::DirectorySummary::lines($summary)),
        '', 'Nothing in the database has been changed. Run these commands in this folder, as ' . (defined $user ? "root. Those for PostgreSQL run as $user; if psql says that it could not change the directory, that does not matter." : 'the owner of the tables or a superuser.'),
        $sql->('numbers.sql', 'Numbers for users and groups whose ids are no numbers. Keep the schema slapd_pgsql in the backups: files belong to these numbers.'),
        $sql->('role.sql', "The role $role, which may read the columns that the queries need, and no others."),
        $sql->('indexes.sql', 'Indexes, for ten thousand users or more.'),
        $sql->('triggers.sql', 'Optional: triggers by which PostgreSQL tells slapd of changes, for "pgsql-cache". A change of other columns, such as the time of the last login, sets off none.'),
        '', ++$number . ". slapd. The packages slapd and slapd-back-pgsql must be installed; the file contains a password.", '',
        $conf eq 'slapd.conf'
        ? ('    install -m 640 -g openldap slapd.conf /etc/ldap/slapd.conf', '    slaptest -f /etc/ldap/slapd.conf', '    (SLAPD_CONF=/etc/ldap/slapd.conf in /etc/default/slapd, then: systemctl restart slapd)',
            '    slapd-pgsql-check /etc/ldap/slapd.conf')
        : ('    slapadd -n 0 -F /etc/ldap/slapd.d -l config.ldif    (into an empty directory)', '    chown -R openldap: /etc/ldap/slapd.d', '    slapd-pgsql-check /etc/ldap/slapd.d'),
        '', ++$number . '. A login:', '', "    ldapwhoami -x -H ldap://localhost -D " . _shell("uid=NAME,ou=people,$directory->{suffix}") . ' -W',
        $directory->{groups} ? '    ldapsearch -x -LLL -H ldap://localhost -b ' . _shell("ou=groups,$directory->{suffix}") : (),
        $files->{'sssd.conf'} ? ('', ++$number . '. Machines: sssd.conf, after slapd has a certificate (TLSCertificateFile in slapd.conf(5)).') : (),
        '', 'What to know', '',
        (map { '- ' . s/\n/\n  /gr } $directory->{recipe}{shape} ? () : @{ $directory->{notes} }, @{ $summary->{warnings} }),
        $directory->{purpose} eq 'machines' ? defined $directory->{users}{number} ? () : '- Numbers below 60000 belong to local users and packages; 61184 to 65519 to systemd; from 100000 on, each local user of containers takes 65536, and SSSD takes ranges for Active Directory. Hence the numbers here begin at 2000000.'
        : '- The entries have no uidNumber: SSSD and nslcd ignore them.',
        $directory->{anonymous} ? '- Everybody who reaches slapd can read names and addresses, not hashes. With --require-login only users who log in can.' : (),
        '- The password is enough here: second factors, and locks of the application after wrong passwords, do not count.',
        '- After a new version of the application: run slapd-pgsql-check. If it reports a column, run slapd-pgsql-new again.',
        '- To remove the role and the triggers: slapd-pgsql-check --revoke ' . "$conf | $psql",
    );
    return join("\n", @lines) . "\n";
}

# An argument for a shell; text with ' in it stays readable between ".
sub _shell {
    my ($text) = @_;
    return $text if $text =~ /\A[\w.-]+\z/;
    return $text =~ /'/ && $text !~ /["\$`\\!]/ ? "\"$text\"" : "'" . $text =~ s/'/'\\''/gr . "'";
}

# Creates the folder, which only this user can read, with all FILES or not at all.
sub write_to {
    my ($path, $files) = @_;
    my (undef, $doubt) = eval { SlapdPgsql::Trust::directory(File::Basename::dirname($path), 1) } or die "--out: $@";
    die "--out: $doubt: a folder there could be replaced; give another one\n" if defined $doubt;
    mkdir $path, 0700 or die "--out: '$path' cannot be created: $!\n";
    my @written;
    my $done = eval {
        for my $name (sort keys %$files) {
            my $failed = sub { die "'$path/$name' cannot be $_[0]: $!\n" };
            sysopen my $out, "$path/$name", O_WRONLY | O_CREAT | O_EXCL, 0600 or $failed->('created');
            push @written, "$path/$name";
            binmode $out, ':encoding(UTF-8)';
            print {$out} $files->{$name} or $failed->('written');
            close $out or $failed->('written');
        }
        1;
    };
    return if $done;
    my $reason = $@;
    unlink @written;
    rmdir $path;
    die $reason;
}

1;
