#!/bin/bash
# slapd-from-env announces only SASL mechanisms that work.
. "$(dirname "$0")/lib.bash"
start_postgres
manager_queries
serve "${MANAGER[@]}" REQUIRE_AUTH_FOR_SEARCH=false
mechanisms() { ldapsearch -x -LLL -o TLS_REQCERT=never -H "$1" -b '' -s base supportedSASLMechanisms | sed -n 's/^supportedSASLMechanisms: //p' | xargs; }
expect 0 ldapsearch -x -LLL -o TLS_REQCERT=never -H "$URI" -b '' -s base supportedLDAPVersion
contains "$OUT" 'supportedLDAPVersion: 3'
same '' "$(mechanisms "$URI")" "the mechanisms that clients are told of"
for mechanism in SCRAM-SHA-256 CRAM-MD5 DIGEST-MD5 NTLM PLAIN LOGIN; do
    expect 7 ldapwhoami -o TLS_REQCERT=never -H "$URI" -Q -Y "$mechanism" -U ann -X u:ann -w ann-secret
done
expect 0 ldap_tool ldapwhoami -D uid=ann,dc=example,dc=com -w ann-secret
stop_slapd

URI=ldapi://${T//\//%2F}%2Fsocket
start_slapd "$T/state/slapd.conf"
same EXTERNAL "$(mechanisms "$URI")" "the mechanisms over ldapi"
expect 0 ldapwhoami -H "$URI" -Q -Y EXTERNAL
contains "$OUT" 'cn=peercred,cn=external,cn=auth'
