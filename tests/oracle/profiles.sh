# profiles.sh: turns the name of a profile into data, a directory of ours and one of back-mdb's, and searches sent to both.

# shellcheck source=tests/oracle/tree-profiles.sh
. "$TESTS/oracle/tree-profiles.sh"
profiles="manager virtual flat columns access nested dns loose many large $trees"
declare -A share=([manager]=21 [virtual]=4 [flat]=9 [columns]=20 [access]=9 [nested]=6 [dns]=5 [loose]=5 [many]=4 [large]=2 # of a run's searches, in per cent
    [tree]=5 [sites]=5 [branches]=4 [crowd]=1)

bis() { sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"; }

# The manager's four queries.
manager_directory() { manager_conf | bis; printf '%s\n' 'pgsql-kind users container=ou=people' 'pgsql-kind groups container=ou=groups'; }
manager_data() { data odd; }

# Unknown names could be registered, but none is as long as the pattern demands; unknown numbers have no entry.
virtual_directory() {
    manager_directory
    cat <<'END'
pgsql-virtual users uid write SELECT $1 AS username, 30000 AS uid_number, 30000 AS gid_number
pgsql-virtual users uidNumber SELECT 'x' AS username, 30000 AS uid_number, 30000 AS gid_number WHERE $1 < 0
pgsql-virtual groups cn write SELECT $1 AS name, 30000 AS gid_number
pgsql-virtual groups gidNumber SELECT 'x' AS name, 30000 AS gid_number WHERE $1 < 0
pgsql-virtual-names users .{33}
pgsql-virtual-names groups .{33}
END
}
virtual_data() { data odd; }

# Everything directly under the suffix, members by a query of values, a lookup by number, no private groups.
flat_directory() {
    manager_conf | sed '/^pgsql-lookup groups/,$d'
    echo 'pgsql-values groups memberUid SELECT g."cn" AS name, u."uid" AS member FROM "Groups" g JOIN "UserGroups" USING ("gidNumber") JOIN "Users" u USING ("uidNumber")'
    manager_conf | sed -n '/^pgsql-lookup users uid/,/^ WHERE/{s/users uid/users uidNumber/; s/WHERE "uid"/WHERE "uidNumber"/; p}'
    echo 'pgsql-attribute users uidNumber compare=exact'
    echo 'pgsql-private-groups off'
}
flat_data() { data odd; }

# A column of every type, at attributes of every syntax.
columns_directory() {
    local number=0 definition
    manager_conf | bis | sed '/^database pgsql/,$d'
    while read -r definition; do
        echo "attributetype ( 1.3.6.1.4.1.4203.666.11.$((number += 1)) NAME $definition )"
    done <<'END'
'flag' EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE
'moment' EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24
'small' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE
'whole' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE
'numbers' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27
'exact' EQUALITY caseExactMatch ORDERING caseExactOrderingMatch SUBSTR caseExactSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE
'word' SUP name
'regular' EQUALITY caseIgnoreMatch ORDERING caseIgnoreOrderingMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE
'padded' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15
'turkish' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15
'exactly' EQUALITY caseExactMatch ORDERING caseExactOrderingMatch SUBSTR caseExactSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15
'bytes' EQUALITY octetStringMatch ORDERING octetStringOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40
'unmatched' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15
'blobs' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40
'amount' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27
'amountText' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15
'uuid' EQUALITY UUIDMatch ORDERING UUIDOrderingMatch SYNTAX 1.3.6.1.1.16.1
'uuidText' SUP uuid
'uuids' SUP uuid
'naive' SUP moment
'day' SUP moment
'dayText' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15
'flagText' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15
'folded' SUP name
'loosely' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15
'looselyExact' EQUALITY caseExactMatch SUBSTR caseExactSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15
'tint' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15
'tag' EQUALITY caseIgnoreListMatch SUBSTR caseIgnoreListSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.41
'ip' EQUALITY caseExactIA5Match SUBSTR caseExactIA5SubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.26
END
    manager_conf | sed -n '/^database pgsql/,/^pgsql-uri/p'
    cat <<'END'
pgsql-kind things container=ou=things rdn=cn class=top,device,extensibleObject
pgsql-list things SELECT name AS cn, word, exact, regular, padded, turkish, small, whole, flag, moment, list AS description, numbers,
  loosely AS l, binary_json AS st, dn AS "seeAlso", phone AS "telephoneNumber", exact AS exactly, bytes, word AS unmatched, word AS initials,
  blobs, amount, amount AS "amountText", uuid, uuid_text AS "uuidText", uuids, naive, day, day AS "dayText", flag AS "flagText", folded,
  loose AS loosely, loose AS "looselyExact", tint, tag, ip, loosely AS o, moment AS "modifyTimestamp", naive AS "createTimestamp", small AS "roomNumber",
  uuid AS "employeeNumber", word AS street FROM things
pgsql-lookup things serialNumber SELECT name AS cn, id::text AS "serialNumber" FROM things WHERE id::text = ?
pgsql-values things title SELECT thing AS cn, title FROM titles
pgsql-values things employeeType SELECT thing AS cn, number FROM notes
pgsql-values things carLicense SELECT thing AS cn, pair FROM notes
pgsql-attribute things o default="no organisation"
pgsql-attribute things naive default=20200101000000Z
pgsql-attribute things folded default="{cn} folded" default=unfolded
pgsql-attribute things amount default=42
pgsql-attribute things street default="{regular} street"
pgsql-attribute things exact compare=exact
pgsql-attribute things regular compare=lower
pgsql-attribute things padded default=nothing default="{cn} and more"
pgsql-attribute things initials default="{regular}" default=none
pgsql-kind words container=ou=words,ou=things rdn=uid class=top,account
pgsql-list words SELECT 'w' || id AS uid, word AS description, regular AS l, list AS ou, name AS host FROM things WHERE id < 20
END
}
columns_data() { data odd columns; }

# Rules that hide entries, attributes and single values, from filters too; groups with an array of members, and with defaults.
access_directory() {
    local groups='SELECT g."cn" AS name, g."gidNumber" AS gid_number, array(SELECT m."uid"
        FROM "UserGroups" mg JOIN "Users" m USING ("uidNumber") WHERE mg."gidNumber" = g."gidNumber") AS member_uids FROM "Groups" g'
    manager_directory | sed '/^pgsql-list groups/,/^pgsql-kind users/{/^pgsql-kind users/!d}'
    echo "pgsql-list groups $groups"
    echo "pgsql-lookup groups memberUid $groups JOIN \"UserGroups\" ug USING (\"gidNumber\") JOIN \"Users\" u USING (\"uidNumber\") WHERE u.\"uid\" = ?"
    cat <<'END'
pgsql-attribute groups description default="group {gid_number} {name}"
pgsql-attribute groups seeAlso default="cn={name}" default="cn=odd"
access to dn.base="uid=bob,ou=people,dc=example,dc=com" by * none
access to dn.base="uid=carl,ou=people,dc=example,dc=com" attrs=entry by * disclose
access to dn.base="cn=devs,ou=groups,dc=example,dc=com" attrs=entry by * search
access to dn.children="ou=people,dc=example,dc=com" filter=(uidNumber>=4030) attrs=cn,gidNumber by * search
access to dn.children="ou=people,dc=example,dc=com" filter=(sn=*e*) attrs=mail by * none
access to attrs=homeDirectory val.regex="^/home/[a-d]" by * none
access to attrs=memberUid val.exact=ann by * none
access to attrs=givenName by * compare
access to attrs=objectClass val.exact=inetOrgPerson by * search
access to * by * read
END
}
access_data() { data odd; }

