# Grants.pm: SQL scripts that grant the rights and create the triggers that queries need.
package SlapdPgsql::Grants;
use strict;
use warnings;

sub identifier { my ($name) = @_; return '"' . $name =~ s/"/""/gr . '"' }
sub literal    { my ($text) = @_; return "'" . $text =~ s/'/''/gr . "'" }
sub _line      { my ($text) = @_; return $text =~ s/[[:cntrl:]]+/ /gr }
sub _unique    { my %seen; return grep { !$seen{$_}++ } @_ }

# psql stops at the first error; the script takes effect completely or not at all. The owner of a database can let a backslash in a
# literal escape its end, hence the setting.
sub _begin {
    my ($role) = @_;
    return <<"SQL" . (defined $role ? "SELECT pg_catalog.set_config('back_pgsql.role', " . literal($role) . ", true) \\g /dev/null\n" : '');
\\set ON_ERROR_STOP on
\\set QUIET on
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
BEGIN;
SQL
}

# Revokes all rights of the role in the database, except on what it owns.
my $revoke = <<'SQL';
DO $revoke$
DECLARE
    directory text := pg_catalog.current_setting('back_pgsql.role');
    number    oid := (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = directory);
    object    text;
BEGIN
    FOR object IN
        SELECT pg_catalog.format(CASE c.relkind WHEN 'S' THEN 'SEQUENCE %I.%I' ELSE 'TABLE %I.%I' END, n.nspname, c.relname)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relowner <> number
          AND (EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) x WHERE x.grantee = number)
               OR EXISTS (SELECT FROM pg_catalog.pg_attribute a, pg_catalog.aclexplode(a.attacl) x WHERE a.attrelid = c.oid AND x.grantee = number))
        UNION ALL
        SELECT pg_catalog.format('ROUTINE %s', p.oid::pg_catalog.regprocedure) FROM pg_catalog.pg_proc p
        WHERE p.proowner <> number AND EXISTS (SELECT FROM pg_catalog.aclexplode(p.proacl) x WHERE x.grantee = number)
        UNION ALL
        SELECT pg_catalog.format('SCHEMA %I', n.nspname) FROM pg_catalog.pg_namespace n
        WHERE n.nspowner <> number AND EXISTS (SELECT FROM pg_catalog.aclexplode(n.nspacl) x WHERE x.grantee = number)
        UNION ALL
        SELECT pg_catalog.format('DATABASE %I', d.datname) FROM pg_catalog.pg_database d
        WHERE d.datname = pg_catalog.current_database() AND d.datdba <> number
          AND EXISTS (SELECT FROM pg_catalog.aclexplode(d.datacl) x WHERE x.grantee = number)
    LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %I', object, directory);
    END LOOP;
END
$revoke$;
SQL

# Finds rights that the role has by other ways.
my $check = <<'SQL';
DO $check$
DECLARE
    directory text := pg_catalog.current_setting('back_pgsql.role');
    number    oid := (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = directory);
    needed    oid[] := pg_catalog.current_setting('back_pgsql.tables')::pg_catalog.regclass[]::oid[];
    found     text;
BEGIN
    SELECT pg_catalog.concat_ws(', ', CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
                     CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
                     CASE WHEN rolbypassrls THEN 'BYPASSRLS' END)
    INTO found FROM pg_catalog.pg_roles WHERE oid = number;
    IF found <> '' THEN
        RAISE EXCEPTION 'role % has %, which a directory does not need; remove it (ALTER ROLE), or choose another role', directory, found;
    END IF;
    SELECT pg_catalog.string_agg(g.rolname, ', ' ORDER BY g.rolname) INTO found
    FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.roleid WHERE m.member = number;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'role % is a member of %, and has their rights; REVOKE the membership, or choose another role', directory, found;
    END IF;
    SELECT pg_catalog.string_agg(c.oid::pg_catalog.regclass::text, ', ') INTO found FROM pg_catalog.pg_class c
    WHERE c.relowner = number AND c.relkind IN ('r', 'p', 'v', 'm', 'f');
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'role % owns %, and has all rights on it; choose another role', directory, found;
    END IF;
    SELECT pg_catalog.string_agg(pg_catalog.format('%I.%I', n.nspname, c.relname), ', ' ORDER BY n.nspname, c.relname) INTO found
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND pg_catalog.has_schema_privilege(number, n.oid, 'USAGE') AND pg_catalog.has_any_column_privilege(number, c.oid, 'SELECT')
      AND c.oid <> ALL (needed);
    IF found IS NOT NULL THEN
        RAISE WARNING 'every role, including %, may read %; to change that: REVOKE SELECT ON <table> FROM PUBLIC', directory, found;
    END IF;
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(n.nspname), ', ' ORDER BY n.nspname) INTO found FROM pg_catalog.pg_namespace n
    WHERE n.nspname !~ '^pg_' AND pg_catalog.has_schema_privilege(number, n.oid, 'CREATE');
    IF found IS NOT NULL THEN
        RAISE WARNING 'every role may create tables and functions in schema %, which other roles may then use by mistake (CVE-2018-1058); to change that: REVOKE CREATE ON SCHEMA % FROM PUBLIC',
            found, found;
    END IF;
