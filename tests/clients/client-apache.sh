#!/bin/bash
# Apache lets in the members of a group by the settings of doc/clients/apache.md.
page=doc/clients/apache.md
. "$(dirname "$0")/../lib/applications.sh"
need apache2 curl

mkdir -p "$T/www/intranet"
echo inside >"$T/www/intranet/index.html"
write_block /etc/apache2/conf-available/intranet.conf LDAPTrustedGlobalCert
{
    for module in mpm_event authn_core authz_core auth_basic authz_user ldap authnz_ldap dir; do
        echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
    done
    printf '%s\n' 'PidFile /run/apache2.pid' 'ErrorLog /var/log/apache2.log' 'ServerName localhost' 'Listen 127.0.0.1:80' \
        'User www-data' 'Group www-data' "DocumentRoot $T/www" 'Include /etc/apache2/conf-available/intranet.conf'
} >"$T/apache.conf"
apache2 -f "$T/apache.conf"
eventually 10 listens ldap://127.0.0.1:80
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
