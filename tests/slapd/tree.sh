# Users and groups in units below each other: searches, names, binds, access rules, pages and slapcat.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/tree.sh"
need perl slapcat
start_postgres
tree_tables
bremen=ou=Bremen,$base steintor=ou=Steintor,ou=Bremen,$base abc="ou=a\\2C b \\2B c,ou=Steintor,ou=Bremen,$base" berlin=ou=berlin,$base
empty=ou=Steintor,ou=berlin,$base nord=ou=bremen-nord,$base aaa="ou=AAA,$abc"
# Two names of users occur at two places, one of groups too, and a unit is deeper than what comes before it by name.
q "UPDATE people SET pass = (SELECT \"userPassword\" FROM \"Users\" WHERE uid = 'gus') WHERE login IN ('boss', 'ann', 'dora');
   INSERT INTO people SELECT 7, 4, 'ann', 1007, \"userPassword\" FROM \"Users\" WHERE uid = 'bob';
   INSERT INTO people VALUES (8, 6, 'double', 1008), (9, 2, 'double', 1009);
   INSERT INTO units VALUES (7, 5, 'AAA', NULL); INSERT INTO teams VALUES (4, 4, 'gb', 2004); INSERT INTO members VALUES (4, 6), (4, 8)"
conf() { tree_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"; }
conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"

# DNs in one line, without the suffix, and with another name for what is hard to read.
short() { sed -E "s/,?$base\$//; s/ou=a.2C b .2B c/ou=abc/" | sort | xargs; }
found() { { search "$@" 1.1 || echo "dn: error $?"; } | sed -n 's/^dn: //p' | short; }
at() { found -b "$2" -s "$1" "${@:3}"; } # SCOPE BASE [FILTER]
of() { search -b "$1" -s base "$2" | sed -n "s/^$2: //p" | short; } # DN ATTRIBUTE

# Scopes.
same "cn=all ou=Bremen ou=berlin ou=bremen-nord uid=boss" "$(at one $base)" "below the suffix"
same "ou=Bremen" "$(at base $bremen)" "a unit"
same "cn=gb,ou=Bremen ou=Steintor,ou=Bremen uid=ann,ou=Bremen" "$(at one $bremen)" "immediately below a unit"
same "cn=gb,ou=Bremen ou=AAA,ou=abc,ou=Steintor,ou=Bremen ou=Steintor,ou=Bremen ou=abc,ou=Steintor,ou=Bremen uid=ann,ou=Bremen uid=dora,ou=abc,ou=Steintor,ou=Bremen \
uid=double,ou=Steintor,ou=Bremen uid=sven,ou=Steintor,ou=Bremen" "$(at children $bremen)" "everything below a unit"
same "ou=AAA,ou=abc,ou=Steintor,ou=Bremen ou=abc,ou=Steintor,ou=Bremen uid=dora,ou=abc,ou=Steintor,ou=Bremen" "$(at sub "$abc")" "a unit and what is below it"
same "ou=Steintor,ou=berlin uid=double,ou=Steintor,ou=berlin" "$(at sub $empty)" "a unit whose name is twice"
same "uid=ann,ou=bremen-nord" "$(at sub "uid=ann,$nord")" "a user as the base"
same "" "$(at one "uid=ann,$nord")" "below a user"
same "ou=AAA,ou=abc,ou=Steintor,ou=Bremen" "$(at sub "$aaa")" "a unit with nothing below it"
same "uid=ann,ou=Bremen uid=ann,ou=bremen-nord" "$(at sub $base '(uid=ANN)')" "a name at two places"
same "uid=ann,ou=Bremen" "$(at sub $bremen '(uid=ann)')" "a name below one of them"
same "uid=double,ou=Steintor,ou=Bremen uid=double,ou=Steintor,ou=berlin" "$(at children $base '(&(uid=double)(!(ou=Steintor)))')" "a name below units of one name"
same "" "$(at children $berlin '(uidNumber=1002)')" "a number that is elsewhere"
same "uid=ann,ou=Bremen" "$(at sub $base '(&(uidNumber=1002)(objectClass=posixAccount))')" "a number"
same "ou=Steintor,ou=Bremen ou=Steintor,ou=berlin" "$(at sub $base '(ou=steintor)')" "units by name"
same "ou=Bremen" "$(at sub $base '(&(objectClass=organizationalUnit)(description=The City))')" "a unit by its note"

# Spellings of one base.
for spelled in "OU=BREMEN,DC=EXAMPLE,dc=com" "ou = bremen , $base" "ou=\\42remen,$base" "2.5.4.11=Bremen,$base" "organizationalUnitName=bremen,$base" "ou=\"Bremen\",$base"; do
    same "cn=gb,ou=Bremen ou=Steintor,ou=Bremen uid=ann,ou=Bremen" "$(at one "$spelled")" "below $spelled"
done
for spelled in 'ou=a\, b \+ c' 'ou="a, b + c"' 'ou=A\2c  B\20\2B C'; do
    same "uid=dora,ou=abc,ou=Steintor,ou=Bremen" "$(at one "$spelled,$steintor" '(uid=*)')" "below $spelled"
done

# What does not exist, and how much of it does.
missing() { # BASE MATCHED-DN
    expect 32 search -b "$1"
    same "Matched DN: $2" "$(grep '^Matched' <<<"$ERR")" "what there is above $1"
    expect 32 search -b "$1" -s one '(objectClass=*)'
    expect 32 ldapcompare -x -H "$URI" "$1" objectClass:top
}
missing "uid=x,ou=none,$abc" "$abc"
missing "ou=Steintor,$nord" "$nord"
missing "ou=AAA,$steintor" "$steintor"
missing "ou=Bremen,ou=Steintor,$base" "$base"
missing "uid=x,uid=ann,$bremen" "uid=ann,$bremen"
missing "uid=sven,$bremen" "$bremen"
missing "cn=Bremen,$base" "$base"
missing "ou=Bremen+description=the city,$base" "$base"

# hasSubordinates.
for unit in $base "$bremen" "$steintor" "$abc" "$berlin" "$empty" "$nord"; do same TRUE "$(of "$unit" hasSubordinates)" "hasSubordinates of $unit"; done
for leaf in "$aaa" "uid=ann,$bremen" "cn=all,$base"; do same FALSE "$(of "$leaf" hasSubordinates)" "hasSubordinates of $leaf"; done
q "DELETE FROM people WHERE id = 8" # the last one there
same FALSE "$(of "$empty" hasSubordinates)" "hasSubordinates of a unit that has become empty"
same "ou=AAA,ou=abc,ou=Steintor,ou=Bremen ou=Steintor,ou=berlin" "$(at sub $base '(&(ou=*)(hasSubordinates=FALSE))')" "units with nothing below"
same "ou=Bremen ou=Steintor,ou=Bremen ou=abc,ou=Steintor,ou=Bremen ou=berlin ou=bremen-nord" "$(at children $base '(hasSubordinates=TRUE)')" "units with something below"
same "" "$(at children $bremen '(&(objectClass=posixAccount)(hasSubordinates=TRUE))')" "users with something below"
expect 5 ldapcompare -x -H "$URI" "$empty" hasSubordinates:TRUE
q "INSERT INTO people VALUES (8, 6, 'double', 1008)"
expect 6 ldapcompare -x -H "$URI" "$empty" hasSubordinates:TRUE

# entryDN.
same "uid=double,ou=Steintor,ou=berlin" "$(at sub $base "(entryDN=UID=Double, OU=steintor,$berlin)")" "a user by entryDN"
same "ou=Steintor,ou=Bremen" "$(at sub $base "(entryDN=$steintor)")" "a unit by entryDN"
same "" "$(at sub $berlin "(entryDN=$steintor)")" "a unit that is elsewhere"
same "" "$(at sub $base "(entryDN=uid=sven,$bremen)")" "a name at a place where it is not"
same "cn=gb,ou=bremen-nord ou=Bremen uid=sven,ou=Steintor,ou=Bremen" "$(at sub $base "(|(entryDN=cn=gb,$nord)(entryDN=$bremen)(entryDN=uid=sven,$steintor)(entryDN=uid=bea,$bremen))")" "several"
same "uid=ann,ou=bremen-nord uid=nils,ou=bremen-nord" "$(at one $nord "(&(!(entryDN=cn=gb,$nord))(!(entryDN=uid=ann,$bremen)))")" "all but some"
same "ou=AAA,ou=abc,ou=Steintor,ou=Bremen ou=abc,ou=Steintor,ou=Bremen uid=dora,ou=abc,ou=Steintor,ou=Bremen" \
    "$(at sub $base '(entryDN:dnSubtreeMatch:=ou=a\5c2C b \5c2B c,'"$steintor)")" "what is at or below a unit"
