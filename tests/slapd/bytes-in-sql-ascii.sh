# In an SQL_ASCII database only rows that are not UTF-8 are skipped and logged.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
"$POSTGRES_BIN/createdb" -h "$T/pg" -p "$PGPORT" -U postgres -E SQL_ASCII -l C -T template0 ascii
PGCLIENTENCODING=SQL_ASCII "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -v ON_ERROR_STOP=1 ascii <<'END'
CREATE TABLE people (name text, number int, cn text, note text, words text[], data json, password text);
INSERT INTO people VALUES ('ann', 1, 'Zoë Ann', 'good', '{a,ë}', '["ë"]', 'x'), ('bob', 2, E'M\xfcller', E'\xff\xfe', ARRAY['b', E'\xfc'], '["b"]', E'\xff'),
    (E'\xe4rger', 3, 'Name', NULL, NULL, NULL, NULL), ('carl', 4, NULL, NULL, NULL, NULL, NULL), ('zoë', 5, 'Last', NULL, NULL, NULL, NULL);
CREATE TABLE teams (name text, number int, member text);
INSERT INTO teams VALUES ('red', 7, 'ann'), ('red', 7, E'\xfc'), (E'\xdf', 8, 'ann');
GRANT SELECT ON people, teams TO ldap;
END
conf() {
    base_conf
    columns='name AS username, number AS uid_number, number AS gid_number, cn AS full_name, note AS description, words AS title, data AS l, password'
    echo "database pgsql
suffix $base
pgsql-uri postgres://ldap:ldap@127.0.0.1:${1:-$PGPORT}/ascii
pgsql-list users SELECT $columns FROM people
pgsql-lookup users uid SELECT $columns FROM people WHERE name = ?
pgsql-attribute users uid compare=lower
pgsql-list groups SELECT DISTINCT name, number AS gid_number FROM teams
pgsql-values groups description SELECT name, member FROM teams"
}
answers() {
    local shown
    shown=$(search -b "$base" '(objectClass=posixAccount)' uid cn description title l)
    same "ann bob carl zoë" "$(sed -n 's/^dn:: //p; s/^dn: //p' <<<"$shown" | while read -r dn; do case $dn in uid=*) echo "$dn" ;; *) base64 -d <<<"$dn" && echo ;; esac; done | sed 's/^uid=\([^,]*\).*/\1/' | sort | xargs)" "users"
    contains "$shown" "cn:: $(printf 'Zoë Ann' | base64)"
    same "l: b title: b uid: bob" "$(search -b "$base" '(uid=bob)' uid cn description title l | grep -v ^dn | sort | xargs)" "bob, without what is no text"
    same "uid=ann,$base" "$(dns -b "$base" '(cn=zoë  ann)')" "a name in UTF-8"
    same "uid=ann,$base" "$(dns -b "$base" '(title=ë)')" "a word in UTF-8"
    same "uid=ann,$base" "$(dns -b "$base" '(|(cn=zoë ann)(cn=müller))')" "a name that is stored in other bytes"
    same "5" "$(search -b "$base" '(uid=zoë)' uidNumber | sed -n 's/^uidNumber: //p')" "an own name in UTF-8"
    same "cn=red,$base" "$(dns -b "$base" '(objectClass=posixGroup)' | grep -v '^cn=\(ann\|bob\|carl\)')" "groups"
    same "description: ann" "$(search -b "cn=red,$base" -s base description | grep ^desc)" "members"
    expect 49 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w x
    lacks "$(<"$T/slapd.log")" "err=80"
}
start_slapd - < <(conf)
answers
logged value-skipped 'users cn: the value "M\xfcller" of "bob" '
logged value-skipped 'users description: the value "\xff\xfe" of "bob" '
logged row-skipped 'the row "\xe4rger" is skipped'
logged row-skipped 'the row "\xdf" is skipped'
lacks "$(<"$T/pg/postgres.log")" "invalid byte sequence"

# Nor does it matter that the proxy gives every transaction to another session.
stop_slapd
start_slapd - < <(conf | sed 's/^pgsql-list users/pgsql-pooler on\n&/')
answers
lacks "$(<"$T/pg/postgres.log")" "invalid byte sequence"
