# A search returns the requested attributes, in any case, and no others.
. "$(dirname "$0")/../lib.sh"
start_postgres
start_slapd - < <(manager_conf)
base=dc=example,dc=com
ann() { search -b uid=ann,$base -s base '(objectClass=*)' "$@" | grep . ; }

everything="dn: uid=ann,$base
objectClass: top
objectClass: posixAccount
objectClass: inetOrgPerson
uid: ann
uidNumber: 2000
gidNumber: 2001
cn: Ann Archer
sn: Archer
givenName: Ann
gecos: Ann Archer
mail: ann@example.com
homeDirectory: /home/ann
loginShell: /bin/bash"
sorted() { sort <<<"$1"; }

same "$(sorted "$everything")" "$(ann | sort)" "no list"
same "$(sorted "$everything")" "$(ann '*' | sort)" "*"
same "dn: uid=ann,$base" "$(ann 1.1)" "1.1"
same "dn: uid=ann,$base" "$(ann nosuchattribute)" "an unknown name"
same "dn: uid=ann,$base" "$(ann telephoneNumber)" "an attribute ann has not"
same "dn: uid=ann,$base
mail: ann@example.com
uid: ann" "$(ann UID mAiL | sort)" "names in any case"
same "dn: uid=ann,$base
uid: ann" "$(ann userid)" "another name of the type"
same "dn: uid=ann,$base
uid: ann" "$(ann 0.9.2342.19200300.100.1.1)" "the type's OID"
same "dn: uid=ann,$base
uid: ann" "$(ann uid 1.1 uid)" "1.1 beside a name, a name twice"
same "cn: Ann Archer sn: Archer" "$(ann name | grep -E '^(cn|sn):' | sort | xargs)" "subtypes of name"
same "homeDirectory: /home/ann" "$(ann @posixAccount | grep homeDirectory)" "the attributes of a class"
lacks "$(ann @posixAccount)" "givenName"

operational=$(ann +)
for attribute in uid cn mail; do lacks "$operational" "
$attribute:"; done
contains "$operational" "structuralObjectClass: inetOrgPerson"
contains "$operational" "entryDN: uid=ann,$base"
contains "$operational" "subschemaSubentry: cn=Subschema"
contains "$operational" "hasSubordinates: FALSE"
contains "$(ann '*' +)" "
uid: ann"
contains "$(search -b $base -s base hasSubordinates)" "hasSubordinates: TRUE"
same "$base" "$(dns -b $base '(hasSubordinates=TRUE)')" "a filter on hasSubordinates"

same "dn: uid=ann,$base
mail:
uid:" "$(ann -A uid mail | sort)" "typesOnly"
lacks "$(ann -A '*' +)" "ann@"

# The hash is for checking, not for reading, not even for the administrator.
for reader in "" "-D cn=admin,$base -w admin"; do
    # shellcheck disable=SC2086
    lacks "$(search $reader -b $base '(uid=ann)' '*' + userPassword)" "userPassword"
    # shellcheck disable=SC2086
    same "" "$(dns $reader -b $base '(userPassword=*)')" "entries with a password to search for"
done

# A group shows the member it was found by, though no query lists members.
same "$(printf '%s\n' "cn: devs" "dn: cn=devs,$base" "gidNumber: 2002" "memberUid: ann" "memberUid: carl" "memberUid: gus" "objectClass: posixGroup")" \
    "$(search -b $base '(&(cn=devs)(memberUid=carl))' | grep -E '^(dn|cn|gidNumber|memberUid|objectClass: posix)' | sort)" "devs by carl"