# Kinds that differ in what each attribute of DNs is: names of users or groups, DNs in a column, in lists, by lookups, by default.
nested_directory() {
    manager_directory
    cat <<'END'
pgsql-kind teams container=ou=teams rdn=cn class=top,groupOfNames,posixGroup,extensibleObject
pgsql-list teams SELECT name AS cn, number AS "gidNumber", dns AS member, of AS "memberOf", boss AS "seeAlso", boss AS manager FROM teams
pgsql-kind roles container=ou=roles rdn=uid class=top,account,extensibleObject
pgsql-list roles SELECT 'team ' || n AS uid, 'Role ' || n AS description FROM generate_series(0, 11) n
pgsql-values roles member SELECT name AS uid, dn FROM links WHERE what = 'member'
pgsql-values roles memberOf SELECT name AS uid, dn FROM links WHERE what = 'memberOf'
pgsql-values roles manager SELECT name AS uid, dn FROM links WHERE what = 'manager'
pgsql-attribute roles seeAlso default="uid={uid},ou=roles,dc=example,dc=com"
pgsql-kind crews container=ou=crews rdn=cn class=top,groupOfNames,extensibleObject
pgsql-list crews SELECT name AS cn, ARRAY(SELECT "uid"::text FROM "Users" WHERE "uidNumber" % 12 = number - 60000) AS "memberUid", ARRAY[boss, 'cn=devs,dc=nowhere'] AS "memberOf" FROM teams
pgsql-kind posts container=ou=posts rdn=cn class=top,groupOfNames,extensibleObject
pgsql-list posts SELECT DISTINCT name AS cn FROM posts
pgsql-values posts member SELECT name AS cn, dn FROM posts
pgsql-lookup posts member SELECT DISTINCT name AS cn FROM posts WHERE dn = ?
END
}
nested_data() { data odd nested; }

