#!/bin/bash
# SSSD and nslcd find services by name, port and protocol as doc/maps/services.md configures them.
page=doc/maps/services.md
. "$(dirname "$0")/../lib/maps-hosts.sh"
example

# Debian's service with slapd.conf, as doc/maps/adding.md restarts it.
block doc/own-tables.md SLAPD_CONF= >/etc/default/slapd
chown openldap /run/slapd
chgrp openldap /etc/ldap/tls/server.key
chmod 640 /etc/ldap/tls/server.key
settings >/etc/ldap/slapd.conf
PATH=$T/bin:$PATH run_document "$adding" slapd.conf
contains "$(ldapsearch -x -LLL -H ldapi:/// -b dc=example,dc=com '(cn=intranet)' 1.1)" cn=intranet,ou=services
/etc/init.d/slapd stop >/dev/null

serve
advised 1
start_client sssd
run_document $page SSSD
for unknown in nosuch 8086/tcp 8085/udp; do expect 2 as_client getent services $unknown; done
sql -c "UPDATE service SET port = 8086 WHERE name = 'intranet'"
as_client sss_cache -S
same 'intranet              8086/tcp' "$(as_client getent services intranet)" "the service with another port"
sql -c "UPDATE service SET port = 8085 WHERE name = 'intranet'"
as_client sss_cache -S
run_document $page SSSD

# Without PostgreSQL, SSSD answers from its cache.
stop_postgres
as_client sss_cache -S
run_document $page SSSD
start_postgres
stop_client
stop_slapd

# The same in cn=config, for nslcd.
serve_online
start_client nslcd
run_document $page nslcd
as_client getent services | grep -c -e ^intranet -e ^telemetry >"$T/listed"
same 3 "$(<"$T/listed")" "the services in the list, one for each protocol"
for unknown in nosuch 8086/tcp 8085/udp; do expect 2 as_client getent services $unknown; done
stop_postgres
expect 2 as_client getent services intranet
expect 52 ldapsearch -x -H ldapi:/// -b dc=example,dc=com '(&(objectClass=ipService)(cn=intranet))'
