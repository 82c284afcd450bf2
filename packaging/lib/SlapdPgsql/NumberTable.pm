# NumberTable.pm: the SQL of a table that gives each id, which is no integer, a number of its own, forever.
package SlapdPgsql::NumberTable;
use strict;
use warnings;
use SlapdPgsql::Catalog ();

our $name = 'slapd_pgsql.number';

sub _keys {
    my ($directory, $section, $condition) = @_;
    my $of = $directory->{$section};
    my @conditions = map { "($_)" } grep { defined } $of->{where}, $condition;
    return "SELECT ($of->{id})::text AS key FROM $of->{from}" . (@conditions ? ' WHERE ' . join ' AND ', @conditions : '');
}

# (table, condition for its new rows, column) if the id is a column of a table: a trigger on it then need not look at all rows.
sub _new_rows {
    my ($directory, $section) = @_;
    my $of = $directory->{$section};
    my ($alias, $column) = $of->{id} =~ /\A([a-z]\w*)\.(\w+|"(?:[^"]|"")+")\z/ or return;
    my ($table) = grep { $of->{from} =~ /\Q$_\E\s+(?:AS\s+)?\Q$alias\E(?!\w)/i } @{ $of->{tables} } or return;
    return ($table, "$of->{id} IN (SELECT r.$column FROM new_rows r)", $column =~ /\A"(.*)"\z/s ? $1 =~ s/""/"/gr : $column);
}

sub _insert {
    my ($section, $keys) = @_;
    return <<"SQL";
    INSERT INTO slapd_pgsql.number (kind, key, number)
    SELECT '$section', k.key, nextval('slapd_pgsql.$section')
    FROM (SELECT DISTINCT key FROM ($keys) r WHERE key IS NOT NULL) k
    WHERE NOT EXISTS (SELECT FROM slapd_pgsql.number n WHERE n.kind = '$section' AND n.key = k.key)
    ORDER BY k.key
    ON CONFLICT (kind, key) DO NOTHING;
SQL
}

# LINES between $tag$; names of tables in them can contain any tag.
sub _dollar_quoted {
    my ($tag, $lines) = @_;
    $tag .= '_' while index($lines, "\$$tag\$") >= 0;
    return "\$$tag\$\n$lines\$$tag\$";
}

# Other roles could have created these names with triggers and defaults, which run with the rights of who uses them.
my $own = <<'SQL';
DO $own$
DECLARE
    found text := (SELECT string_agg(DISTINCT quote_ident(r.rolname), ', ') FROM pg_roles r
        WHERE r.rolname <> current_user AND NOT r.rolsuper
          AND (EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = 'slapd_pgsql' AND n.nspowner = r.oid)
               OR EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = to_regnamespace('slapd_pgsql') AND c.relowner = r.oid)));
BEGIN
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'the schema slapd_pgsql, or a table in it, belongs to %; run this script as that role, or DROP SCHEMA slapd_pgsql CASCADE', found;
    END IF;
END
$own$;
SQL

# The script for SECTIONS (users, groups). Triggers on their tables give new rows a number.
sub script {
    my ($directory, @sections) = @_;
    my ($first, $last) = sort { $a <=> $b } @$directory{qw(uid_base gid_base)};
    my $script = <<"SQL";
-- Written by slapd-pgsql-new: numbers for users and groups whose ids are no numbers. Run it as the owner of the tables, or as a
-- superuser; it can be run again. Rows are never deleted from the table, so no number is given twice. Keep it in backups: files on
-- machines belong to numbers.
\\set ON_ERROR_STOP on
\\set QUIET on
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
SET standard_conforming_strings = on;
BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
${own}CREATE SCHEMA IF NOT EXISTS slapd_pgsql;
CREATE TABLE IF NOT EXISTS slapd_pgsql.number (
    kind   text    NOT NULL,
    key    text    NOT NULL,
    number integer NOT NULL UNIQUE CHECK (number BETWEEN $first AND $last + 999999),
    PRIMARY KEY (kind, key)
);
SQL
    return $script . join('', map { _section($directory, $_) } @sections) . "ANALYZE $name;\nCOMMIT;\n";
}

