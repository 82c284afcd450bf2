# Catalog.pm: the tables, columns, unique indexes and foreign keys of a PostgreSQL database, without any row.
package SlapdPgsql::Catalog;
use strict;
use warnings;

my $query = <<'SQL';
WITH RECURSIVE relation AS (
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.reltuples, c.relrowsecurity, c.relowner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
      AND (n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'slapd_pgsql') OR n.nspname = 'pg_catalog' AND c.relname IN ('pg_authid', 'pg_auth_members'))
), attribute AS (
    SELECT a.attrelid, json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, NULL), 'category', t.typcategory) ORDER BY a.attnum) AS columns
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid
    GROUP BY a.attrelid
), part (oid, relation) AS (
    SELECT r.oid, r.oid FROM relation r
    UNION
    SELECT i.inhrelid, p.relation FROM part p JOIN pg_inherits i ON i.inhparent = p.oid
), expression (relation, class, id) AS (
    -- What PostgreSQL computes to plan any query: the expressions of indexes, statistics and partition keys, and what its parts check.
    SELECT p.relation, 'pg_class'::regclass, i.indexrelid FROM part p JOIN pg_index i ON i.indrelid = p.oid
    UNION ALL
    SELECT p.relation, 'pg_class'::regclass, p.oid FROM part p
    UNION ALL
    SELECT p.relation, 'pg_statistic_ext'::regclass, s.oid FROM part p JOIN pg_statistic_ext s ON s.stxrelid = p.oid
    UNION ALL
    SELECT p.relation, 'pg_constraint'::regclass, k.oid FROM part p JOIN pg_constraint k ON k.conrelid = p.oid WHERE k.contype = 'c' AND p.oid <> p.relation
), function_of (relation, owner) AS (
    SELECT e.relation, f.proowner
    FROM expression e JOIN pg_depend d ON d.classid = e.class AND d.objid = e.id AND d.objsubid = 0
    LEFT JOIN pg_operator x ON d.refclassid = 'pg_operator'::regclass AND x.oid = d.refobjid
    JOIN pg_proc f ON f.oid = CASE d.refclassid WHEN 'pg_proc'::regclass THEN d.refobjid ELSE x.oprcode END
    UNION ALL
    SELECT p.relation, f.proowner
    FROM part p JOIN pg_attribute a ON a.attrelid = p.oid JOIN pg_cast k ON k.castsource = a.atttypid JOIN pg_proc f ON f.oid = k.castfunc
), hazard (oid, rolname) AS (
    -- These, and views and servers of foreign tables, act with the rights of the role that reads: to a superuser, those of others are hostile.
    SELECT p.relation, o.rolname FROM part p JOIN pg_class c ON c.oid = p.oid JOIN pg_roles o ON o.oid = c.relowner WHERE c.relkind IN ('v', 'f')
    UNION ALL
    SELECT f.relation, o.rolname FROM function_of f JOIN pg_roles o ON o.oid = f.owner
), uniqueness AS (
    SELECT i.indrelid, json_agg(pg_get_indexdef(i.indexrelid, 1, true)) AS keys
    FROM relation r JOIN pg_index i ON i.indrelid = r.oid
    WHERE i.indisunique AND i.indnkeyatts = 1
    GROUP BY i.indrelid
), joint AS (
    SELECT x.indrelid, json_agg(x.columns) AS keys
    FROM (SELECT i.indrelid, json_agg(a.attname) AS columns
          FROM relation r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
          WHERE i.indisunique AND i.indnkeyatts > 1 AND i.indexprs IS NULL
          GROUP BY i.indrelid, i.indexrelid) x
    GROUP BY x.indrelid
), reference AS (
    SELECT k.conrelid, json_agg(json_build_object('column', a.attname, 'table', b.nspname || '.' || b.relname, 'key', x.attname)) AS foreign_keys
    FROM pg_constraint k JOIN relation b ON b.oid = k.confrelid
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] JOIN pg_attribute x ON x.attrelid = k.confrelid AND x.attnum = k.confkey[1]
    WHERE k.contype = 'f' AND cardinality(k.conkey) = 1
    GROUP BY k.conrelid
), path AS (
    -- In such a schema another role can create a function that fits a query better than the one of PostgreSQL, such as lower(varchar).
    SELECT n.nspname, s.place, current_setting('is_superuser') = 'on' AND EXISTS (
        SELECT FROM pg_proc f JOIN pg_roles o ON o.oid = f.proowner
        WHERE NOT o.rolsuper AND (f.pronamespace = n.oid OR f.oid IN (SELECT x.oprcode FROM pg_operator x WHERE x.oprnamespace = n.oid))) AS hostile
    FROM unnest(regexp_split_to_array((SELECT reset_val FROM pg_settings WHERE name = 'search_path'), ' *, *')) WITH ORDINALITY s(name, place)
    JOIN pg_namespace n ON s.name IN (quote_ident(n.nspname), '"' || n.nspname || '"') OR s.name = '"$user"' AND n.nspname = current_user
    WHERE n.nspname !~ '^pg_'
)
SELECT json_build_object('database', current_database(), 'role', current_user, 'version', current_setting('server_version'), 'port', current_setting('port'),
    'peer', host(inet_server_addr()),
    'path', (SELECT coalesce(json_agg(p.nspname ORDER BY p.place), '[]') FROM path p),
    'safe_path', (SELECT coalesce(json_agg(p.nspname ORDER BY p.place), '[]') FROM path p WHERE NOT p.hostile),
    'tables', (SELECT coalesce(json_agg(json_build_object('schema', r.nspname, 'name', r.relname, 'kind', r.relkind, 'rows', greatest(r.reltuples, 0)::bigint, 'row_security', r.relrowsecurity,
        'readable', has_schema_privilege(r.nspname, 'USAGE') AND has_any_column_privilege(r.oid, 'SELECT'),
        'hazard', (SELECT min(h.rolname::text) FROM hazard h JOIN pg_roles o ON o.rolname = h.rolname AND NOT o.rolsuper WHERE h.oid = r.oid AND current_setting('is_superuser') = 'on'),
        'columns', coalesce(a.columns, '[]'), 'unique', coalesce(u.keys, '[]'), 'joint', coalesce(j.keys, '[]'), 'foreign_keys', coalesce(f.foreign_keys, '[]')) ORDER BY r.nspname, r.relname), '[]')
        FROM relation r LEFT JOIN attribute a ON a.attrelid = r.oid LEFT JOIN uniqueness u ON u.indrelid = r.oid LEFT JOIN joint j ON j.indrelid = r.oid LEFT JOIN reference f ON f.conrelid = r.oid))
