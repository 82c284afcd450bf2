#!/bin/bash
# LDAP_MONITOR_PASSWORD opens cn=Monitor to cn=monitoring,cn=Monitor only.
. "$(dirname "$0")/lib.bash"
need slaptest slapadd

expect 0 from_env --print
lacks "$OUT" monitor
printed LDAP_MONITOR_PASSWORD='a "b\' -- 'database monitor' 'rootdn "cn=monitoring,cn=Monitor"' 'rootpw "a \"b\\"' 'access to * by * none'
refuses 'LDAP_MONITOR_PASSWORD: contains a control character' LDAP_MONITOR_PASSWORD=$'a\nb'

start_postgres
manager_queries
counters() { ldap_tool ldapsearch -LLL -b cn=Monitor '(olmPgSuffix=dc=example,dc=com)' olmPgSearchAnswered "$@"; }
as_monitor=(-D cn=monitoring,cn=Monitor -w)
serve "${MANAGER[@]}" REQUIRE_AUTH_FOR_SEARCH=false LDAP_UNENCRYPTED=true LDAP_MONITOR_PASSWORD=seen
expect 0 ldap_tool ldapsearch -LLL -b dc=example,dc=com '(uid=ann)' uid
expect 0 counters "${as_monitor[@]}" seen
contains "$OUT" 'olmPgSearchAnswered: 1'
expect 49 counters "${as_monitor[@]}" other
expect 32 counters
expect 32 counters -D uid=ann,dc=example,dc=com -w ann-secret
stop_slapd
serve "${MANAGER[@]}" LDAP_UNENCRYPTED=true LDAP_MONITOR_PASSWORD="$(slappasswd -s hashed)"
expect 0 counters "${as_monitor[@]}" hashed
stop_slapd
serve "${MANAGER[@]}" REQUIRE_AUTH_FOR_SEARCH=false LDAP_UNENCRYPTED=true
expect 32 counters

# The converter writes the same.
printf '%s\n' "${ENOUGH[@]}" LDAP_UNENCRYPTED=true LDAP_MONITOR_PASSWORD=seen >"$T/env"
for form in '' --ldif; do
    BACK_PGSQL_MODULE=$MODULE expect 0 "$PROJECT/packaging/slapd-pgsql-migrate" $form "$T/env"
    sed -e "s|/run/slapd|$T|; s|^modulepath .*|modulepath $BUILD|; s|^olcModulePath: .*|olcModulePath: $BUILD|" <<<"$OUT" >"$T/conf"
    mkdir -p "$T/slapd.d"
    if [ -z "$form" ]; then expect 0 slaptest -u -f "$T/conf"; else expect 0 slapadd -n 0 -F "$T/slapd.d" -l "$T/conf"; fi
done
grep -rqx 'olcRootDN: cn=monitoring,cn=Monitor' "$T/slapd.d" || fail "no monitor in cn=config"
