# Writes pass through other names, another base, and many overlays at once.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/overlays.sh"
start_postgres
staff_with_more

# Other names of attributes.
with_overlay rwm '' 'overlay rwm
rwm-map attribute title description'
both 0 "$(person ann 'title: first')"
both 0 "$(entry ann 'replace: title' 'title: second')"
same second "$(note_of ann)" "the column behind another name"
both 0 "$(entry ann 'changetype: modrdn' 'newrdn: uid=anna' 'deleteoldrdn: 1')"
same 'anna title: second' "$(shown title)" "the entry after a rename"
both 0 "$(entry anna 'changetype: delete')"

# The same entries below another base.
AFTER="database relay
suffix o=relay
relay $base
overlay rwm
rwm-suffixmassage $base" with_overlay 'rwm back_relay' '' ''
relayed() { sed 's/dc=example,dc=com/o=relay/'; } # what the rootdn of our database changes there
ours 0 "$(person ann "manager: uid=bob,ou=staff,$base" 'userPassword: first' | relayed)"
same "uid=bob,ou=staff,$base" "$(q "SELECT boss FROM staff WHERE login = 'ann'")" "the DN in the row"
ours 0 "$(entry ann 'replace: description' 'description: x' - 'replace: userPassword' 'userPassword: second' | relayed)"
ours 0 "$(entry ann 'changetype: modrdn' 'newrdn: uid=anna' 'deleteoldrdn: 1' 'newsuperior: ou=staff,o=relay' | relayed)"
expect 0 limited ldapwhoami -x -H "$URI" -D 'uid=anna,ou=staff,o=relay' -w second
same x "$(note_of anna)" "the note of the renamed row"
ours 0 "$(entry anna 'changetype: delete' | relayed)"
ours 32 "$(entry anna 'changetype: delete' | relayed)"

# All at once.
with_overlay 'unique constraint auditlog valsort dynlist refint memberof lastbind collect ppolicy' 'states AS "seeAlso"' "overlay unique
unique_uri ldap:///?mail?sub
overlay constraint
constraint_attribute description size 5
overlay auditlog
auditlog $T/logs/ours.ldif
overlay valsort
valsort-attr mail ou=staff,$base alpha-descend
overlay dynlist
dynlist-attrset inetOrgPerson labeledURI secretary
overlay refint
refint_attributes manager
overlay memberof
memberof-group-oc inetOrgPerson
memberof-member-ad manager
memberof-memberof-ad seeAlso
overlay lastbind
overlay collect
overlay ppolicy"
both 0 "$(person ann 'mail: a@x' 'mail: b@x')"
both 19 "$(person bob 'mail: a@x')"
both 0 "$(person bob "manager: uid=ann,ou=staff,$base")"
both 19 "$(entry bob 'replace: description' 'description: 123456')"
both 0 "$(entry ann 'replace: description' 'description: 12345' - 'delete: mail' 'mail: a@x')"
logins 0 clerk clerk-secret
both 0 "$(entry bob 'changetype: modrdn' 'newrdn: uid=bib' 'deleteoldrdn: 1')"
same "ann seeAlso: uid=bib,ou=staff,$base bib" "$(shown seeAlso)" "the entries at the end"
both 0 "$(entry ann 'changetype: delete')"
