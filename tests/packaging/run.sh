#!/bin/bash
# slapd-from-env serves the manager's database by LDAPS, and protects its secrets.
. "$(dirname "$0")/lib.bash"

start_postgres
manager_queries
serve "${MANAGER[@]}" REQUIRE_AUTH_FOR_SEARCH=false
expect 0 ldap_tool ldapsearch -LLL -b dc=example,dc=com '(uid=ann)' uidNumber
contains "$OUT" 'dn: uid=ann,dc=example,dc=com'
expect 0 ldap_tool ldapsearch -LLL -b dc=example,dc=com '(memberUid=ann)' cn
contains "$OUT" 'cn: sysadmins'
expect 0 ldap_tool ldapwhoami -D uid=ann,dc=example,dc=com -w ann-secret
expect 49 ldap_tool ldapwhoami -D uid=ann,dc=example,dc=com -w wrong
expect 0 ldap_tool ldapsearch -LLL -b dc=example,dc=com '(userPassword=*)' userPassword
same '' "$OUT" "what a search tells of passwords"

# TLS 1.2 (Proxmox), 1.3, nothing older; the certificate is for LDAP_COMMON_NAME.
handshake() { openssl s_client -connect "127.0.0.1:$PORT" -cipher DEFAULT:@SECLEVEL=0 "$@" </dev/null 2>/dev/null; }
for version in tls1_2 tls1_3; do handshake -$version | grep -q '^New, TLSv1.[23], Cipher is [^(]' || fail "no $version"; done
for version in tls1 tls1_1; do ! handshake -$version | grep -q 'Cipher is [^(]' || fail "$version is accepted"; done
contains "$(handshake | openssl x509 -noout -subject -ext subjectAltName | tr -d ' ')" 'CN=ldap1'
contains "$(handshake | openssl x509 -noout -subject -ext subjectAltName)" 'DNS:ldap1'

# Secrets: in files of slapd's own, and not in its environment.
for file in slapd.conf self-signed.key; do same 600 "$(stat -c %a "$T/state/$file")" "the mode of $file"; done
same 700 "$(stat -c %a "$T/state")" "the mode of STATE_DIR"
same "$SLAPD" "$(<"$T/state/slapd.pid")" slapd.pid
tr '\0' '\n' <"/proc/$SLAPD/environ" >"$T/environ"
! grep -q 'SQL_\|ldap:ldap' "$T/environ" || fail "the database's password is in slapd's environment"

# Neither its directory nor its port can be taken by a second server.
free_port other
expect 2 from_env PORT="$other" BIND_IP=127.0.0.1
contains "$ERR" "STATE_DIR: is '$T/state', which another slapd-from-env is using"
expect 2 from_env PORT="$PORT" BIND_IP=127.0.0.1 STATE_DIR="$T/second"
contains "$ERR" "PORT: another program uses $PORT on 127.0.0.1"
[ ! -e "$T/second" ] || fail "STATE_DIR was made although nothing could start"

# SIGTERM ends it with status 0 and removes the pid file; the next start uses the stored state.
stop_slapd
[ ! -e "$T/state/slapd.pid" ] || fail "slapd.pid is left"
cp "$T/state/self-signed.crt" "$T/first.crt"
serve "${MANAGER[@]}"
cmp "$T/state/self-signed.crt" "$T/first.crt" || fail "the certificate was not kept"
expect 50 ldap_tool ldapsearch -LLL -b dc=example,dc=com '(uid=ann)'
expect 50 ldap_tool ldapcompare uid=ann,dc=example,dc=com 'cn:Ann Archer'
expect 0 ldap_tool ldapsearch -LLL -b '' -s base namingContexts
contains "$OUT" 'namingContexts: dc=example,dc=com'
expect 0 ldap_tool ldapsearch -LLL -D uid=bob,dc=example,dc=com -w bob-secret -b dc=example,dc=com '(uid=ann)' cn
contains "$OUT" 'cn: Ann Archer'
stop_slapd

# Another name needs another certificate. The database may be down at the start.
serve SQL_URI=postgres://ldap:ldap@127.0.0.1:1/manager LDAP_COMMON_NAME=ldap2 REQUIRE_AUTH_FOR_SEARCH=false
contains "$(handshake | openssl x509 -noout -ext subjectAltName)" 'DNS:ldap2'
expect 52 ldap_tool ldapsearch -LLL -b dc=example,dc=com '(uid=ann)'
stop_slapd

# By syslog, nothing that a client does is on standard error.
before=$(wc -l <"$T/slapd.log")
serve "${MANAGER[@]}" LDAP_UNENCRYPTED=true REQUIRE_AUTH_FOR_SEARCH=false LOG_TARGET=syslog
expect 0 ldap_tool ldapsearch -LLL -b dc=example,dc=com '(uid=ann)'
stop_slapd
lacks "$(tail -n "+$((before + 1))" "$T/slapd.log")" ' op='
grep -qx 'loglevel stats' "$T/state/slapd.conf" || fail "slapd.conf does not say what goes to syslog"

serve "${MANAGER[@]}" LDAP_UNENCRYPTED=true REQUIRE_AUTH_FOR_SEARCH=false LOG_LEVEL=warn
expect 0 ldap_tool ldapsearch -LLL -b dc=example,dc=com '(uid=ann)'
contains "$OUT" 'uid: ann'
stop_slapd