END
$check$;
SQL

# The needs are those of all databases of slapd that connect as the role to this database of PostgreSQL.
sub grants {
    my ($role, $database, @needs) = @_;
    my $quoted = identifier($role);
    my (@order, %statements);
    for my $grant (map { @{ $_->{grants} } } @needs) {
        push @order, $grant->{right} if !$statements{ $grant->{right} };
        $statements{ $grant->{right} }{$_} = 1 for @{ $grant->{statements} };
    }
    my %tables   = map { / ON (?!(?:SCHEMA|SEQUENCE|FUNCTION) )(.*)/s ? ($1 => 1) : () } @order;
    my $tables   = '{' . join(',', map { '"' . s/([\\"])/\\$1/gr . '"' } sort keys %tables) . '}';
    my $sessions = 0;
    $sessions += 2 * $_->{sessions} + 10 for @needs;
    $sessions = 50 if $sessions < 50;
    my $out = <<"SQL" . _begin($role);
-- Written by slapd-pgsql-check --grants: the role @{[_line($quoted)]}, with the rights that the queries of
-- @{[join ', ', map { _line($_->{suffix}) } @needs]} need, and no others.
-- Run it as a superuser, or as the owner of the tables with CREATEROLE:   psql -X @{[_line($database)]} <FILE
-- Set the role's password separately:   psql -X -c '\\password @{[_line($role)]}' @{[_line($database)]}
-- It can be run again: it revokes the role's rights in the database and grants them again.
SQL
    $out .= "-- Not included: $_.\n" for map { _line($_) } _unique(map { @{ $_->{remarks} } } @needs);
    $out .= <<"SQL";
SELECT pg_catalog.set_config('back_pgsql.tables', @{[literal($tables)]}, true) \\g /dev/null
SELECT pg_catalog.format('CREATE ROLE %I', pg_catalog.current_setting('back_pgsql.role'))
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = pg_catalog.current_setting('back_pgsql.role')) \\gexec

-- Two servers with pgsql-pool-size's sessions each, and room for one that is being replaced.
ALTER ROLE $quoted LOGIN NOINHERIT CONNECTION LIMIT $sessions;
-- The module has a deadline for each statement; these limits are for others who know the password, and for a server that died
-- with a transaction open.
ALTER ROLE $quoted SET statement_timeout = '30s';
ALTER ROLE $quoted SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE $quoted SET default_transaction_read_only = on;
-- Names are looked up here only; temporary tables, which every role may create, come last.
ALTER ROLE $quoted SET search_path = @{[join ', ', 'pg_catalog', _unique(map { @{ $_->{search_path} } } @needs), 'pg_temp']};

$revoke
GRANT CONNECT ON DATABASE :"DBNAME" TO $quoted;
SQL
    $out .= "-- For temporary views, which show what the cache depends on (pgsql-cache).\nGRANT TEMPORARY ON DATABASE :\"DBNAME\" TO $quoted;\n"
        if grep { $_->{temporary} } @needs;
    my $last = '';
    for my $right (@order) {
        my $for = join ', ', sort keys %{ $statements{$right} };
        $out .= '-- ' . _line($for) . "\n" if $for ne $last;
        $last = $for;
        $out .= "GRANT $right TO $quoted;\n";
    }
    return "$out\n${check}COMMIT;\n";
}

# NOTIFY is the SQL that creates the functions for the triggers. With COLUMNS, an UPDATE is reported only if it changes a column
# that the queries read.
sub triggers {
    my ($notify, $database, $columns, @needs) = @_;
    my @tables = _unique(map { @{ $_->{tables} } } @needs);
    my %read = $columns ? _columns_read(@needs) : ();
    my $out = <<"SQL" . _begin() . "\n$notify\n";
-- Written by slapd-pgsql-check --triggers: PostgreSQL reports every change in the tables that the queries of
-- @{[join ', ', map { _line($_->{suffix}) } @needs]} read. Run it as the owner of the tables:   psql -X @{[_line($database)]} <FILE
SQL
    $out .= "-- Changes in $_ are not reported: it can have no triggers.\n" for map { _line($_) } _unique(map { @{ $_->{without_triggers} } } @needs);
    $out .= "-- Changes in what the function $_ reads are not reported: it is unknown.\n" for map { _line($_) } _unique(map { @{ $_->{functions} } } @needs);
    my @whole = grep { !$read{$_} } @tables;
    # With these types no other function of the schema fits better.
    my $array = sub { my ($type, @texts) = @_; return 'VARIADIC ARRAY[' . join(', ', map { literal($_) } @texts) . "]::pg_catalog.$type\[]" };
    $out .= 'SELECT back_pgsql_watch(' . $array->('regclass', @whole) . ") \\g /dev/null\n" if @whole;
    $out .= 'SELECT back_pgsql_watch_columns(' . literal($_) . '::pg_catalog.regclass, ' . $array->('name', @{ $read{$_} }) . ") \\g /dev/null\n" for grep { $read{$_} } @tables;
    return "${out}COMMIT;\n";
}

# The columns of each table that the role needs to read. With a view the columns of the tables below it are unknown, also of a table
# that a query reads directly as well: then of none.
sub _columns_read {
    my (@needs) = @_;
    my %watched = map { ($_ => 1) } map { @{ $_->{tables} } } @needs;
    my (%read, %whole);
    for my $right (map { $_->{right} } map { @{ $_->{grants} } } @needs) {
        my ($list, $table) = $right =~ /\ASELECT(?: \((.*)\))? ON (?!SCHEMA |SEQUENCE |FUNCTION )(.*)\z/s or next;
        return if !$watched{$table};
        if (!defined $list) { $whole{$table} = 1; next }
        while ($list =~ /"((?:[^"]|"")*)"|([^\s,"]+)/g) { push @{ $read{$table} }, defined $1 ? $1 =~ s/""/"/gr : $2 }
    }
    return map { ($_ => [_unique(sort @{ $read{$_} })]) } grep { !$whole{$_} } keys %read;
}

