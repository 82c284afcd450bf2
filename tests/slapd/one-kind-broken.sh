# When a query fails, entries that depend on it are errors, not incomplete.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
{ manager_conf; echo "pgsql-private-groups off"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
members() { search -b "cn=devs,$base" -s base memberUid | sed -n 's/^memberUid: //p' | sort | xargs; }
same "ann carl gus" "$(members)" "the members"

# Members follow from the users' list here.
q 'ALTER TABLE "Users" RENAME COLUMN "sn" TO "away"'
for attributes in '' memberUid '* +'; do
    # shellcheck disable=SC2086
    expect 80 search -b $base '(objectClass=posixGroup)' $attributes
    same "" "$OUT" "groups of which the members are not known"
done
expect 80 search -b "cn=devs,$base" -s base
expect 80 search -b "cn=devs,$base" -s base memberUid
expect 80 search -b $base '(&(objectClass=posixGroup)(!(memberUid=*)))' 1.1
expect 80 ldapcompare -x -H "$URI" "cn=devs,$base" memberUid:nobody
# What does not need them is served.
same "cn=devs,$base" "$(dns -b $base '(&(objectClass=posixGroup)(cn=devs))')" "a group by name"
same "cn=devs,$base cn=ldapusers,$base cn=sysadmins,$base" "$(dns -b $base '(&(objectClass=posixGroup)(memberUid=ann))' | xargs)" "groups by member"
q 'ALTER TABLE "Users" RENAME COLUMN "away" TO "sn"'
same "ann carl gus" "$(members)" "the members, as soon as they can be had"

# memberOf follows from the groups.
same "uid=ann,$base uid=carl,$base uid=gus,$base" "$(dns -b $base "(memberOf=cn=devs,$base)" | xargs)" "who is in devs"
q 'ALTER TABLE "Groups" RENAME TO "Gone"'
for _ in 1 2; do expect 80 search -b $base "(&(objectClass=posixAccount)(memberOf=cn=devs,$base))" 1.1; done
expect 80 search -b "uid=ann,$base" -s base memberOf
expect 80 search -b "uid=ann,$base" -s base +
expect 80 ldapcompare -x -H "$URI" "uid=ann,$base" "memberOf:cn=devs,$base"
contains "$(search -b "uid=ann,$base" -s base)" 'uidNumber: 2000'
q 'ALTER TABLE "Gone" RENAME TO "Groups"'
same "uid=ann,$base uid=carl,$base uid=gus,$base" "$(dns -b $base "(memberOf=cn=devs,$base)" | xargs)" "who is in devs, afterwards"
