#!/bin/bash
# The account of doc/clients/README.md reads all entries, a user its own, others none.
page=doc/clients/example.md
. "$(dirname "$0")/../lib/applications.sh"
ask() { # PROGRAM DN PASSWORD ARGUMENT…
    "$1" -x -o TLS_CACERT=/etc/ldap/tls/server.crt -H ldaps://ldap1.example.com ${2:+-D "$2,dc=example,dc=com" -w "$3"} "${@:4}"
}
application=cn=example,ou=applications
found() { ask ldapsearch $application change-me -LLL -b dc=example,dc=com "$1" 1.1 | sed -n 's/^dn: \([^,]*\),.*/\1/p' | sort | xargs; }

same 'uid=ann uid=ben uid=eve' "$(found '(objectClass=posixAccount)')" "the users"
same 'cn=ann cn=developers cn=support' "$(found '(&(objectClass=posixGroup)(memberUid=ann))')" "the groups of ann"
same uid=ann "$(found '(memberOf=cn=support,dc=example,dc=com)')" "the members"
lacks "$(ask ldapsearch $application change-me -LLL -b dc=example,dc=com '*' +)" '$6$'
expect 0 slapd-pgsql-check --brief /etc/ldap/slapd.conf
contains "$OUT" '0 errors, 0 warnings'
lacks "$OUT" 'CREATE INDEX'

expect 0 ask ldapsearch uid=ann ann-secret -LLL -b uid=ann,dc=example,dc=com mail
contains "$OUT" 'mail: ann@example.com'
for base in dc=example,dc=com uid=ben,dc=example,dc=com $application,dc=example,dc=com; do expect 50 ask ldapsearch uid=ann ann-secret -b "$base"; done
expect 50 ask ldapsearch '' '' -b dc=example,dc=com
expect 49 ask ldapwhoami $application wrong

outage
for dn in $application/change-me $application/wrong uid=zoe/zoe; do expect 52 ask ldapwhoami "${dn%/*}" "${dn#*/}"; done
end_outage

# Withdrawn.
sql -c "DELETE FROM application WHERE name = 'example'"
expect 49 ask ldapwhoami $application change-me
