# A row that PostgreSQL cannot convert to UTF-8 is skipped and logged.
. "$(dirname "$0")/../lib.sh"
start_postgres
in_db() { "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -A -t -v ON_ERROR_STOP=1 "$1" -c "$2"; }
# Bytes that each encoding allows, and that mean no character.
declare -A bytes=([WIN1251]='\x98' [EUC_JP]='\xfcfc')
{
    base_conf
    for encoding in WIN1251 EUC_JP; do
        "$POSTGRES_BIN/createdb" -h "$T/pg" -p "$PGPORT" -U postgres -E "$encoding" -l C -T template0 "db_$encoding"
        in_db "db_$encoding" "CREATE TABLE people (name text PRIMARY KEY, number int, note text, password text);
            INSERT INTO people SELECT 'user' || i, i, 'note ' || i, '{SSHA}x' FROM generate_series(1000, 2299) i;
            UPDATE people SET note = convert_from('${bytes[$encoding]}', '$encoding') WHERE number IN (1000, 1001, 1700, 2299);
            UPDATE people SET name = convert_from('${bytes[$encoding]}', '$encoding') || number WHERE number IN (1500, 1501);
            CREATE TABLE teams (name text, number int, member text);
            INSERT INTO teams VALUES ('blue', 6, 'user1002'), ('red', 7, 'user1002'), ('red', 7, convert_from('${bytes[$encoding]}', '$encoding'));
            GRANT SELECT ON people, teams TO ldap"
        columns='name AS username, number AS uid_number, number AS gid_number, note AS description, password'
        echo "database pgsql
suffix dc=$encoding
rootdn cn=admin,dc=$encoding
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/db_$encoding
pgsql-private-groups off
pgsql-list users SELECT $columns FROM people
pgsql-attribute users uid compare=lower
pgsql-lookup users uid SELECT $columns FROM people WHERE name = ?
pgsql-list groups SELECT DISTINCT name, number AS gid_number FROM teams
pgsql-values groups description SELECT name, member FROM teams"
    done
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
numbers() { search -D "cn=admin,$base" -w admin -b "$base" "$@" uidNumber description | sed -n 's/^uidNumber: //p' | sort -n; }
readable=$(seq 1000 2299 | grep -vxE '1000|1001|1700|2299|1500|1501')
for encoding in WIN1251 EUC_JP; do
    base=dc=$encoding
    same "$readable" "$(numbers '(objectClass=posixAccount)')" "all users"
    same "$readable" "$(numbers -E pr=100/noprompt '(objectClass=posixAccount)')" "all users, in pages"
    same "$readable" "$(numbers '(&(uid=*)(uidNumber=*)(!(uidNumber=0)))')" "what SSSD asks for"
    same "1002" "$(numbers '(|(uid=user1001)(uid=user1002))')" "one that can be read, and one that cannot"
    same "" "$(numbers '(uidNumber=1500)')" "one whose name cannot be read"
    same "$(grep 16 <<<"$readable")" "$(numbers '(description=*16*)')" "what a filter on the column finds"
    # Without the column in question the row is there.
    same "uid=user1700" "$(ldapsearch -x -LLL -H "$URI" -b "$base" '(uid=user1700)' uidNumber | sed -n 's/^dn: \([^,]*\).*/\1/p')" "a row without the column"
    same "" "$(numbers '(&(uid=user1700)(description=*))')" "the row itself"
    expect 32 search -D "cn=admin,$base" -w admin -b "uid=user1700,$base" -s base
    expect 49 ldapwhoami -x -H "$URI" -D "uid=user1700,$base" -w x
    for name in user1000 user1001 user1700 user2299; do logged row-unreadable "users \"$name\": "; done
    logged row-unreadable 'users without a readable name: '
    # A list with such a value belongs to a row as well.
    same "cn=blue,$base" "$(dns -b "$base" "(objectClass=posixGroup)" description)" "groups with their lists"
    logged row-unreadable 'groups "red": '
done
lacks "$(<"$T/slapd.log")" "err=80"

# Nobody pays for it who does not meet such a row.
before=$(grep -c ERROR "$T/pg/postgres.log")
base=dc=WIN1251
same "$(seq 1801 1899)" "$(numbers '(&(uidNumber>=1801)(uidNumber<=1899))')" "rows around"
same "$before" "$(grep -c ERROR "$T/pg/postgres.log")" "statements that failed"
