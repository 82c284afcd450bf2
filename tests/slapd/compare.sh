# Compare follows the matching rule and tells false, missing attribute and missing entry apart.
. "$(dirname "$0")/../lib.sh"
start_postgres
start_slapd - < <(manager_conf)
base=dc=example,dc=com

compare() { # CODE DN ASSERTION; 6 is compareTrue, 5 compareFalse
    expect "$1" ldapcompare -x -H "$URI" "$2" "$3"
}

compare 6 uid=ann,$base uid:ann
compare 6 uid=ann,$base UID:ANN
compare 5 uid=ann,$base uid:bob
compare 6 UID=Ann,DC=Example,dc=com uidNumber:2000
compare 5 uid=ann,$base uidNumber:2001
compare 5 uid=ann,$base uidNumber:99999999999999999999
compare 6 uid=ann,$base "cn: ann   ARCHER"
compare 6 uid=jan,$base "sn:JÄGER"
compare 6 uid=ann,$base loginShell:/bin/bash
compare 5 uid=ann,$base loginShell:/BIN/BASH
compare 6 uid=ann,$base mail:ANN@example.com
compare 6 uid=ann,$base objectClass:posixaccount
compare 5 uid=ann,$base objectClass:posixGroup
compare 6 cn=devs,$base gidNumber:2002
compare 6 cn=devs,$base memberUid:ann
compare 6 cn=fay,$base memberUid:fay
compare 6 $base dc:EXAMPLE

compare 16 uid=ann,$base telephoneNumber:1
compare 16 $base uid:ann
compare 17 uid=ann,$base nosuch:1
compare 21 uid=ann,$base uidNumber:abc
compare 18 uid=ann,$base jpegPhoto:x # no equality rule
compare 32 uid=nobody,$base uid:nobody
compare 32 "cn=Ann Archer,$base" uid:ann
compare 32 cn=x,uid=ann,$base cn:x
contains "$ERR$OUT" "uid=ann,$base"
compare 32 uid=ann,dc=example,dc=org uid:ann

# Attributes that slapd computes compare too.
compare 6 uid=ann,$base hasSubordinates:FALSE

# A client without the right to compare learns nothing.
stop_slapd
{ manager_conf; printf '%s\n' "access to attrs=mail by dn.exact=\"uid=gus,$base\" compare by * none" "access to * by * read"; } >"$T/acl.conf"
start_slapd "$T/acl.conf"
compare 50 uid=ann,$base mail:ann@example.com
expect 6 ldapcompare -x -H "$URI" -D uid=gus,$base -w gus-secret uid=ann,$base mail:ann@example.com
