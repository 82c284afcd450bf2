# NumberTable.pm: the SQL of a table that gives each id, which is no integer, a number of its own, forever.
package SlapdPgsql::NumberTable;
use strict;
use warnings;
use SlapdPgsql::Catalog ();

our $name = 'slapd_pgsql.number';

# Numbers of the rows as they are now, for a test before the table exists.
sub trial {
    my ($directory, $section) = @_;
    my $base = $directory->{ $section eq 'users' ? 'uid_base' : 'gid_base' };
    return "(SELECT '$section' AS kind, k.key, ($base + row_number() OVER (ORDER BY k.key))::integer AS number\n  FROM (" . _keys($directory, $section) . ') k)';
}

sub _keys {
    my ($directory, $section) = @_;
    my $of = $directory->{$section};
    return "SELECT ($of->{id})::text AS key FROM $of->{from}" . (defined $of->{where} ? " WHERE $of->{where}" : '');
}

# The script for SECTIONS (users, groups). Triggers on their tables give new rows a number.
sub script {
    my ($directory, @sections) = @_;
    my $script = <<'SQL';
-- Written by slapd-pgsql-new: numbers for users and groups whose ids are no numbers. Run it as the owner of the tables, or as a
-- superuser; it can be run again. Rows are never deleted from the table, so no number is given twice. Keep it in backups: files on
-- machines belong to numbers.
\set ON_ERROR_STOP on
\set QUIET on
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
BEGIN;
CREATE SCHEMA IF NOT EXISTS slapd_pgsql;
CREATE TABLE IF NOT EXISTS slapd_pgsql.number (
    kind   text    NOT NULL,
    key    text    NOT NULL,
    number integer NOT NULL UNIQUE,
    PRIMARY KEY (kind, key)
);
SQL
    for my $section (@sections) {
        my $base = $directory->{ $section eq 'users' ? 'uid_base' : 'gid_base' };
        my $last = $base + 999_999;
        my $keys = _keys($directory, $section);
        my @tables = map { SlapdPgsql::Catalog::literal($_) } @{ $directory->{$section}{tables} };
        my $watched = join ', ', @tables;
        $script .= <<"SQL";

-- $section: $base to $last
CREATE SEQUENCE IF NOT EXISTS slapd_pgsql.$section MINVALUE $base MAXVALUE $last;
CREATE OR REPLACE FUNCTION slapd_pgsql.number_$section() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS \$number\$
    INSERT INTO slapd_pgsql.number (kind, key, number)
    SELECT '$section', k.key, nextval('slapd_pgsql.$section')
    FROM (SELECT DISTINCT key FROM ($keys) r WHERE key IS NOT NULL) k
    WHERE NOT EXISTS (SELECT FROM slapd_pgsql.number n WHERE n.kind = '$section' AND n.key = k.key)
    ORDER BY k.key
    ON CONFLICT DO NOTHING
\$number\$;
REVOKE EXECUTE ON FUNCTION slapd_pgsql.number_$section() FROM PUBLIC;
-- A failure here must not fail the application's own statement.
CREATE OR REPLACE FUNCTION slapd_pgsql.new_$section() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS \$new\$
BEGIN
    PERFORM slapd_pgsql.number_$section();
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'slapd_pgsql.number_$section: %', SQLERRM;
    RETURN NULL;
END
\$new\$;
SELECT slapd_pgsql.number_$section() \\g /dev/null
DO \$triggers\$
DECLARE
    one regclass;
BEGIN
    FOREACH one IN ARRAY ARRAY[$watched]::regclass[] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS slapd_pgsql_$section ON %s', one);
        EXECUTE format('CREATE TRIGGER slapd_pgsql_$section AFTER INSERT ON %s FOR EACH STATEMENT EXECUTE FUNCTION slapd_pgsql.new_$section()', one);
    END LOOP;
END
\$triggers\$;
SQL
    }
    return "${script}COMMIT;\n";
}

sub rights {
    my ($role) = @_;
    my $quoted = SlapdPgsql::Catalog::identifier($role);
    return "-- The table of numbers (numbers.sql).\nGRANT USAGE ON SCHEMA slapd_pgsql TO $quoted;\nGRANT SELECT ON $name TO $quoted;\n";
}

1;
