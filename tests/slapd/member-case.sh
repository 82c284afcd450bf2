# A name in another case is no member, however loosely a lookup compares.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/shown.sh"
need perl
start_postgres
base=dc=example,dc=com
q "UPDATE \"Users\" SET \"uid\" = 'Ann' WHERE \"uid\" = 'ann'; UPDATE \"Users\" SET \"uid\" = 'Fay' WHERE \"uid\" = 'fay';
   CREATE EXTENSION citext; CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
   CREATE TABLE members (team text, who citext); INSERT INTO members VALUES ('devs', 'Ann'), ('devs', 'carl'), ('empty', 'ANN'); GRANT SELECT ON members TO ldap"
found() { dns -b $base "$1" | sed -E 's/^cn=([^,]*),.*/\1/' | xargs; }
member() { search -b "$base" "(&(cn=devs)$1)" memberUid | sed -n 's/^memberUid: //p' | sort | xargs; }
only_ann() { # WHAT
    found_as_shown "$1" memberUid
    same "devs ldapusers sysadmins" "$(found '(memberUid=Ann)')" "$1: groups of Ann"
    same "" "$(found '(memberUid=ANN)')$(found '(|(memberUid=ann)(memberUid=ANN))')$(found '(&(memberUid=ann)(cn=*))')" "$1: groups of others"
    same "Ann carl gus" "$(member '(memberUid=Ann)')" "$1: members of devs"
    same "Ann carl gus" "$(member '(|(memberUid=ANN)(cn=devs))')" "$1: members of devs, whoever is named"
    same "Fay" "$(found '(memberUid=Fay)')" "$1: Fay's group"
    same "" "$(found '(memberUid=fay)')" "$1: fay's group"
    expect 6 ldapcompare -x -H "$URI" "cn=devs,$base" memberUid:Ann
    expect 5 ldapcompare -x -H "$URI" "cn=devs,$base" memberUid:ANN
    expect 5 ldapcompare -x -H "$URI" "cn=fay,$base" memberUid:FAY
}
try() { # WHAT LINE…
    local what=$1
    shift
    { manager_conf; printf '%s\n' "$@"; } >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    "${check:-only_ann}" "$what"
    stop_slapd
}
q 'ALTER TABLE "Users" ALTER "uid" TYPE citext'
try "citext"
try "citext in any case" 'pgsql-attribute users uid compare=any'
try "citext, listed" 'pgsql-values groups memberUid SELECT g."cn" AS name, u."uid" FROM "Groups" g JOIN "UserGroups" USING ("gidNumber") JOIN "Users" u USING ("uidNumber")'
q 'ALTER TABLE "Users" ALTER "uid" TYPE varchar(255) COLLATE loose'
try "a collation"
q 'ALTER TABLE "Users" ALTER "uid" TYPE varchar(255) COLLATE "default"'
manager_conf | sed 's/^ WHERE u."uid" = ?/ WHERE lower(u."uid") = lower(?)/; s/^ WHERE "uid" = ?/ WHERE lower("uid") = lower(?)/' >"$T/lower.conf"
manager_conf() { cat "$T/lower.conf"; }
try "lower()" 'pgsql-attribute users uid compare=any'

# Each group with the spelling of its own.
listed() {
    found_as_shown "$1" memberUid
    same "devs" "$(found '(memberUid=Ann)')" "groups of Ann"
    same "empty" "$(found '(memberUid=ANN)')" "groups of ANN"
    same "" "$(found '(memberUid=ann)')" "groups of ann"
    same "devs empty" "$(found '(|(memberUid=ANN)(memberUid=Ann)(memberUid=ann))')" "groups of all of them"
    same "empty" "$(found '(&(memberUid=ANN)(!(memberUid=Ann)))')" "groups of ANN alone"
    expect 5 ldapcompare -x -H "$URI" "cn=devs,$base" memberUid:ANN
}
manager_conf() { sed '/^pgsql-lookup groups/,/^ WHERE/d' "$T/lower.conf"; }
check=listed try "a list of its own" 'pgsql-values groups memberUid SELECT team AS name, who FROM members' \
    'pgsql-lookup groups memberUid SELECT g."cn" AS name, g."gidNumber" AS gid_number FROM "Groups" g JOIN members ON team = g."cn" WHERE who = ?'
