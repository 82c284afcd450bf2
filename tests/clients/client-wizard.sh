#!/bin/bash
# Clients work with a directory of slapd-pgsql-new, by the differences of doc/clients/README.md.
. "$(dirname "$0")/../lib/maps-hosts.sh"
unset LDAPNOINIT # clients read /etc/ldap/ldap.conf as Debian's do
need apache2 dovecot doveadm squid curl
/usr/bin/python3 -c 'import django, psycopg2, argon2, bcrypt' 2>/dev/null || skip "Django is missing; packaging/setup --tests installs it"
[ -e /usr/lib/dovecot/modules/auth/libauthdb_ldap.so ] || skip "dovecot-ldap is missing; packaging/setup --tests installs it"
page=doc/clients/README.md
section='A directory of slapd-pgsql-new'
createdb -T template0 -E UTF8 netbox
netbox() { psql -X -q -v ON_ERROR_STOP=1 netbox "$@"; }
/usr/bin/python3 "$TESTS/recipes/django_users.py" "$T/pg" "$PGPORT" netbox
netbox -c "DELETE FROM auth_user_groups m USING auth_user u WHERE u.id = m.user_id AND u.username = 'ben'"

serve_netbox() { # PURPOSE
    rm -rf "$T/new"
    expect 0 env BACK_PGSQL_MODULE="$MODULE" slapd-pgsql-new --uri "host=$T/pg port=$PGPORT user=postgres dbname=netbox" --for "$1" --require-login --out "$T/new"
    expect 0 netbox -f "$T/new/role.sql"
    { blocks "$section" '' TLSCertificateFile; cat "$T/new/slapd.conf"; blocks "$section" '' pgsql-kind; } >/etc/ldap/slapd.conf
    [ -z "$SLAPD" ] || stop_slapd
    listen /etc/ldap/slapd.conf
    settled
    expect 0 slapd-pgsql-check --brief /etc/ldap/slapd.conf
    contains "$OUT" '0 errors, 0 warnings'
}
adapted() { # CLIENT BEGINNING FILE [SED]: the page's block, with the names of this directory
    mkdir -p "${3%/*}"
    block "doc/clients/$1.md" "$2" | sed "s/cn=support,/cn=Staff,ou=groups,/; s/cn=$1,ou=applications/cn=example,ou=applications/${4:+; $4}" >"$3"
    [ -s "$3" ] || fail "doc/clients/$1.md has no block that begins with $2"
}
admits() { # RESULT OTHERWISE: ann is in the group, ben in none, off is not active
    same "$1" "$(attempt ann secret)" "the result for ann"
    for name in ann/wrong ben/secret off/secret none/secret; do same "$2" "$(attempt "${name%/*}" "${name#*/}")" "the result for $name"; done
}

serve_netbox machines
mkdir -p "$T/www/intranet"
echo inside >"$T/www/intranet/index.html"
{
    for module in mpm_event authn_core authz_core auth_basic authz_user ldap authnz_ldap dir; do
        echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
    done
    printf '%s\n' 'PidFile /run/apache2.pid' 'ErrorLog /var/log/apache2.log' 'ServerName localhost' 'Listen 127.0.0.1:80' \
        'User www-data' 'Group www-data' "DocumentRoot $T/www" 'Include /etc/apache2/conf-available/intranet.conf'
} >"$T/apache.conf"
apache() { attempt() { curl -s -o /dev/null --max-time 10 -w '%{http_code}' -u "$1:$2" http://127.0.0.1/intranet/ || true; }; }
adapted apache LDAPTrustedGlobalCert /etc/apache2/conf-available/intranet.conf
apache2 -f "$T/apache.conf"
eventually 10 listens ldap://127.0.0.1:80
apache
admits 200 401

adapted dovecot uris /etc/dovecot/dovecot-ldap.conf.ext
sed -i 's/^!include auth-system.conf.ext/#&/; s/^#!include auth-ldap.conf.ext/!include auth-ldap.conf.ext/' /etc/dovecot/conf.d/10-auth.conf
printf '%s\n' 'log_path = /var/log/dovecot.log' 'auth_failure_delay = 0' 'service anvil {' ' unix_listener anvil-auth-penalty {' '  mode = 0' ' }' '}' >>/etc/dovecot/dovecot.conf
dovecot
attempt() { doveadm auth test "$1" "$2" 2>&1 | grep -oE 'auth (succeeded|failed)|temp_fail' | xargs || true; }
admits 'auth succeeded' 'auth failed'
expect 0 doveadm user ann
contains "$OUT" /home/ann

adapted squid TLS_CACERT /etc/ldap/ldap.conf
adapted squid change-me /etc/squid/ldap-password
adapted squid auth_param /etc/squid/conf.d/ldap.conf 's/ldap_group support/ldap_group Staff/'
helper() { # NAME INPUT
    local arguments
    read -ra arguments < <(sed -n "s|^.* \(/usr/lib/squid/$1 .*\)|\1|p" /etc/squid/conf.d/ldap.conf)
    "${arguments[@]}" <<<"$2" 2>/dev/null | sed 's/ *$//'
}
same 'OK ERR Invalid credentials OK ERR' "$(for words in 'basic_ldap_auth ann secret' 'basic_ldap_auth off secret' 'ext_ldap_group_acl ann Staff' 'ext_ldap_group_acl ben Staff'; do helper "${words%% *}" "${words#* }"; done | xargs)" "the answers of squid's helpers"

# Without numbers, members are DNs.
serve_netbox applications
adapted apache LDAPTrustedGlobalCert /etc/apache2/conf-available/intranet.conf \
    's/posixAccount/inetOrgPerson/; s/AuthLDAPGroupAttribute memberUid/AuthLDAPGroupAttribute member/; s/AuthLDAPGroupAttributeIsDN off/AuthLDAPGroupAttributeIsDN on/'
apache2 -f "$T/apache.conf" -k restart
apache
eventually 10 test "$(attempt ann secret)" = 200
admits 200 401
