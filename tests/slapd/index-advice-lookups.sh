# A lookup by an expression gets index advice only if the index would serve it.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/scans.sh"
. "$TESTS/lib/advice.sh"
start_postgres
q "CREATE TABLE people (id int PRIMARY KEY, login varchar(60), team int, at timestamptz DEFAULT now());
   INSERT INTO people SELECT n, 'U' || n, n % 9 FROM generate_series(1, 20000) n;
   CREATE TABLE teams (number text, name text);
   INSERT INTO teams SELECT n::text, 'T' || n FROM generate_series(1, 20000) n;
   CREATE VIEW seen AS SELECT id, login COLLATE \"C\" || '.' AS login FROM people;
   GRANT SELECT ON people, teams, seen TO ldap; ANALYZE"
conf() { # FROM WHERE-OF-UID WHERE-OF-NUMBER
    local select="SELECT login AS username, id + 1000 AS uid_number, 5 AS gid_number FROM $1"
    base_conf
    printf '%s\n' 'database pgsql' 'suffix "dc=example,dc=com"' "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager" \
        "pgsql-list users $select" "pgsql-lookup users uid $select WHERE $2" "pgsql-lookup users uidNumber $select WHERE $3" \
        'pgsql-list groups SELECT name, number AS gid_number FROM teams' 'pgsql-attribute groups cn column=name compare=exact' \
        "pgsql-values groups memberUid SELECT t.name, p.login AS member FROM teams t JOIN people p ON p.team::text || '0' = lower(t.number)" 'pgsql-private-groups off'
}
conf people 'lower(login) = lower(?)' 'id + 1000 = ?' >"$T/lookups.conf"
restart "$T/lookups.conf"
said=$(advice)
contains "$said" 'finding users by uid reads all of people (20000 rows); missing index: CREATE INDEX ON people ((lower((login)::text)));'
contains "$said" 'finding users by uidNumber reads all of people (20000 rows); missing index: CREATE INDEX ON people ((id + 1000));'
contains "$said" 'showing memberUid of groups'
q "$(grep -o 'CREATE INDEX.*' "$T/slapd.log") ANALYZE"
restart "$T/lookups.conf"
lacks "$(advice)" 'finding users by uid'
lacks "$(advice)" 'CREATE INDEX'
for filter in '(uid=u4242)' '(uidNumber=5242)'; do same 0 "$(reads_all "(&(objectClass=posixAccount)$filter)" uid=U4242)" "tables read whole for $filter"; done

# What PostgreSQL's words leave out, an index would not serve.
conf seen "login = ? || '.'" 'id + 1000 = ?' >"$T/collated.conf"
restart "$T/collated.conf"
contains "$(advice)" "((login)::text || '.'::text) may have a COLLATE that PostgreSQL does not show"
lacks "$(advice)" "CREATE INDEX ON people (((login"
# What depends on the session.
conf people "login || to_char(at, 'YYYY') = ? || '2020'" "id + date_part(\$\$hour\$\$, now())::int = ?" >"$T/words.conf"
restart "$T/words.conf"
contains "$(advice)" "is not IMMUTABLE and cannot be indexed"
lacks "$(advice)" 'CREATE INDEX'