sub _section {
    my ($directory, $section) = @_;
    my $base = $directory->{ $section eq 'users' ? 'uid_base' : 'gid_base' };
    my $last = $base + 999_999;
    my ($table, $condition, $column) = _new_rows($directory, $section);
    my $tables = join ', ', map { SlapdPgsql::Catalog::literal($_) } $table // @{ $directory->{$section}{tables} };
    my $rows = defined $table ? 'REFERENCING NEW TABLE AS new_rows ' : '';
    my ($all, $new) = map { _insert($section, _keys($directory, $section, $_)) } undef, $condition;
    my $missing = _dollar_quoted('missing', "BEGIN\n${all}END\n");
    my $function = _dollar_quoted('new', <<"SQL");
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM slapd_pgsql.number_missing_$section();
        RETURN NULL;
    END IF;
$new    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'slapd_pgsql.number_$section: %', SQLERRM;
    RETURN NULL;
END
SQL
    my $changed = defined $table ? "        EXECUTE format('DROP TRIGGER IF EXISTS slapd_pgsql_${section}_changed ON %s', one);\n"
        . "        EXECUTE format('CREATE TRIGGER slapd_pgsql_${section}_changed AFTER UPDATE OF %1\$I ON %2\$s FOR EACH ROW WHEN (OLD.%1\$I IS DISTINCT FROM NEW.%1\$I)"
        . " EXECUTE FUNCTION slapd_pgsql.number_$section()', " . SlapdPgsql::Catalog::literal($column) . "::text, one);\n" : '';
    my $triggers = _dollar_quoted('triggers', <<"SQL");
DECLARE
    one   regclass;
    owner text := (SELECT quote_ident(pg_get_userbyid(c.relowner)) FROM pg_class c WHERE c.oid = (ARRAY[$tables]::regclass[])[1]);
BEGIN
    EXECUTE 'GRANT USAGE ON SCHEMA slapd_pgsql TO ' || owner;
    EXECUTE 'GRANT SELECT, INSERT ON slapd_pgsql.number TO ' || owner;
    EXECUTE 'GRANT USAGE ON SEQUENCE slapd_pgsql.$section TO ' || owner;
    EXECUTE 'ALTER FUNCTION slapd_pgsql.number_missing_$section() OWNER TO ' || owner;
    EXECUTE 'ALTER FUNCTION slapd_pgsql.number_$section() OWNER TO ' || owner;
    FOREACH one IN ARRAY ARRAY[$tables]::regclass[] LOOP
        IF (SELECT c.relkind NOT IN ('r', 'p') FROM pg_class c WHERE c.oid = one) THEN
            RAISE WARNING '% is no table and can have no trigger: run this script again for new $section, by a timer for example', one;
            CONTINUE;
        END IF;
        EXECUTE format('DROP TRIGGER IF EXISTS slapd_pgsql_$section ON %s', one);
        EXECUTE format('CREATE TRIGGER slapd_pgsql_$section AFTER INSERT ON %s ${rows}FOR EACH STATEMENT EXECUTE FUNCTION slapd_pgsql.number_$section()', one);
${changed}    END LOOP;
END
SQL
    return <<"SQL";

-- $section: $base to $last. A restored sequence may be older than the table.
CREATE SEQUENCE IF NOT EXISTS slapd_pgsql.$section MINVALUE $base MAXVALUE $last;
SELECT setval('slapd_pgsql.$section', max(number)) FROM slapd_pgsql.number WHERE kind = '$section'
HAVING max(number) > (SELECT last_value FROM slapd_pgsql.$section) \\g /dev/null
-- Both functions have the rights of the owner of the table: what the table runs, such as a view in its place or a function of an
-- index, would run with the rights of a superuser otherwise.
CREATE OR REPLACE FUNCTION slapd_pgsql.number_missing_$section() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $missing;
-- A failure here must not fail the application's own statement.
CREATE OR REPLACE FUNCTION slapd_pgsql.number_$section() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function;
REVOKE EXECUTE ON FUNCTION slapd_pgsql.number_missing_$section(), slapd_pgsql.number_$section() FROM PUBLIC;
DO $triggers;
SELECT slapd_pgsql.number_missing_$section() \\g /dev/null
SQL
}

sub rights {
    my ($role) = @_;
    my $quoted = SlapdPgsql::Catalog::identifier($role);
    return "-- The table of numbers (numbers.sql).\nGRANT USAGE ON SCHEMA slapd_pgsql TO $quoted;\nGRANT SELECT ON $name TO $quoted;\n";
}

1;
