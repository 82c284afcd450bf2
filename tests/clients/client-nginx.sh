#!/bin/bash
# nginx lets in the members of a group by the settings of doc/clients/nginx.md.
page=doc/clients/nginx.md
. "$(dirname "$0")/../lib/applications.sh"
need nginx curl
[ -e /usr/lib/nginx/modules/ngx_http_auth_pam_module.so ] || skip "nginx's PAM module is missing; packaging/setup --tests installs it"
start_nslcd "$(block doc/clients/pam.md pam_authz_search)"
block doc/clients/pam.md 'auth ' >/etc/pam.d/intranet

mkdir -p "$T/www/intranet" /etc/nginx/sites-enabled
echo inside >"$T/www/intranet/index.html"
write_block /etc/nginx/snippets/intranet.conf location
rm -f /etc/nginx/sites-enabled/*
echo "server { listen 127.0.0.1:80; root $T/www; include snippets/intranet.conf; }" >/etc/nginx/sites-enabled/intranet
nginx
attempt() { web_status "$@"; }

admits_members 200 401
restart_slapd
result 200 ann ann-secret

outage
result 401 ann ann-secret
contains "$(</var/log/nginx/error.log)" 'cannot retrieve authentication info'
end_outage
result 200 ann ann-secret
