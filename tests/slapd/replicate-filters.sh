# Replicas may filter by what is known of a removed entry; other filters are refused with the reason.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider
copies() { search -D "cn=admin,$base" -w admin -b "$base" -E "!sync=${MODE:-ro}" "$@"; }
text='replicas may filter by objectClass, entryUUID, entryCSN and the attributes that name entries'
for filter in '(gidNumber=2001)' '(mail=*)' '(mail=a*)' '(&(objectClass=*)(gidNumber>=1))' '(|(uid=ann)(!(gidNumber~=2001)))' '(uid:caseExactMatch:=ann)' \
    '(memberUid=ann)' '(userPassword=*)' '(!(modifyTimestamp<=20200101000000Z))' '(uid:dn:=ann)'; do
    expect 53 copies "$filter"
    contains "$ERR$OUT" "$text"
    lacks "$OUT" 'dn: uid='
done
for filter in '(objectClass=posixAccount)' '(uid=ann)' '(cn=devs)' '(entryUUID=*)' '(&(objectClass=*)(!(uid=bob)))'; do
    expect 0 copies "$filter"
    contains "$OUT" 'dn: '
done
# A replica of users only, one of names that begin with a letter, and one of a single entry.
FILTER='(objectClass=posixAccount)' start_replica users refreshAndPersist
FILTER='(|(objectClass=domain)(uid=c*))' start_replica some refreshAndPersist
FILTER='(uid=eve)' start_replica single refreshOnly
matches() { # NAME FILTER: the replica has what the provider finds
    [ "$(at_replica "$1" '(objectClass=*)' '*' entryUUID | sort)" = "$(search -D "cn=admin,$base" -w admin -b "$base" "$2" '*' entryUUID | sort)" ]
}
all_match() {
    eventually 10 matches users '(objectClass=posixAccount)'
    eventually 10 matches some '(|(objectClass=domain)(uid=c*))'
    eventually 10 matches single '(uid=eve)'
}
all_match

# What leaves a filter is deleted where it was, whether its name changes or its row is deleted.
q "UPDATE \"Users\" SET \"uid\" = 'kurt' WHERE \"uid\" = 'carl'; UPDATE \"Users\" SET \"uid\" = 'chris' WHERE \"uid\" = 'hal'; DELETE FROM \"Users\" WHERE \"uid\" = 'eve'"
replicated some '(uid=chris)' 'uid: chris'
replicated single '(uid=eve)'
all_match
same 9 "$(at_replica users 1.1 | grep -c ^dn:)" "users that are left"
q "DELETE FROM \"Users\" WHERE \"uid\" = 'chris'; UPDATE \"Users\" SET \"uid\" = 'eve' WHERE \"uid\" = 'bob'"
replicated single '(uid=eve)' 'uidNumber: 2001'
replicated some '(uid=chris)'
all_match
