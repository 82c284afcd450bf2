# A query without write gives entries for names and numbers that no row has, one at a time.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/admission.sh"
start_postgres
base=dc=example,dc=com
given_conf 'pgsql-virtual-rate 1000/60' 'overlay sssvlv' | sed '/^moduleload/a moduleload sssvlv' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
tables() { q 'TABLE "Users"; TABLE "Groups"' | cksum; }
before=$(tables)
everything=$(found '(objectClass=*)')

# By name and by number, in the filters of clients, in pages, by DN, and in a compare.
user='(objectClass=posixAccount)' group='(objectClass=posixGroup)'
for filter in '(uid=guest7)' '(uid=GUEST7)' '(uid= guest7 )' "(&(uid=guest7)$user(&(uidNumber=*)(!(uidNumber=0))))" "(&(uidNumber=40007)$user(uid=*))" '(uidNumber=40007)' \
    '(&(uid=guest7)(uidNumber=40007))' '(&(uid=guest7)(|(cn=x)(cn=a guest)))' '(&(uid=guest7)(olmPgVirtual=TRUE))'; do
    same uid=guest7 "$(found "$filter")" "what $filter finds"
    same uid=guest7 "$(found "$filter" -E pr=1/noprompt)" "what $filter finds in pages"
    same uid=guest7 "$(found "$filter" -z 1)" "what $filter finds with a limit of one entry"
done
for filter in "(&(cn=guest7)$group)" "(&(gidNumber=40007)$group)" '(gidNumber=40007)'; do same cn=guest7 "$(found "$filter")" "what $filter finds"; done
shown() { search "$@" uid uidNumber gidNumber cn sn homeDirectory loginShell mail userPassword olmPgVirtual | grep .; }
entry="dn: uid=guest7,$base
uid: guest7
uidNumber: 40007
gidNumber: 40007
cn: a guest
sn: guest
homeDirectory: /home/guest7
loginShell: /bin/bash
olmPgVirtual: TRUE"
same "$entry" "$(shown -b "$base" '(uid=guest7)')" "the entry"
for scope in base sub; do same "$entry" "$(shown -b "UID=Guest7,$base" -s $scope)" "the entry by its DN, scope $scope"; done
for filter in '(uid=guest8)' '(uidNumber=40008)'; do same "" "$(found "$filter" -b "uid=guest7,$base")" "what $filter finds at another name"; done
uuid() { search -b "$base" "$1" entryUUID | grep ^entryUUID; }
same "$(uuid '(uid=guest7)')" "$(uuid '(uidNumber=40007)')" "entryUUID"
for result in 6:uidNumber:40007 5:uidNumber:40008 6:olmPgVirtual:TRUE 16:mail:guest7@example.com; do expect "${result%%:*}" ldapcompare -x -H "$URI" "uid=guest7,$base" "${result#*:}"; done

# No other search, list or tool shows such an entry, and no password opens it.
for filter in "(&(uid=guest7)(!(olmPgVirtual=TRUE)))" '(olmPgVirtual=TRUE)' '(|(uid=guest7)(uid=guest8))' '(!(uid=guest7))' '(uid=guest*)' '(mail=guest7@example.com)' '(memberUid=guest7)' \
    '(&(uid=guest7)(uidNumber=40008))' "(&(uid=guest7)$group)" "(&(uid=guest7)(cn=guest7))" '(uidNumber>=40007)' "(entryDN=uid=guest7,$base)" "$(uuid '(uid=guest7)' | sed 's/\(.*\): \(.*\)/(\1=\2)/')"; do
    lacks "$(found "$filter")" guest
done
same "$everything" "$(found '(objectClass=*)')" "all entries"
same "$everything" "$(found '(objectClass=*)' -E sss=uidNumber)" "all entries, sorted"
expect 0 "${PRELOAD[@]}" slapcat -f "$T/slapd.conf"
lacks "$OUT" guest
for name in guest7 guest8; do expect 49 ldapwhoami -x -H "$URI" -D "uid=$name,$base" -w "$name"; done
same "$before" "$(tables)" "the tables"
stop_slapd

# Access rules can tell virtual entries.
given_conf "access to filter=(olmPgVirtual=TRUE) by dn.exact=\"uid=ann,$base\" read by * none" 'access to attrs=userPassword by * auth' 'access to * by * read' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
same " uid=ann" "$(found '(uid=guest7)') $(found '(uid=ann)')" "what an anonymous client finds"
same uid=guest7 "$(admitted '(uid=guest7)')" "what ann finds"
expect 32 search -b "uid=guest7,$base" -s base