same "uid=double,ou=Steintor,ou=Bremen uid=sven,ou=Steintor,ou=Bremen" "$(at sub $base "(&(uid=*)(entryDN:dnOneLevelMatch:=$steintor))")" "what is immediately below one"
same "uid=dora,ou=abc,ou=Steintor,ou=Bremen uid=double,ou=Steintor,ou=Bremen uid=double,ou=Steintor,ou=berlin uid=sven,ou=Steintor,ou=Bremen" \
    "$(at sub $base '(&(objectClass=posixAccount)(ou:dn:=steintor))')" "users below units of a name"

# Members.
same "uid=ann,ou=Bremen uid=ann,ou=bremen-nord uid=boss uid=sven,ou=Steintor,ou=Bremen" "$(of "cn=all,$base" member)" "members"
same "uid=double,ou=Steintor,ou=Bremen uid=double,ou=Steintor,ou=berlin uid=nils,ou=bremen-nord" "$(of "cn=gb,$nord" member)" "members of a group whose name is twice"
same "cn=gb,ou=bremen-nord" "$(of "uid=nils,$nord" memberOf)" "groups of a user"
same "cn=all cn=gb,ou=Bremen cn=gbe,ou=berlin" "$(of "uid=ann,$bremen" memberOf)" "groups of another"
dora='uid=dora,ou=a\5c2C b \5c2B c'
same "cn=gb,ou=Bremen" "$(at sub $base "(member=$dora,$steintor)")" "groups by member"
same "" "$(at sub $base "(member=uid=dora,$steintor)")" "groups by a DN that no member has"
same "cn=gb,ou=bremen-nord" "$(at one $nord "(member=uid=double,$empty)")" "groups by member, at a place"
same "" "$(at sub $bremen "(member=uid=double,$empty)")" "groups by member, elsewhere"
same "uid=double,ou=Steintor,ou=Bremen" "$(at sub $bremen "(memberOf=cn=gb,$nord)")" "users of a group, below a unit"
same "uid=ann,ou=Bremen uid=ann,ou=bremen-nord uid=dora,ou=abc,ou=Steintor,ou=Bremen" "$(at sub $base "(memberOf=cn=gb,$bremen)")" "users of the other one"
same "" "$(at sub $base "(memberOf=cn=gb,$base)")" "users of a group that does not exist"
compare() { expect "$1" ldapcompare -x -H "$URI" "$2" "$3"; } # CODE DN ASSERTION; 6 is compareTrue, 5 compareFalse
compare 6 "cn=gb,$bremen" "member:uid=dora,$abc"
compare 5 "cn=gb,$bremen" "member:uid=dora,$nord"
compare 6 "uid=dora,$abc" "memberOf:cn=gb,$bremen"
compare 5 "uid=dora,$abc" "memberOf:cn=gb,$nord"
compare 6 "$bremen" "description:the city"
compare 5 "$bremen" ou:berlin
compare 16 "$berlin" description:x
compare 6 "uid=double,$empty" uidNumber:1008
compare 5 "uid=double,$empty" uidNumber:1009

