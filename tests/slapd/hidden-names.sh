# No attribute shows the DN of a hidden row, in any column type or spelling.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com people=ou=people,dc=example,dc=com
q "CREATE EXTENSION citext
   ; CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)
   ; CREATE TABLE accounts (name text, login citext, loose text COLLATE loose, number int, key uuid, kind char(8), num bigint, shown boolean, boss text)
   ; INSERT INTO accounts SELECT n, n, n, i + 7, ('00000000-0000-0000-0000-00000000000' || i)::uuid, n, i, n NOT IN ('zed', 'Zoë, Ü'), CASE n WHEN 'ann' THEN 'zed' ELSE 'ann' END
     FROM unnest(array['ann', 'Bob', 'zed', 'Zoë, Ü']) WITH ORDINALITY AS t(n, i)
   ; CREATE TABLE teams (team text, account int)
   ; INSERT INTO teams SELECT t, num FROM accounts, unnest(array['all', 'some']) AS t WHERE t = 'all' OR shown
   ; CREATE TABLE links (dn text, what text)
   ; INSERT INTO links VALUES ('uid=ann,$people', 'a'), ('UserID = ZED , OU=People,dc=example, dc=com', 'z'), ('uid=zed,ou=People;DC=example,dc=com', 'z'),
       (E'uid=Zoë\\\\, ü,$people', 'z'), (E'uid=zoë\\\\2C Ü,$people', 'z'), ('uid=zed,dc=org', 'a'), ('cn=zed,$people', 'a'), ('uid=zed,ou=x,$people', 'a')
   ; GRANT SELECT ON accounts, teams, links TO ldap"
conf() { # COLUMN OPTIONS…: accounts named by it
    local name=$1
    shift
    base_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
    cat <<CONF
database pgsql
suffix $base
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind users container=ou=people
pgsql-list users SELECT $name AS username, num AS uid_number, 5 AS gid_number, name AS full_name, boss, shown FROM accounts
pgsql-list groups SELECT DISTINCT team AS name, 5 AS gid_number FROM teams
pgsql-values groups memberUid SELECT team AS name, a.$name AS who FROM teams JOIN accounts a ON num = account
pgsql-kind roles container=ou=roles rdn=cn class=top,groupOfUniqueNames,extensibleObject
pgsql-list roles SELECT 'r' AS cn, array(SELECT dn FROM links) AS "uniqueMember", (SELECT jsonb_agg(dn) FROM links) AS "seeAlso", 'uid=zed,$people' AS manager FROM generate_series(1, 1)
pgsql-values roles owner SELECT 'r' AS cn, dn FROM links
pgsql-lookup roles member SELECT 'r' AS cn, NULL::text[] AS "uniqueMember", NULL::jsonb AS "seeAlso", ''::text AS manager FROM links WHERE lower(dn) = ?
pgsql-attribute users manager default="uid={boss},$people"
pgsql-login-filter users shown
pgsql-hide-denied on
CONF
    printf '%s\n' "$@"
}
of() { search -b "$1" -s base "$2" | sed -n "s/^$2: //p" | sort | xargs -d '\n'; }
count() { search -b $base "$1" 1.1 | grep -c '^dn:' || true; }

# Names of any type: what is left of a group are the names of rows that are shown.
try() { # COLUMN ANN BOB ZED OPTIONS…
    conf "$1" "${@:5}" >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    same "$(printf '%s\n' "$2" "$3" | sort | xargs)" "$(of "cn=all,$base" memberUid | xargs)" "members, named by $1"
    same "$(printf '%s\n' "uid=$2,$people" "uid=$3,$people" | sort | xargs)" "$(of "cn=all,$base" member | xargs)" "their DNs, named by $1"
    same "$(of "cn=some,$base" memberUid)" "$(of "cn=all,$base" memberUid)" "members of one without hidden ones"
    same 2 "$(count "(&(objectClass=posixGroup)(memberUid=$2))")" "groups of $2"
    same 0 "$(count "(|(memberUid=$4)(member=uid=$4,$people)(manager=uid=$4,$people)(seeAlso=uid=$4,$people))")" "what names $4"
}
for name in login loose kind; do try $name ann Bob zed; stop_slapd; done
try number 8 9 10; stop_slapd
try key 00000000-0000-0000-0000-000000000001 00000000-0000-0000-0000-000000000002 00000000-0000-0000-0000-000000000003; stop_slapd
try name ann Bob zed 'pgsql-attribute users uid compare=any'; stop_slapd
try name ann Bob zed

# DNs: of an array, JSON, a query of values, a column, a template, however they are spelled.
shown="cn=zed,$people uid=ann,$people uid=zed,dc=org uid=zed,ou=x,$people"
for attribute in uniqueMember seeAlso owner; do same "$shown" "$(of "cn=r,ou=roles,$base" $attribute | xargs)" "$attribute"; done
same "" "$(of "cn=r,ou=roles,$base" manager)" "a manager who is hidden"
same "" "$(of "uid=ann,$people" manager)" "ann's"
same "uid=ann,$people" "$(search -b $base "(uidNumber=2)" manager | sed -n "s,^manager: ,,p")" "Bob's"
same 1 "$(count "(owner=uid=ann,$people)")" "roles of ann"
same 0 "$(count "(|(owner=uid=zed,$people)(uniqueMember=uid=zed,$people)(member=uid=zed,$people))")" "roles of zed"
same 1 "$(count "(&(cn=r)(!(owner=uid=zed,$people)))")" "roles that are not zed's"
expect 5 ldapcompare -x -H "$URI" "cn=r,ou=roles,$base" "owner:uid=zed,$people"
expect 6 ldapcompare -x -H "$URI" "cn=r,ou=roles,$base" "owner:uid=ann,$people"
stop_slapd

# While it cannot be told who is hidden, lists of names are an error, and no list.
sed 's/^pgsql-login-filter users shown/pgsql-login-filter users no_such_column/' "$T/slapd.conf" >"$T/broken.conf"
start_slapd "$T/broken.conf"
expect 80 search -b "cn=all,$base" -s base memberUid
expect 80 search -b $base '(memberUid=ann)'
expect 0 search -b "cn=all,$base" -s base gidNumber
