#!/bin/bash
# Squid serves the members of a group by the settings of doc/clients/squid.md.
page=doc/clients/squid.md
. "$(dirname "$0")/../lib/applications.sh"
need squid curl python3
write_block /etc/ldap/ldap.conf TLS_CACERT
write_block /etc/squid/ldap-password change-me
write_block /etc/squid/conf.d/ldap.conf auth_param
echo 'visible_hostname localhost' >>/etc/squid/squid.conf
python3 -m http.server --bind 127.0.0.1 8000 --directory "$T" >/dev/null 2>&1 &
squid
for port in 3128 8000; do eventually 10 listens ldap://127.0.0.1:$port; done
attempt() { curl -s -o /dev/null -w '%{http_code}' --proxy http://127.0.0.1:3128 --proxy-user "$1:$2" http://127.0.0.1:8000/; }

admits_members 200 407 403
same OK "$(squid_helper ext_ldap_group_acl 'ann support')" "the answer for a member"
for words in 'ben support' 'ann *' '* support' 'ann none'; do same ERR "$(squid_helper ext_ldap_group_acl "$words")" "the answer for $words"; done
restart_slapd
result 200 ann ann-secret

outage
result 200 ann ann-secret # from the cache
result 407 eve eve-secret
same 'BH Server is unavailable' "$(squid_helper basic_ldap_auth 'ann ann-secret')" "the answer for a login"
same 'BH message="could not bind"' "$(squid_helper ext_ldap_group_acl 'ann support')" "the answer for a group"
end_outage
result 407 ann wrong
distrust
same "BH Can't contact LDAP server" "$(squid_helper basic_ldap_auth 'ann ann-secret')" "the answer with a wrong certificate"
same 'BH message="could not bind"' "$(squid_helper ext_ldap_group_acl 'ann support')" "the group with a wrong certificate"
