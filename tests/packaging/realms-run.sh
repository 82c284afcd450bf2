#!/bin/bash
# Each of two nested realms has its own users; the default is announced to clients.
. "$(dirname "$0")/lib.bash"

start_postgres
manager_queries
realm() { # NAME BASE DEFAULT CONDITION
    cat <<END
{"name": "$1", "baseDn": "$2", "default": $3, "auth": {"backends": [{"type": "sql"}]},
 "directory": {"backend": "sql", "options": {
   "sqlQueryAllUsers": "SELECT \"uid\" AS username, \"uidNumber\" AS uid_number, \"gidNumber\" AS gid_number, \"cn\" AS full_name, \"userPassword\" AS password\nFROM \"Users\" -- some\nWHERE $4",
   "sqlQueryOneUser": "SELECT \"uid\" AS username, \"uidNumber\" AS uid_number, \"gidNumber\" AS gid_number, \"cn\" AS full_name, \"userPassword\" AS password\nFROM \"Users\" WHERE $4 AND \"uid\" = ?"}}}
END
}
users() { ldap_tool ldapsearch -LLL -b "$1" '(objectClass=posixAccount)' 1.1 | sed -n 's/^dn: //p' | sort | tr '\n' ' '; }

serve "${MANAGER[@]}" REQUIRE_AUTH_FOR_SEARCH=false \
    REALM_CONFIG="[$(realm out dc=example,dc=com true "\\\"uid\\\" <= 'bob'"), $(realm in dc=in,dc=example,dc=com false "\\\"uid\\\" >= 'ivy'")]"
same 'uid=ann,dc=example,dc=com uid=bob,dc=example,dc=com ' "$(users dc=example,dc=com)" "the outer realm's users"
same 'uid=ivy,dc=in,dc=example,dc=com uid=jan,dc=in,dc=example,dc=com ' "$(users dc=in,dc=example,dc=com)" "the inner realm's users"
expect 0 ldap_tool ldapwhoami -D uid=jan,dc=in,dc=example,dc=com -w jan-secret
expect 49 ldap_tool ldapwhoami -D uid=jan,dc=example,dc=com -w jan-secret
expect 0 ldap_tool ldapsearch -LLL -b '' -s base namingContexts defaultNamingContext
contains "$OUT" 'defaultNamingContext: dc=example,dc=com'
same 2 "$(grep -c ^namingContexts: <<<"$OUT")" "naming contexts"