# Removes what the two create. A role with rights in other databases stays until they are revoked there.
sub revocation {
    my ($role) = @_;
    return <<"SQL" . _begin($role) . <<'SQL' . $revoke . <<'SQL';
-- Written by slapd-pgsql-check --revoke: removes what --grants and --triggers have created in a database: the triggers and their
-- functions, which other servers may use as well, the rights of the role @{[_line(identifier($role))]}, and the role.
-- Run it in each database that the role could read, as a superuser, or as the owner of the tables with CREATEROLE:   psql -X DATABASE <FILE
SQL
DO $drop$
DECLARE
    function text;
BEGIN
    FOR function IN
        SELECT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p
        WHERE p.proname IN ('back_pgsql_changed', 'back_pgsql_changed_columns', 'back_pgsql_changed_rows', 'back_pgsql_unwatch', 'back_pgsql_watch',
            'back_pgsql_watch_columns', 'back_pgsql_watch_rows')
    LOOP
        EXECUTE pg_catalog.format('DROP FUNCTION %s CASCADE', function);
    END LOOP;
END
$drop$;
SQL
DO $role$
DECLARE
    directory text := pg_catalog.current_setting('back_pgsql.role');
    number    oid := (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = directory);
    found     text;
BEGIN
    IF number IS NULL THEN
        RETURN;
    END IF;
    SELECT pg_catalog.string_agg(DISTINCT coalesce(d.datname, 'shared objects'), ', ') INTO found
    FROM pg_catalog.pg_shdepend s LEFT JOIN pg_catalog.pg_database d ON d.oid = s.dbid
    WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND s.refobjid = number;
    IF found IS NULL THEN
        EXECUTE pg_catalog.format('DROP ROLE %I', directory);
    ELSE
        RAISE WARNING 'role % stays: it owns something or has rights in: %', directory, found;
    END IF;
END
$role$;
COMMIT;
SQL
}

1;
