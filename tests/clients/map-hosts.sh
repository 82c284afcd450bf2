#!/bin/bash
# SSSD and nslcd resolve hosts and networks as doc/maps/hosts.md configures them.
page=doc/maps/hosts.md
. "$(dirname "$0")/../lib/maps-hosts.sh"
ip addr add 192.0.2.1/24 dev lo # getaddrinfo asks for addresses of families that the machine has
example
serve
advised 3
run_document $page 'The inventory'
start_client sssd
run_document $page SSSD
expect 2 as_client getent hosts db2.example.com
sql -c "INSERT INTO host VALUES ('db2.example.com'); INSERT INTO host_address VALUES ('192.0.2.22', 'db2.example.com')"
as_client sss_cache -HN
same '192.0.2.22      db2.example.com' "$(as_client getent hosts db2.example.com)" 'a new host'

# Without PostgreSQL, SSSD answers from its cache, and slapd does not answer that there is none.
stop_postgres
as_client sss_cache -HN
run_document $page SSSD
expect 52 ldapsearch -x -H ldapi:/// -b dc=example,dc=com '(&(objectClass=ipHost)(cn=db2.example.com))'
start_postgres
stop_client
stop_slapd

# The cache learns of changes in the tables.
{ settings; echo 'pgsql-cache 10'; } >/etc/ldap/slapd.conf
run_document $adding 'Change notifications'
listen /etc/ldap/slapd.conf
logged cache-enabled
found() { ldapsearch -x -LLL -H ldapi:/// -b dc=example,dc=com '(&(objectClass=ipHost)(ipHostNumber=192.0.2.23))' 1.1 | grep -c ^dn:; }
expect 1 found
sql -c "INSERT INTO host VALUES ('db3.example.com'); INSERT INTO host_address VALUES ('192.0.2.23', 'db3.example.com')"
eventually 10 found
stop_slapd

# The same in cn=config, for nslcd.
serve_online
start_client nslcd
run_document $page nslcd
contains "$(as_client getent hosts)" '192.0.2.21      db1.example.com'
expect 2 as_client getent hosts nosuch.example.com
stop_postgres
expect 2 as_client getent hosts db2.example.com
contains "$(tail -n 20 "$T/nslcd/log")" 'Server is unavailable'
start_postgres
stop_slapd

# Hosts with aliases.
sql_of Aliases | sql
serve slapd.conf Aliases
lacks "$(slapd-pgsql-check --brief /etc/ldap/slapd.conf)" 'CREATE INDEX'
for client in sssd nslcd; do
    start_client $client
    run_document $page Aliases
done
[ "$count" -ge 8 ] || fail "where have the commands of the page gone?"
