# A private group is one and the same entry, whichever search finds it.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
{
    manager_conf
    echo 'pgsql-attribute groups description default="the group {name}"'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"

fay() { search -b "$base" "(&(objectClass=posixGroup)$1)" '*' + | sed -n "/^dn: cn=fay,/,/^$/p"; }
expected=$(search -b "cn=fay,$base" -s base '*' +)
contains "$expected" "memberUid: fay"
contains "$expected" "description: the group fay"
contains "$expected" "entryUUID: "
uuid=$(sed -n 's/^entryUUID: //p' <<<"$expected")
for filter in '(cn=fay)' '(gidNumber=2005)' '(memberUid=fay)' '(objectClass=*)' '(description=the group fay)' "(entryUUID=$uuid)" \
    "(&(memberUid=fay)(entryUUID=$uuid))" '(|(memberUid=fay)(cn=devs))'; do
    same "$expected" "$(fay "$filter")" "what $filter finds"
done

# It stays that entry when it is stored, and others are other entries.
q "INSERT INTO \"Groups\" VALUES (2005, 'fay', false, now(), now())"
same "$uuid" "$(search -b "cn=fay,$base" -s base entryUUID | sed -n 's/^entryUUID: //p')" "the UUID of the stored group"
same 1 "$(search -b "$base" "(entryUUID=$uuid)" 1.1 | grep -c ^dn:)" "entries with it"
stop_slapd

# Users' names and numbers of other types than the groups' have.
q 'CREATE EXTENSION citext;
   CREATE TABLE members (login integer, word citext, num bigint, gid bigint, amount numeric(12,2)); INSERT INTO members VALUES (101, $$Zed$$, 1, 3000000000, 100.00), (102, $$zoe$$, 2, 5, 5.00);
   CREATE TABLE teams (name text, gid integer, digits text, made timestamptz); INSERT INTO teams VALUES ($$staff$$, 5, $$5$$, now());
   GRANT SELECT ON members, teams TO ldap'
groups() { dns -b "$base" "(&(objectClass=posixGroup)$1)" | sed -E 's/^cn=([^,]*),.*/\1/' | xargs; }
try() { # USERNAME GID GROUPS-GID
    {
        base_conf
        printf '%s\n' "database pgsql" "suffix $base" "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager" \
            "pgsql-list users SELECT $1 AS username, num AS uid_number, $2 AS gid_number FROM members" \
            "pgsql-lookup users uid SELECT $1 AS username, num AS uid_number, $2 AS gid_number FROM members WHERE $1::text = ?" \
            "pgsql-list groups SELECT name, $3 AS gid_number, made AS created_at FROM teams" \
            "pgsql-lookup groups memberUid SELECT name, t.$3 AS gid_number, made AS created_at FROM teams t JOIN members m ON m.gid = t.gid WHERE m.$1::text = ?"
    } >"$T/types.conf"
    start_slapd "$T/types.conf"
}
try login gid gid
same "101 staff" "$(groups '')" "groups, with numbers for names"
same 101 "$(groups '(gidNumber=3000000000)')" "the group of a number that no group's column holds"
same 101 "$(groups '(gidNumber>=2999999999)')" "groups from a number on"
same 101 "$(groups '(cn=101)')" "a number's group"
same 101 "$(groups '(memberUid=101)')" "the group of a number"
same staff "$(groups '(!(cn=101))')" "others"
stop_slapd
try word amount gid
same "Zed staff" "$(groups '')" "groups, with citext for names"
same Zed "$(groups '(gidNumber=100)')" "the group of a number with decimals"
same Zed "$(groups '(memberUid=Zed)')" "Zed's group"
same "Zed staff" "$(groups '(!(memberUid=zed))')" "groups without zed"
same Zed "$(groups '(cn=z*)')" "groups by a pattern"

# What the groups have and no private group has; and numbers that are text.
same "" "$(search -b "cn=Zed,$base" -s base createTimestamp | sed -n 's/^createTimestamp: //p')" "when Zed's group was made"
same staff "$(groups '(createTimestamp>=20200101000000Z)')" "groups by their time"
stop_slapd
try login gid digits
same "101 staff" "$(groups '')" "groups with digits"
same 101 "$(groups '(gidNumber=3000000000)')" "the group of a number, where others have digits"