# Binds.
bind() { ldapwhoami -x -H "$URI" -D "$1" -w "$2"; }
for who in "uid=boss,$base" "uid=ann,$bremen" "uid=dora,$abc"; do
    expect 0 bind "$who" gus-secret
    same "dn:$who" "$OUT" "who has logged in"
done
expect 0 bind "UID=Dora,OU=\"a, b + c\",$steintor" gus-secret
same "dn:uid=dora,$abc" "$OUT" "who has logged in by another spelling"
expect 0 bind "uid=ann,$nord" bob-secret
same "dn:uid=ann,$nord" "$OUT" "the other ann"
for refused in "uid=ann,$bremen bob-secret" "uid=ann,$nord gus-secret" "uid=ann,$base gus-secret" "uid=dora,$steintor gus-secret" "uid=boss,$bremen gus-secret" \
    "$bremen gus-secret" "uid=sven,$steintor gus-secret" "uid=dora,ou=none,$base gus-secret"; do
    expect 49 bind "${refused% *}" "${refused##* }"
done
stop_slapd

# Access rules name places.
{
    conf
    cat <<END_OF_RULES
access to attrs=userPassword by * auth
access to attrs=description by group/groupOfNames/member.exact="cn=gb,$bremen" read by * none
access to dn.subtree="${abc//\\/\\\\}" by dn.subtree="${abc//\\/\\\\}" read by * none
access to dn.onelevel="$nord" filter=(objectClass=posixAccount) by dn.onelevel="$bremen" read by * none
access to dn.children="$berlin" by dn.base="uid=boss,$base" read by * none
access to dn.regex="^uid=[^,]+,(ou=[^,]+),$base\$" attrs=uidNumber by dn.regex="^uid=[^,]+,\$1,$base\$" read by * none
access to * by * read
END_OF_RULES
} >"$T/acl.conf"
start_slapd "$T/acl.conf"
as() { local who=$1; shift; found -D "$who" -w gus-secret "$@"; }
public="cn=all cn=gb,ou=Bremen cn=gb,ou=bremen-nord ou=Bremen ou=Steintor,ou=Bremen ou=berlin ou=bremen-nord uid=ann,ou=Bremen uid=boss uid=double,ou=Steintor,ou=Bremen
    uid=sven,ou=Steintor,ou=Bremen"