# Groups that say their members by DN, with private groups; users whose groups are in a list of their own.
dns_directory() {
    manager_directory
    cat <<'END'
pgsql-values groups member SELECT name, dn FROM links WHERE what = 'member'
pgsql-values users memberOf SELECT u."uid" AS username, l.dn FROM links l JOIN "Users" u ON l.name = 'team ' || u."uidNumber" % 12
pgsql-kind hosts container=ou=hosts rdn=cn class=top,device,extensibleObject
pgsql-list hosts SELECT name AS cn, of AS "memberOf", dns AS "uniqueMember", boss AS owner FROM teams
END
}
dns_data() { data odd nested; }

# Names that PostgreSQL takes for equal, or LDAP does; lookups by what is no text, and by what has defaults.
loose_directory() {
    local key groups=' SELECT t.name, t.number AS gid_number FROM teams t' users=' SELECT "uid" AS username, "uidNumber" AS uid_number, "gidNumber" AS gid_number,
  "cn" AS full_name, "mail", hand AS "employeeType", id AS "entryUUID", changed AS updated_at, "homeDirectory" AS home_directory FROM people'
    manager_conf | bis | sed '/^pgsql-list users/,$d'
    printf '%s\n' 'pgsql-kind users container=ou=people' 'pgsql-kind groups container=ou=groups' 'pgsql-attribute users uid compare=any' 'pgsql-attribute users mail compare=lower' \
        "pgsql-list users$users" "pgsql-list groups$groups UNION ALL SELECT 'last one', 77"
    for key in uid uidNumber gidNumber mail id:entryUUID changed:modifyTimestamp; do
        echo "pgsql-lookup users ${key#*:}$users WHERE \"${key%:*}\" = ?"
    done
    echo "pgsql-lookup groups memberUid$groups JOIN \"UserGroups\" ug ON ug.\"gidNumber\" = t.number AND t.own JOIN people u USING (\"uidNumber\") WHERE u.\"uid\" = ?"
    cat <<'END'
pgsql-kind hands container=ou=hands rdn=cn class=top,device,extensibleObject
pgsql-list hands SELECT DISTINCT hand AS cn FROM hands
pgsql-values hands memberUid SELECT hand AS cn, name FROM hands
pgsql-values hands l SELECT hand AS cn, thing FROM hands
pgsql-lookup hands memberUid SELECT hand AS cn FROM hands WHERE name = ?
pgsql-lookup hands l SELECT hand AS cn FROM hands WHERE lower(thing) = lower(?)
END
}
loose_data() { data odd loose; }

