# A row that fails to evaluate is skipped, but a failing query stays an error.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "CREATE TABLE people (name text PRIMARY KEY, data text, extra json, born text);
   INSERT INTO people SELECT 'user' || i, i, '[\"x\"]', '2000-01-01' FROM generate_series(1000, 1999) i;
   UPDATE people SET data = 'none' WHERE name = 'user1100';
   UPDATE people SET extra = '[\"\\u0000\"]' WHERE name = 'user1200';
   UPDATE people SET born = '2000-02-31' WHERE name = 'user1300';
   CREATE TABLE phones (name text, phone text); INSERT INTO phones VALUES ('user1400', '1'), ('user1400', '2'), ('user1401', '3');
   CREATE FUNCTION checked(text) RETURNS text LANGUAGE plpgsql STABLE AS \$\$ BEGIN IF \$1 = 'user1500' THEN RAISE 'not this one'; END IF; RETURN \$1; END \$\$;
   CREATE TABLE teams (name text, number text, member text);
   INSERT INTO teams VALUES ('red', '7', 'user1001'), ('blue', '8', 'user1001'), ('odd', 'x', 'user1001');
   GRANT SELECT ON people, phones, teams TO ldap"
columns='name AS username, data::int AS uid_number, 100 AS gid_number, extra AS title, born::date::text AS description, (SELECT phone FROM phones t WHERE t.name = p.name) AS "telephoneNumber", checked(name) AS full_name'
conf() { # LIST [LOOKUP]
    base_conf
    echo "database pgsql
suffix $base
rootdn cn=admin,$base
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-private-groups off
pgsql-list users $1
pgsql-lookup users uid ${2:-$1 WHERE name = ?}
pgsql-attribute users uid compare=lower
pgsql-list groups SELECT name, number::int AS gid_number FROM teams
pgsql-lookup groups memberUid SELECT name, number::int AS gid_number FROM teams WHERE member = ?"
}
names() { ldapsearch -x -LLL -o ldif-wrap=no -H "$URI" -D "cn=admin,$base" -w admin -b "$base" "$@" | sed -n 's/^\(uid\|cn\): //p' | sort; }
broken='user1100|user1200|user1300|user1400|user1500'
readable=$(seq -f user%.0f 1000 1999 | grep -vxE "$broken")
start_slapd - < <(conf "SELECT $columns FROM people p")
same "$readable" "$(names '(objectClass=posixAccount)' uid title description telephoneNumber cn | grep user | sort -u)" "all users"
same "$readable" "$(names -E pr=70/noprompt '(objectClass=posixAccount)' uid title description telephoneNumber cn | grep user | sort -u)" "all users, in pages"
for name in ${broken//|/ }; do
    logged row-unreadable "users \"$name\": "
    same "" "$(names "(uid=$name)")" "$name by lookup"
    same "user1001" "$(names "(|(uid=$name)(uid=user1001))" | sort -u)" "$name, and another one"
    expect 32 search -D "cn=admin,$base" -w admin -b "uid=$name,$base" -s base
done
# Also where the filter's own condition fails for such rows.
same "user1001" "$(names '(uidNumber=1001)' uid)" "a number"
same "$(grep -vx user1001 <<<"$readable")" "$(names '(&(uid=*)(uidNumber=*)(!(uidNumber=1001)))' uid | grep user | grep -vxE "$broken")" "an enumeration"
same "user1401" "$(names '(telephoneNumber=3)' uid)" "a phone"
same "$(grep user19 <<<"$readable")" "$(names '(&(uid=user19*)(title=X))' uid)" "a title"
# Of a member's groups, too.
same "blue red" "$(names '(objectClass=posixGroup)' cn | xargs)" "all groups"
same "blue red" "$(names '(memberUid=user1001)' cn | xargs)" "the groups of a member"
lacks "$(<"$T/slapd.log")" "err=80"
stop_slapd

# A query that fails for every row is broken, and stays an error, for one entry as for all.
for query in 'SELECT name AS username, (1 / (length(name) * 0))::int AS uid_number, 100 AS gid_number FROM people' \
    "SELECT name AS username, uid_number, 100 AS gid_number FROM (SELECT name, data::int AS uid_number FROM people OFFSET 0) t"; do
    start_slapd - < <(conf "$query" "SELECT * FROM ($query) t WHERE username = ?")
    for filter in '(objectClass=posixAccount)' '(uid=user1001)' '(uidNumber=1001)'; do
        expect 80 search -D "cn=admin,$base" -w admin -b "$base" "(&(objectClass=posixAccount)$filter)"
    done
    expect 80 search -D "cn=admin,$base" -w admin -b "uid=user1001,$base" -s base
    expect 80 ldapwhoami -x -H "$URI" -D "uid=user1001,$base" -w x
    stop_slapd
done
# So does a lookup that is broken where the list is not.
start_slapd - < <(conf "SELECT name AS username, length(name) AS uid_number, 100 AS gid_number FROM people" \
    'SELECT name AS username, 1 / (length(name) - 8) AS uid_number, 100 AS gid_number FROM people WHERE name = ?')
expect 80 search -D "cn=admin,$base" -w admin -b "$base" '(uid=user1001)'
same 1000 "$(names '(objectClass=posixAccount)' uid | grep -c user)" "all users"
