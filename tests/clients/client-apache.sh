#!/bin/bash
# Apache lets in the members of a group by the settings of doc/clients/apache.md.
page=doc/clients/apache.md
. "$(dirname "$0")/../lib/applications.sh"
need apache2 curl

write_block /etc/apache2/conf-available/intranet.conf LDAPTrustedGlobalCert
start_apache
attempt() { web_status "$@"; }

admits_members 200 401
restart_slapd
result 401 ann wrong

outage
result 200 ann ann-secret # from the cache
result 500 ann wrong
result 500 zoe zoe
end_outage
result 401 zoe zoe
distrust
apache2 -f "$T/apache.conf" -k graceful
result 500 ann ann-secret
