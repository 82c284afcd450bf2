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

# (table, condition for its new rows) if the id is a column of a table: a trigger on it then need not look at all rows.
sub _new_rows {
    my ($directory, $section) = @_;
    my $of = $directory->{$section};
    my ($alias, $column) = $of->{id} =~ /\A([a-z]\w*)\.(\w+|"(?:[^"]|"")+")\z/ or return;
    my ($table) = grep { $of->{from} =~ /\Q$_\E\s+(?:AS\s+)?\Q$alias\E(?!\w)/i } @{ $of->{tables} } or return;
    return ($table, "$of->{id} IN (SELECT r.$column FROM new_rows r)");
}

sub _insert {
    my ($section, $keys) = @_;
    return <<"SQL";
    INSERT INTO slapd_pgsql.number (kind, key, number)
    SELECT '$section', k.key, nextval('slapd_pgsql.$section')
    FROM (SELECT DISTINCT key FROM ($keys) r WHERE key IS NOT NULL) k
    WHERE NOT EXISTS (SELECT FROM slapd_pgsql.number n WHERE n.kind = '$section' AND n.key = k.key)
    ORDER BY k.key
    ON CONFLICT DO NOTHING
SQL
}

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
BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
CREATE SCHEMA IF NOT EXISTS slapd_pgsql;
CREATE TABLE IF NOT EXISTS slapd_pgsql.number (
    kind   text    NOT NULL,
    key    text    NOT NULL,
    number integer NOT NULL UNIQUE CHECK (number BETWEEN $first AND $last + 999999),
    PRIMARY KEY (kind, key)
);
SQL
    for my $section (@sections) {
        my $base = $directory->{ $section eq 'users' ? 'uid_base' : 'gid_base' };
        my $last = $base + 999_999;
        my ($table, $condition) = _new_rows($directory, $section);
        my $tables = join ', ', map { SlapdPgsql::Catalog::literal($_) } $table // @{ $directory->{$section}{tables} };
        my $rows = defined $table ? 'REFERENCING NEW TABLE AS new_rows ' : '';
        my ($all, $new) = map { _insert($section, _keys($directory, $section, $_)) } undef, $condition;
        $script .= <<"SQL";

-- $section: $base to $last
CREATE SEQUENCE IF NOT EXISTS slapd_pgsql.$section MINVALUE $base MAXVALUE $last;
$all;
-- A failure here must not fail the application's own statement. The function has the rights of the table's owner, who can replace
-- the table by a view: a superuser's function would then run functions of the owner.
CREATE OR REPLACE FUNCTION slapd_pgsql.number_$section() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS \$new\$
BEGIN
$new;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'slapd_pgsql.number_$section: %', SQLERRM;
    RETURN NULL;
END
\$new\$;
REVOKE EXECUTE ON FUNCTION slapd_pgsql.number_$section() FROM PUBLIC;
DO \$triggers\$
DECLARE
    one   regclass;
    owner text := (SELECT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(c.relowner)) FROM pg_catalog.pg_class c WHERE c.oid = (ARRAY[$tables]::regclass[])[1]);
BEGIN
    EXECUTE 'GRANT USAGE ON SCHEMA slapd_pgsql TO ' || owner;
    EXECUTE 'GRANT SELECT, INSERT ON slapd_pgsql.number TO ' || owner;
    EXECUTE 'GRANT USAGE ON SEQUENCE slapd_pgsql.$section TO ' || owner;
    EXECUTE 'ALTER FUNCTION slapd_pgsql.number_$section() OWNER TO ' || owner;
    FOREACH one IN ARRAY ARRAY[$tables]::regclass[] LOOP
        IF (SELECT c.relkind NOT IN ('r', 'p') FROM pg_class c WHERE c.oid = one) THEN
            RAISE WARNING '% is no table and can have no trigger: run this script again for new $section, by a timer for example', one;
            CONTINUE;
        END IF;
        EXECUTE format('DROP TRIGGER IF EXISTS slapd_pgsql_$section ON %s', one);
        EXECUTE format('CREATE TRIGGER slapd_pgsql_$section AFTER INSERT ON %s ${rows}FOR EACH STATEMENT EXECUTE FUNCTION slapd_pgsql.number_$section()', one);
    END LOOP;
END
\$triggers\$;
SQL
    }
    return "${script}ANALYZE $name;\nCOMMIT;\n";
}

sub rights {
    my ($role) = @_;
    my $quoted = SlapdPgsql::Catalog::identifier($role);
    return "-- The table of numbers (numbers.sql).\nGRANT USAGE ON SCHEMA slapd_pgsql TO $quoted;\nGRANT SELECT ON $name TO $quoted;\n";
}

1;
