# Private groups of users that only lookups return are found by name, number, member.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
# Nobody is listed but bob; fay's private group has her own number, ivy's does not, and gus' group is stored.
q "UPDATE \"Users\" SET \"gidNumber\" = 7008 WHERE \"uid\" = 'ivy'; CREATE EXTENSION citext"
conf() { # SCHEMA FURTHER-LOOKUP…
    local users lookup
    users=$(manager_conf | sed -n '/^pgsql-list users/,/^ FROM/{/^pgsql/d; p}')
    manager_conf | sed "s|/etc/ldap/schema/nis.schema|$1|; /^pgsql-list users/,/^ FROM/s/^ FROM \"Users\"/& WHERE \"uid\" = 'bob'/"
    shift
    for lookup; do printf 'pgsql-lookup users %s\n%s WHERE "%s" = ?\n' "$lookup" "$users" "$lookup"; done
}
groups() { dns -b $base "(&(objectClass=posixGroup)$1)" | sed -E 's/^cn=([^,]*),.*/\1/' | xargs; }
entry() { search -b $base "(&(objectClass=posixGroup)$1)" '*' +; }

conf /etc/ldap/schema/nis.schema uidNumber >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
same "devs empty ldapusers sysadmins" "$(groups '')" "groups that are listed"
for filter in '(cn=fay)' '(cn=FAY)' '(memberUid=fay)' '(gidNumber=2005)' '(|(cn=fay)(cn=nosuch))' '(&(cn=fay)(gidNumber=2005))'; do
    [ "$filter" = '(|(cn=fay)(cn=nosuch))' ] || same "fay" "$(groups "$filter")" "what $filter finds"
done
expected=$(search -b "cn=fay,$base" -s base '*' +)
contains "$expected" "memberUid: fay"
contains "$expected" "gidNumber: 2005"
for filter in '(cn=fay)' '(memberUid=fay)' '(gidNumber=2005)'; do same "$expected" "$(entry "$filter")" "the entry that $filter finds"; done
same "ivy" "$(groups '(cn=ivy)')" "a group with another number than its user, by name"
same "devs" "$(groups '(memberUid=gus)')" "gus' groups, all of them stored"
same "" "$(groups '(cn=gus)')$(groups '(cn=nosuch)')$(groups '(gidNumber=2006)')" "groups that nobody has"
same "" "$(groups '(&(cn=fay)(gidNumber=2004))')" "fay's group by another's number"
expect 6 ldapcompare -x -H "$URI" "cn=fay,$base" memberUid:fay
expect 5 ldapcompare -x -H "$URI" "cn=fay,$base" gidNumber:2004
stop_slapd

# By the lookup of the number, whichever user has it; and of several users who share it, the first has the group.
conf "$PROJECT/schema/rfc2307bis.schema" gidNumber >"$T/numbers.conf"
start_slapd "$T/numbers.conf"
for filter in '(gidNumber=7008)' '(cn=ivy)' '(&(memberUid=ivy)(cn=i*))' "(&(cn=ivy)(member=uid=ivy,$base))"; do same "ivy" "$(groups "$filter")" "what $filter finds"; done
same "$(entry '(cn=ivy)')" "$(entry '(gidNumber=7008)')" "the entry found by number"
same "$(entry '(cn=ivy)')" "$(entry "(&(member=uid=ivy,$base)(gidNumber>=7000))")" "the entry found by DN"
contains "$(entry '(cn=ivy)')" "member: uid=ivy,$base"
same "" "$(groups '(gidNumber=99999999999)')" "a number that no column holds"
same "ldapusers" "$(groups '(gidNumber=2001)')" "a number that a group has"
stop_slapd

# Names of another type.
q 'ALTER TABLE "Users" ALTER "uid" TYPE citext; UPDATE "Users" SET "uid" = $$Fay$$ WHERE "uid" = $$fay$$'
start_slapd "$T/numbers.conf"
for filter in '(cn=fay)' '(memberUid=Fay)' '(gidNumber=2005)' "(member=uid=fay,$base)"; do same "Fay" "$(groups "$filter")" "what $filter finds of citext"; done
same "" "$(groups '(memberUid=fay)')$(groups '(memberUid=FAY)')" "groups of a name that is not spelled so"
stop_slapd

# Without a lookup there is nothing to find them by.
q 'UPDATE "Users" SET "uid" = lower("uid"::text)'
conf /etc/ldap/schema/nis.schema | sed '/^pgsql-lookup users uid/,/^ WHERE/d' >"$T/none.conf"
start_slapd "$T/none.conf"
same "" "$(groups '(cn=fay)')" "groups of users that no query returns"
