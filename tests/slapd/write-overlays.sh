# Overlays accept, refuse and record writes to our database as those to back-mdb.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/overlays.sh"
start_postgres
staff_with_more

with_overlay unique '' 'overlay unique
unique_uri ldap:///?uid,mail,employeeNumber?sub'
both 0 "$(person ann 'mail: a@x' 'employeeNumber: 1')"
both 0 "$(person bob 'mail: b@x')"
both 19 "$(person eve 'mail: A@X')"
both 19 "$(entry bob 'replace: employeeNumber' 'employeeNumber: 1')"
both 0 "$(entry bob 'replace: mail' 'mail: B@x')"
both 19 "$(entry bob 'changetype: modrdn' 'newrdn: uid=ANN' 'deleteoldrdn: 1')"
both 68 "$(person bob)"
both 0 "$(entry bob 'changetype: modrdn' 'newrdn: uid=bib' 'deleteoldrdn: 1')"

with_overlay constraint '' "overlay constraint
constraint_attribute description size 5
constraint_attribute mail count 2
constraint_attribute employeeNumber regex ^[1-9]+\$
constraint_attribute cn set \"this/sn & this/cn\"
constraint_attribute manager uri ldap:///ou=staff,$base?entryDN?sub?(uid=*)"
both 0 "$(person ann 'mail: a@x' 'mail: b@x' 'description: 12345')"
both 19 "$(person eve 'description: 123456')"
both 19 "$(entry ann 'add: mail' 'mail: c@x')"
both 0 "$(entry ann 'delete: mail' 'mail: a@x' - 'add: mail' 'mail: c@x')"
both 19 "$(entry ann 'replace: employeeNumber' 'employeeNumber: 0')"
both 19 "$(entry ann 'replace: cn' 'cn: other')"
both 19 "$(entry ann 'replace: manager' "manager: uid=nobody,ou=staff,$base")"
both 0 "$(entry ann 'replace: manager' "manager: uid=ann,ou=staff,$base")"
both 0 "$(entry ann 'changetype: modrdn' 'newrdn: uid=anna' 'deleteoldrdn: 1')"

with_overlay valsort '' "overlay valsort
valsort-attr mail ou=staff,$base alpha-descend"
both 0 "$(person ann 'mail: a@x' 'mail: c@x' 'mail: b@x')"
both 0 "$(entry ann 'delete: mail' 'mail: b@x' - 'add: mail' 'mail: d@x')"
same 'ann mail: d@x mail: c@x mail: a@x' "$(shown mail)" "sorted values"

with_overlay dynlist '' 'overlay dynlist
dynlist-attrset inetOrgPerson labeledURI manager'
both 0 "$(person ann)"
both 0 "$(person dyn "labeledURI: ldap:///ou=staff,$base??sub?(uid=ann)")"
same "ann dyn manager: uid=ann,ou=staff,$base" "$(shown manager)" "a dynamic value"
both 0 "$(entry dyn 'replace: labeledURI' "labeledURI: ldap:///ou=staff,$base??sub?(uid=dyn)" - 'add: mail' 'mail: d@x')"
same "ann dyn manager: uid=dyn,ou=staff,$base" "$(shown manager)" "the dynamic value after a change"
both 16 "$(entry dyn 'delete: manager' "manager: uid=dyn,ou=staff,$base")"

with_overlay collect '' "overlay collect
collectinfo uid=clerk,ou=staff,$base c-l"
both 0 "$(person ann)"
both 65 "$(entry ann 'add: c-l' 'c-l: Berlin')"
both 0 "$(entry ann 'add: description' 'description: x')"

# A rename or a removal reaches the DNs that other rows store as text.
with_overlay refint '' "overlay refint
refint_attributes manager
refint_nothing uid=nobody,ou=staff,$base"
both 0 "$(person ann)"
both 0 "$(person bob "manager: uid=ann,ou=staff,$base")"
both 0 "$(entry ann 'changetype: modrdn' 'newrdn: uid=anna' 'deleteoldrdn: 1')"
refers_to() { [ "$(shown_below "$1" manager | as_ours | grep ^bob)" = "bob manager: uid=$2,ou=staff,$base" ]; }
for suffix in "$base" "$theirs"; do eventually 10 refers_to "$suffix" anna; done
both 0 "$(entry anna 'changetype: delete')"
for suffix in "$base" "$theirs"; do eventually 10 refers_to "$suffix" nobody; done
same "uid=nobody,ou=staff,$base" "$(q "SELECT boss FROM staff WHERE login = 'bob'")" "the DN in the row"

# Either entry of a pair names the other. The overlay adds before it deletes: the columns are arrays.
with_overlay memberof 'states AS "seeAlso", times AS secretary' 'overlay memberof
memberof-group-oc inetOrgPerson
memberof-member-ad secretary
memberof-memberof-ad seeAlso
memberof-refint true'
both 0 "$(person ann)"
both 0 "$(person bob "secretary: uid=ann,ou=staff,$base")"
same "ann seeAlso: uid=bob,ou=staff,$base bob" "$(shown seeAlso)" "the member after an addition"
both 0 "$(entry bob 'changetype: modrdn' 'newrdn: uid=bib' 'deleteoldrdn: 1')"
same "ann seeAlso: uid=bib,ou=staff,$base bib" "$(shown seeAlso)" "the member after a rename of the other"
both 0 "$(entry ann 'changetype: modrdn' 'newrdn: uid=anna' 'deleteoldrdn: 1')"
same "anna bib secretary: uid=anna,ou=staff,$base" "$(shown secretary)" "the other after a rename of the member"
both 0 "$(entry bib 'changetype: delete')"
same anna "$(shown seeAlso)" "the member after a removal"