with() { xargs -n 1 <<<"$public $*" | sort | xargs; }
same "$(with)" "$(at children $base)" "what anybody sees"
same "$(with uid=ann,ou=bremen-nord uid=nils,ou=bremen-nord)" "$(as "uid=ann,$bremen" -b $base -s children)" "what a user immediately below a unit sees"
same "$(with ou=abc,ou=Steintor,ou=Bremen ou=AAA,ou=abc,ou=Steintor,ou=Bremen uid=dora,ou=abc,ou=Steintor,ou=Bremen)" "$(as "uid=dora,$abc" -b $base -s children)" "what a user sees in the own unit"
same "$(with ou=Steintor,ou=berlin uid=bea,ou=berlin uid=double,ou=Steintor,ou=berlin cn=gbe,ou=berlin)" "$(as "uid=boss,$base" -b $base -s children)" "what the boss sees"
same "ou=Bremen" "$(as "uid=dora,$abc" -b $base '(description=the city)')" "what a member finds"
same "" "$(as "uid=boss,$base" -b $base '(description=the city)')" "what others find"
same "uid=ann,ou=Bremen" "$(as "uid=ann,$bremen" -b $bremen '(uidNumber=1002)')" "numbers in the own unit"
same "" "$(as "uid=boss,$base" -b $bremen '(uidNumber=1002)')" "numbers in another unit"
expect 32 search -b "$abc" -s base
expect 32 search -b "uid=x,$aaa"
lacks "$ERR" "2C b" # a unit that may not be seen is no part of what matches
expect 32 ldapcompare -x -H "$URI" "uid=dora,$abc" uid:dora
stop_slapd

# Pages: each name at two places, more of them than PostgreSQL is asked for at once.
q "INSERT INTO people SELECT 100 + n, 1 + n % 6, 'p' || n / 2, 5000 + n FROM generate_series(0, 1399) n"
{ conf; echo "sizelimit unlimited"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
for where in $base "$bremen"; do
    whole=$(dns -b "$where")
    for size in 37 499 500 501; do same "$whole" "$(dns -E pr=$size/noprompt -b "$where")" "pages of $size below $where"; done
    same "$(wc -l <<<"$whole")" "$(sort -u <<<"$whole" | wc -l)" "names below $where"
done
same 1421 "$(dns -E pr=250/noprompt -b $base | wc -l)" "entries: 1 suffix, 7 units, 1409 users, 4 groups"
same "$(q "SELECT count(*) FROM people WHERE unit IN (1, 2, 5)")" "$(dns -E pr=100/noprompt -b "$bremen" '(uid=*)' | wc -l)" "users below a unit"
same "$(q "SELECT count(*) FROM people WHERE unit = 2")" "$(dns -E pr=2/noprompt -b "$steintor" -s one '(uid=*)' | wc -l)" "users immediately below one"
stop_slapd

# slapcat: what is above comes first; parts by URL and filter. (slapcat -s aborts in slapd 2.5.13; a URL says the same.)
dump() { "${PRELOAD[@]}" slapcat -f "$T/slapd.conf" -o ldif-wrap=no "$@" 2>"$T/words" | sed -n 's/^dn: //p' || fail "slapcat $*: $(<"$T/words")"; }
dump >"$T/names"
same 1421 "$(sort -u "$T/names" | wc -l)" "entries of slapcat"
perl -ne 'chomp; my ($above) = /^[^,]*,(.*)$/; $. == 1 or $seen{$above} or die "$_ comes before $above\n"; $seen{$_} = 1' "$T/names" ||
    fail "slapcat writes an entry before what is above it"
q "DELETE FROM people WHERE id >= 100"
url() { dump -H "ldap:///$1??$2?${3:-}" | short; }
same "ou=AAA,ou=abc,ou=Steintor,ou=Bremen ou=abc,ou=Steintor,ou=Bremen uid=dora,ou=abc,ou=Steintor,ou=Bremen" "$(url "ou=a%5C2C%20b%20%5C2B%20c,$steintor" sub)" "a unit and what is below"
same "cn=gb,ou=Bremen ou=Steintor,ou=Bremen uid=ann,ou=Bremen" "$(url "$bremen" one)" "one level below a unit"
same "ou=Steintor,ou=berlin" "$(url "$empty" base)" "a unit"
same "uid=double,ou=Steintor,ou=berlin" "$(url "uid=double,$empty" sub)" "a user"
same "" "$(url "ou=none,$bremen" sub)" "below nothing"
same "uid=ann,ou=Bremen uid=double,ou=Steintor,ou=Bremen" "$(url "$bremen" sub '(|(uid=ann)(uid=double))')" "a base and a filter"
same "uid=double,ou=Steintor,ou=Bremen uid=double,ou=Steintor,ou=berlin uid=nils,ou=bremen-nord" "$(dump -a "(memberOf=cn=gb,$nord)" | short)" "users in a group"
same "ou=Steintor,ou=Bremen ou=Steintor,ou=berlin" "$(dump -a '(ou=steintor)' | short)" "units of a name"