# A user in 500 groups, and slapd's own limit of 500 entries.
many_directory() { manager_directory; }
many_data() { data odd many; }

# A group of 50,000.
large_directory() {
    manager_directory | sed '/^pgsql-lookup groups/,/^pgsql-kind/{/^pgsql-kind/!d}'
    echo 'pgsql-values groups memberUid SELECT team AS name, who FROM members'
}
large_data() { data large; }

data() { # FILE…: into the manager's database as it was made, in place of what is there; some follow from the seed
    local file
    as_superuser template_manager -c '' 2>/dev/null || as_superuser postgres -c 'ALTER DATABASE manager RENAME TO template_manager'
    as_superuser postgres -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS manager WITH (FORCE)' -c 'CREATE DATABASE manager TEMPLATE template_manager'
    for file; do as_superuser manager -v "seed=$seed" -f "$TESTS/oracle/data/$file.sql" || fail "$file.sql is wrong"; done
}
as_superuser() { "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -v ON_ERROR_STOP=1 "$@"; }

# back-mdb has what our directory shows, to the last operational attribute; what slapd makes for every backend is left out.
# slapadd -s, because a groupOfNames without a member breaks the schema; lastmod off, lest it add attributes of its own.
dump() { search -D cn=admin,dc=example,dc=com -w admin -b dc=example,dc=com '*' + | grep -Ev '^(entryDN|subschemaSubentry|hasSubordinates):'; }
oracle_conf() { # CONFIGURATION: the same, with another backend
    sed -E "/^( |pgsql-|modulepath|rootdn|rootpw admin)/d
        s|^moduleload back_pgsql|modulepath /usr/lib/ldap\nmoduleload back_mdb\nmoduleload memberof|
        s|^database pgsql|database mdb\ndirectory $T/mdb\nmaxsize 1000000000\nlastmod off|" "$1"
}

altered() { cat "$1"; } # what the oracle gets of the data; notices.sh has another idea

run_profile() { # NAME
    local ours port oracle count absent=() status=0
    "$1_data"
    "$1_directory" >"$T/slapd.conf"
    unset URI
    LOG_LEVEL=${LOG_LEVEL:-none} start_slapd "$T/slapd.conf"
    ours=$URI
    dump >"$T/data.ldif"
    [ "$(grep -c '^dn:' "$T/data.ldif")" -gt 15 ] || fail "there is hardly anything to search in"
    if [[ " $trees " == *" $1 "* ]]; then
        check_tree "$1" || status=1
        absent=("$T/absent")
    fi

    rm -rf "$T/mdb"
    mkdir "$T/mdb"
    oracle_conf "$T/slapd.conf" >"$T/oracle.conf"
    altered "$T/data.ldif" >"$T/oracle.ldif"
    slapadd -s -q -f "$T/oracle.conf" -l "$T/oracle.ldif" >"$T/slapadd.log" 2>&1 || { cat "$T/slapadd.log"; fail "the oracle does not take our data"; }
    free_port port
    setpriv --pdeathsig TERM -- slapd -h "ldap://127.0.0.1:$port" -f "$T/oracle.conf" -d 0 >"$T/oracle.log" 2>&1 &
    oracle=$!
    eventually 10 ldapsearch -x -H "ldap://127.0.0.1:$port" -b '' -s base

    count=${FIRST:+${COUNT:-1}}
    count=${count:-$((${COUNT:-6000} * ${share[$1]} / 100))}
    echo "profile $1: $(grep -c '^dn:' "$T/data.ldif") entries"
    perl "$TESTS/oracle/random.pl" "ldap://127.0.0.1:$port" "$ours" "$T/data.ldif" "$count" "$seed" "${WORKERS:-2}" "${FIRST:-1}" "${absent[@]}" || status=1
    kill "$oracle" && wait "$oracle" 2>/dev/null || true
    stop_slapd
    return $status
}