SQL

# Returns { database, role, version, port, peer, path and safe_path (schemas in which names without one are found), tables => [{ schema, name, columns => [{ name, type, category }], unique, joint, foreign_keys, ... }] }.
# Tables and columns whose names have line breaks or the like are left out: slapd.conf, recipes and SQL comments cannot contain these.
sub read_from {
    my ($psql) = @_;
    my $catalog = $psql->json($query);
    $catalog->{tables} = [grep { "$_->{schema}$_->{name}" !~ /[[:cntrl:]]/ } @{ $catalog->{tables} }];
    for my $table (@{ $catalog->{tables} }) {
        @{ $table->{columns} } = grep { "$_->{name}$_->{type}" !~ /[[:cntrl:]]/ } @{ $table->{columns} };
        $table->{column} = { map { ($_->{name} => $_) } @{ $table->{columns} } };
    }
    return bless $catalog, __PACKAGE__;
}

# The tables of users, without those of PostgreSQL itself.
sub own_tables { my ($self) = @_; return grep { $_->{schema} ne 'pg_catalog' } @{ $self->{tables} } }

# The table "schema.name", or "name" if only one schema has it; undef: none. Dies if there are several.
sub table {
    my ($self, $name) = @_;
    my @found = grep { "$_->{schema}.$_->{name}" eq $name } @{ $self->{tables} };
    @found = grep { $_->{name} eq $name } $self->own_tables if !@found;
    die "several schemas have a table $name; write ", join(' or ', map { "$_->{schema}.$name" } @found), "\n" if @found > 1;
    return $found[0];
}

# Whether a recipe can name the table.
sub can_be_written { my ($table) = @_; return "$table->{schema}.$table->{name}" =~ /\A[\w\$ -]+\.[\w\$ -]+\z/ }

# Whether a unique index is on the column alone, also one on lower(column).
sub is_unique {
    my ($table, $name) = @_;
    my $identifier = quotemeta $name;
    return scalar(grep { /\A(?:lower\(\(?)?"?$identifier"?(?:\)?::text\))?\)?\z/ } @{ $table->{unique} }) ? 1 : 0;
}

# The columns together with which the column is unique, such as a tenant; undef: none.
sub unique_with {
    my ($table, $name) = @_;
    for my $key (grep { grep { $_ eq $name } @$_ } @{ $table->{joint} }) {
        my @others = grep { $_ ne $name } @$key;
        return join ', ', sort @others if !grep { is_unique($table, $_) } @others;
    }
    return;
}

# The column of the Unix number WHICH, uid or gid, quoted; undef: none.
sub number_column {
    my ($table, $which) = @_;
    my ($column) = grep { $_->{type} =~ /\A(?:smallint|integer|bigint)\z/ && $_->{name} =~ /\A(?:unix_)?${which}_?number\z/i } @{ $table->{columns} };
    return $column ? identifier($column->{name}) : undef;
}

# Whether the column NUMBER has numbers for machines: above 0, which is root or stands for none, and with OWN no two rows the same.
sub has_numbers {
    my ($table, $psql, $number, $own) = @_;
    my $different = $own ? " AND count($number) = count(DISTINCT $number)" : '';
    my $good = eval { $psql->json("SELECT json_build_array(count(*) = 0 OR min($number) > 0$different) FROM " . qualified($table), 30) };
    return $good && $good->[0];
}

sub identifier { my ($text) = @_; return $text =~ /\A[a-z_][a-z0-9_]*\z/ && !reserved($text) ? $text : '"' . $text =~ s/"/""/gr . '"' }
sub literal    { my ($text) = @_; return "'" . $text =~ s/'/''/gr . "'" }
sub qualified  { my ($table) = @_; return identifier($table->{schema}) . '.' . identifier($table->{name}) }

# PostgreSQL's reserved words, and those that are no names of tables or columns everywhere.
my %reserved = map { $_ => 1 } qw(all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
    concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user default
    deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull
    join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
    returning right select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using variadic verbose
    when where window with between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping inout int integer interval
    least national nchar none normalize nullif numeric out overlay position precision real row setof smallint substring time timestamp treat trim values varchar);
sub reserved { return $reserved{ $_[0] } }

1;
