#!/bin/bash
# Debian's ldapvi edits users and groups in the manager's tables, with and without a terminal.
. "$(dirname "$0")/writers.sh"
need ldapvi script
sed_editor
serve ''
people=ou=people,$base groups=ou=groups,$base

# vi STATUS OPTION…: without a terminal; records are standard input.
vi() { expect "$1" bounded ldapvi --host "$URI" --user "cn=admin,$base" --password admin "${@:2}"; }
# edit SED KEYS OPTION…: in a terminal; the keys answer the questions, of which there must be no more.
edit() {
    local command
    printf -v command '%q ' ldapvi --host "$URI" --user "cn=admin,$base" --password admin "${@:3}"
    EDIT=$1 expect 0 bounded script -qec "$command" /dev/null <<<"$2"
    OUT=${OUT//$'\r'/}
}

# Change records in ldapvi's own syntax, and in LDIF.
vi 0 --ldapmodify --ldapvi --add <<END
add uid=zed,$people
objectClass: account
objectClass: posixAccount
cn:: $(printf %s "Zed Ünal" | base64)
uid: zed
uidNumber: 10000
gidNumber: 2001
homeDirectory: /home/zed
userPassword: zed-secret

END
same '10000|2001|Zed Ünal|zed@example.com|/home/zed|/bin/bash' "$(user zed)" "the new user"
sees 'zed:*:10000:2001:Zed Ünal:/home/zed:/bin/bash' in_sssd getent passwd zed
expect 0 login zed zed-secret
vi 0 --ldapmodify --ldapvi <<END
modify uid=zed,$people
replace mail
: zed@example.org
replace userPassword
: zed-second

modify cn=devs,$groups
add memberUid
: zed
delete memberUid
: carl

rename uid=zed,$people
replace uid=zoe,$people

END
same '|10000|2001|Zed Ünal|zed@example.org|/home/zed|/bin/bash' "$(user zed)|$(user zoe)" "the changed and renamed user"
same '2002|ann gus zoe' "$(group devs)" "the changed group"
sees 'devs ldapusers' groups_of zoe
expect 0 login zoe zed-second
vi 0 --ldapmodify --ldif <<END
dn: uid=zoe,$people
changetype: modify
replace: homeDirectory
homeDirectory: /srv/zoe
-

dn: uid=zoe,$people
changetype: modrdn
newrdn: uid=zora
deleteoldrdn: 1

END
vi 0 --ldapsearch --base "$base" '(uid=zora)' uid cn homeDirectory
same "
dn: uid=zora,$people
uid: zora
cn:: $(printf %s "Zed Ünal" | base64)
homeDirectory: /srv/zoe" "$OUT" "the user as ldapvi shows it"

# Results other than success.
vi 1 --ldapmodify --ldapvi <<<"rename uid=zora,$people
add uid=zoe,$people
"
contains "$ERR" 'unwilling to perform (53)'
vi 1 --ldapmoddn --deleteoldrdn "uid=zora,$people" "uid=ann,$people"
contains "$ERR" 'Already exists (68)'
vi 1 --ldapdelete "uid=zed,$people"
contains "$ERR" 'No such object (32)'
contains "$ERR" "matched DN: $people"
same '10000|2001|Zed Ünal|zed@example.org|/srv/zoe|/bin/bash' "$(user zora)" "the user after refusals"

# One edit of several entries: a change, a rename, a delete and an addition.
cat >"$T/yan.ldif" <<END
dn: uid=yan,$people
objectClass: inetOrgPerson
objectClass: posixAccount
uid: yan
cn: Yan
sn: Y
uidNumber: 2000
gidNumber: 2001
homeDirectory: /home/yan
END
edit 's/^uidNumber: .*/uidNumber: 10001/' y --in --ldif --add "$T/yan.ldif"
same '10001|2001|Yan|yan@example.com|/home/yan|/bin/bash' "$(user yan)" "the user of an edited file"
edit "\$a\\
\\
add uid=xia,$people\\
objectClass: account\\
objectClass: posixAccount\\
uid: xia\\
cn: Xia\\
uidNumber: 10002\\
gidNumber: 2002\\
homeDirectory: /home/xia
/^[0-9]+ uid=ann,/,/^\$/s/^mail: .*/mail: ann@example.org\ndescription: ignored/
/^[0-9]+ uid=zora,/,/^\$/{s/zora/zed/; s/^homeDirectory: .*/homeDirectory: \/srv\/zed/}
/^[0-9]+ uid=yan,/,/^\$/d" y --base "$people" '(|(uid=ann)(uid=zora)(uid=yan))'
contains "$OUT" 'add: 1, rename: 1, modify: 2, delete: 1'
contains "$OUT" 'Done.'
same "2000|2001|Ann Archer|ann@example.org|/home/ann|/bin/bash
10000|2001|Zed Ünal|zed@example.org|/srv/zed|/bin/bash
10002|2002|Xia|xia@example.com|/home/xia|/bin/bash||" "$(user ann; user zed; user xia)|$(user zora)|$(user yan)" "the rows after one edit"
sees 'xia:*:10002:2002:Xia:/home/xia:/bin/bash' in_sssd getent passwd xia
sees 'zed:*:10000:2001:Zed Ünal:/srv/zed:/bin/bash' in_sssd getent passwd zed
sees '' in_sssd getent passwd yan
# Members, and a template of the schema.
edit 's/^memberUid: gus/&\nmemberUid: xia/; /^memberUid: zed/d' y --base "$groups" '(cn=devs)'
same '2002|ann gus xia' "$(group devs)" "the edited members"
edit "s/^add .*/add cn=crew,$groups/; s/^cn: .*/cn: crew/; s/^gidNumber: .*/gidNumber: 10005/; s/^#memberUid: .*/memberUid: zed/" y --empty --class posixGroup
same '10005|zed' "$(group crew)" "the group of a template"
sees 'crew ldapusers' groups_of zed
# A refused edit is edited again, or discarded.
edit 's/^uidNumber: 2000$/uidNumber: 10009/; s/^uidNumber: 10000$/uidNumber: 2000/' yey --base "$people" '(uid=zed)'
contains "$OUT" 'Constraint violation (19)'
contains "$OUT" 'Done.'
same '10009|2001|Zed Ünal|zed@example.org|/srv/zed|/bin/bash' "$(user zed)" "the user after a second edit"
sees 'crew ldapusers' groups_of zed
edit 's/^gecos: .*/gecos: other/' yQ --base "$people" '(uid=xia)'
contains "$OUT" 'gecos: the values are computed'
same '10002|2002|Xia|xia@example.com|/home/xia|/bin/bash' "$(user xia)" "the user after a discarded edit"
edit '/^[0-9]/,$d' y --base "$base" '(|(uid=zed)(uid=xia)(cn=crew))'
contains "$OUT" 'delete: 3'
same '|4|10' "$(group crew)|$(q 'SELECT (SELECT count(*) FROM "Groups"), (SELECT count(*) FROM "Users")')" "the rows at the end"

# It asks for a sorted list as a critical control, which needs the overlay sssvlv.
sorted() { vi "$1" --ldapsearch --sort "$2" --base "$people" '(uid=*)' uid; }
sorted 1 -uidNumber
contains "$ERR" 'Critical extension is unavailable'
end_serving
serve 's/^moduleload back_pgsql/&\nmoduleload sssvlv/; $a overlay sssvlv'
sorted 0 -uidNumber
same 'jan ivy hal gus fay eve dora carl bob ann' "$(sed -n 's/^uid: //p' <<<"$OUT" | xargs)" "the users by falling number"
sorted 1 uid # which has no ordering rule
contains "$ERR" 'Inappropriate matching'
# It sends the control with changes as well, where slapd knows none for any database: a sorted list cannot be edited.
edit 's/^mail: h.*/mail: h@example.org/' yQ --sort cn:caseIgnoreOrderingMatch --base "$people" '(uid=*)'
contains "$OUT" 'Critical extension is unavailable (12)'
edit 's/^mail: h.*/mail: h@example.org/' y --base "$people" '(uid=*)'
same 'h@example.org' "$(q "SELECT mail FROM \"Users\" WHERE uid = 'hal'")" "an edit of a list that is not sorted"
