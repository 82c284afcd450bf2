# A UNION's collation loses no name, and conflicting collations are refused.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "CREATE COLLATION loose (provider = icu, locale = 'und-u-ka-shifted', deterministic = false);
   CREATE TABLE near (name text COLLATE loose, note text COLLATE loose); CREATE TABLE far (name text COLLATE loose, note text COLLATE loose); CREATE TABLE plain (name text COLLATE \"C\", note text);
   INSERT INTO near SELECT 'role' || i || 'a', 'J-org' FROM generate_series(1, 600) i; INSERT INTO far SELECT 'role-' || i || 'a', 'Jorg' FROM generate_series(1, 600) i;
   INSERT INTO plain VALUES ('x', 'y'); GRANT SELECT ON near, far, plain TO ldap"
conf() { # QUERY
    manager_conf
    printf '%s\n' 'sizelimit unlimited' 'pgsql-kind roles container=ou=roles rdn=cn class=top,device' "pgsql-list roles $1"
}
names() { dns "${@:2}" -b "ou=roles,$base" -s one "$1" | sed -E 's/^cn=([^,]*),.*/\1/'; }
conf 'SELECT name AS cn, note AS description FROM near UNION ALL SELECT name, note FROM far' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
for options in '' '-E pr=1/noprompt' '-E pr=499/noprompt' '-E pr=1000/noprompt'; do
    # shellcheck disable=SC2086
    found=$(names '(objectClass=device)' $options)
    same 1200 "$(sort -u <<<"$found" | wc -l)" "names found ${options:-at once}"
done
same "role7a" "$(names '(cn=role7a)')" "a role by name"
same "role-7a" "$(search -b "cn=role-7a,ou=roles,$base" -s base cn | sed -n 's/^cn: //p')" "its neighbor"
same 600 "$(names '(description=Jorg)' | wc -l)" "roles by a note"
same 600 "$(names '(!(description=jorg))' | wc -l)" "the others"
same 1200 "$(names '(description=J*rg)' | wc -l)" "roles by a pattern"
stop_slapd

# Of an expression, and of a column that another query has made.
for query in "SELECT (name || '') AS cn FROM near UNION ALL SELECT name FROM far" 'WITH both_of AS (SELECT * FROM near UNION ALL SELECT * FROM far) SELECT name AS cn FROM both_of' \
    'SELECT coalesce(n.name, f.name) AS cn FROM near n FULL JOIN far f ON false'; do
    conf "$query" >"$T/other.conf"
    start_slapd "$T/other.conf"
    same 1200 "$(names '(objectClass=device)' -E pr=100/noprompt | sort -u | wc -l)" "names of $query"
    stop_slapd
done

# Which one counts, PostgreSQL does not know.
conf 'SELECT name AS cn FROM near UNION ALL SELECT name FROM plain' >"$T/conflict.conf"
OUT=$("${PRELOAD[@]}" slaptest -f "$T/conflict.conf" 2>&1) && fail "slaptest accepts a query whose collation nobody knows"
contains "$OUT" 'pgsql-list roles: PostgreSQL cannot tell the collation of the column "cn", which is made of columns with different ones; say which, for instance (…) COLLATE "C" AS "cn"'
conf 'SELECT name COLLATE "C" AS cn FROM near UNION ALL SELECT name COLLATE "C" FROM plain' >"$T/said.conf"
start_slapd "$T/said.conf"
same 601 "$(names '(objectClass=device)' -E pr=100/noprompt | wc -l)" "names where the query says it"
