# A repeated search runs no statement, and a committed change shows within 100 ms.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"
need perl
start_postgres -c log_statement=all
base=dc=example,dc=com
tell_of_changes '"Users"' '"Groups"' '"UserGroups"'
{ manager_conf; echo "pgsql-cache 16"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
first=$SLAPD uri=$URI
unset URI
start_slapd "$T/slapd.conf"
eventually 20 cache_used 2

for server in "$URI" "$uri"; do
    URI=$server
    costs_nothing -b $base '(&(uid=ann)(objectClass=posixAccount))' uid uidNumber
    costs_nothing -b $base '(UID=ann)' uid
    costs_nothing -b $base '(memberUid=ann)' cn
    costs_nothing -b $base '(cn=devs)'
    costs_nothing -b $base '(uid=nosuch)'
    costs_nothing -b "uid=ann,$base" -s base
    costs_nothing -E pr=3/noprompt -b $base '(uid=ann)'
    costs_nothing -b $base '(objectClass=posixAccount)'
    costs_statements -b $base '(uid=ann)' mail # other columns
    contains "$(search -b $base '(uid=ann)' mail)" "mail: ann@example.com"
done
same "uid=ann,$base" "$(dns -b $base '(&(uid=ann)(cn=Ann Archer))')" "the same row for another filter"
same "" "$(dns -b $base '(&(uid=ann)(!(cn=Ann Archer)))')" "and for its contrary"

# shows EXPECTED SEARCH-ARGUMENTS…, then the attribute's values are compared. Three times, for a machine that is busy elsewhere.
seen() { search -b $base "${@:2}" | perl -e 'my $attribute = shift; print join " ", sort map { /^$attribute: (.*)/ } <STDIN>' "$1"; }
shows() { # ATTRIBUTE FILTER EXPECTED SQL [EXPECTED SQL]…
    local attribute=$1 filter=$2 in_time=
    shift 2
    while [ $# -gt 0 ]; do
        for URI in "$URI" "$uri"; do seen "$attribute" "$filter" "$attribute" >/dev/null; done
        q "$2" >/dev/null
        sleep 0.1
        in_time+=' '
        for URI in "$URI" "$uri"; do
            if [ "$(seen "$attribute" "$filter" "$attribute")" = "$1" ]; then in_time+=1; continue; fi
            in_time+=0
            eventually 5 eval "[ \"\$(seen $attribute '$filter' $attribute)\" = '$1' ]"
        done
        shift 2
    done
    contains "$in_time" 11
}
new="INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
    VALUES (3000, 'new', '/', 'New', 'New', 'New', 'new', 'x', now(), now())"
gone="DELETE FROM \"Users\" WHERE uid = 'new'"
shows uid '(uid=new)' new "$new" "" "$gone" new "$new" "" "$gone"
rename() { echo "UPDATE \"Users\" SET cn = '$1' WHERE uid = 'ann'"; }
shows cn '(uid=ann)' One "$(rename One)" Two "$(rename Two)" "Ann Archer" "$(rename 'Ann Archer')"
enter="INSERT INTO \"UserGroups\" SELECT 2001, 2002, now(), now()"
leave="DELETE FROM \"UserGroups\" WHERE (\"uidNumber\", \"gidNumber\") = (2001, 2002)"
shows cn '(memberUid=bob)' "devs ldapusers sysadmins" "$enter" "ldapusers sysadmins" "$leave" "devs ldapusers sysadmins" "$enter"
shows memberUid '(cn=devs)' "ann carl gus" "$leave" "ann bob carl gus" "$enter"
# By way of others: a foreign key's cascade, a change that is rolled back, and TRUNCATE.
put="$new; INSERT INTO \"UserGroups\" SELECT 3000, 2002, now(), now()"
shows memberUid '(cn=devs)' "ann bob carl gus new" "$put" "ann bob carl gus" "$gone" "ann bob carl gus new" "$put" "ann bob carl gus" "$gone"
q "BEGIN; $(rename Never); ROLLBACK"
costs_nothing -b $base '(uid=ann)' cn
shows memberUid '(cn=devs)' "" 'CREATE TABLE kept AS TABLE "UserGroups"; TRUNCATE "UserGroups"' \
    "ann bob carl gus" 'INSERT INTO "UserGroups" TABLE kept' "" 'TRUNCATE "UserGroups"'

stop_slapd
SLAPD=$first
