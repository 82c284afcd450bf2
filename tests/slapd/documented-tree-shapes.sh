# The other shapes of trees in slapd-pgsql-guide(7) are served, and the indexes on the page are used.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/manual.sh"
start_postgres
shapes='Other shapes of trees'

shape() { # BLOCK EXPECTED-DNS…: without the suffix
    serve < <(sed -n '1,/^pgsql-uri/p' <<<"$(block 'An example with units' 2)"; block "$shapes" "$1"
        echo "pgsql-list groups SELECT 'none' AS name, 1 AS gid_number WHERE false")
    same "${*:2}" "$(dns -b $base '(|(uid=*)(ou=*)(l=*))' | sed "s/,$base//" | xargs)" "the entries of shape $1"
    stop_slapd
}
index() { grep -oE 'CREATE INDEX ON staff \(.*\)' <<<"$guide" | sed -n "$1p"; }
uses_index() { # BLOCK: the condition of a search below a unit
    local users
    users=$(block "$shapes" "$1" | sed -n '/^pgsql-list users/,$p' | sed '1s/^pgsql-list users//')
    contains "$(q "SET enable_seqscan = off; EXPLAIN SELECT * FROM ($users) AS e WHERE e.unit = ANY ('{a,b}')")" 'Index Cond'
}

# Columns of text.
q "CREATE TABLE staff (login text PRIMARY KEY, number int, site text, dept text);
   INSERT INTO staff VALUES ('ann', 1, 'Bremen', 'Sales'), ('bea', 2, 'Berlin', 'IT'), ('carl', 3, 'Bremen', NULL), ('dora', 4, NULL, NULL);
   GRANT SELECT ON staff TO ldap; $(index 1)"
shape 1 ou=Berlin ou=Bremen ou=IT,ou=Berlin ou=Sales,ou=Bremen uid=ann,ou=Sales,ou=Bremen uid=bea,ou=IT,ou=Berlin uid=carl,ou=Bremen uid=dora
uses_index 1
shape 2 ou=IT ou=Sales uid=ann,ou=Sales uid=bea,ou=IT uid=carl uid=dora

# Paths.
tree='ou=Bremen ou=Harbor,ou=Bremen uid=ann,ou=Harbor,ou=Bremen uid=bea,ou=Bremen uid=dora'
if [ "$(q "SELECT count(*) FROM pg_available_extensions WHERE name = 'ltree'")" = 1 ]; then
    q "DROP TABLE staff; CREATE EXTENSION ltree; CREATE TABLE place (path ltree PRIMARY KEY, name text); CREATE TABLE staff (login text, number int, path ltree);
       INSERT INTO place VALUES ('hb', 'Bremen'), ('hb.harbor', 'Harbor'); INSERT INTO staff VALUES ('ann', 1, 'hb.harbor'), ('bea', 2, 'hb'), ('dora', 3, NULL);
       GRANT SELECT ON place, staff TO ldap; $(index 2)"
    shape 3 "$tree"
    uses_index 3
    q 'DROP TABLE place'
fi
q "DROP TABLE staff; $(block "$shapes" 5); CREATE TABLE place (path text[] PRIMARY KEY); CREATE TABLE staff (login text, number int, path text[]);
   INSERT INTO place VALUES ('{Bremen}'), ('{Bremen,Harbor}'); INSERT INTO staff VALUES ('ann', 1, '{Bremen,Harbor}'), ('bea', 2, '{Bremen}'), ('dora', 3, NULL);
   GRANT SELECT ON place, staff TO ldap; $(index 3)"
shape 4 "$tree"
uses_index 4

# Two kinds of parents.
q "DROP TABLE staff; CREATE TABLE site (id int, name text); CREATE TABLE department (id int, site_id int, name text);
   CREATE TABLE staff (login text, number int, department_id int);
   INSERT INTO site VALUES (1, 'Bremen'); INSERT INTO department VALUES (1, 1, 'Sales'), (2, NULL, 'IT');
   INSERT INTO staff VALUES ('ann', 1, 1), ('bea', 2, 2), ('dora', 3, NULL); GRANT SELECT ON site, department, staff TO ldap"
shape 6 l=Bremen ou=IT ou=Sales,l=Bremen uid=ann,ou=Sales,l=Bremen uid=bea,ou=IT uid=dora
