#!/bin/bash
# Clients work with a directory of slapd-pgsql-new, by the differences of doc/clients/README.md.
. "$(dirname "$0")/../lib/maps-hosts.sh"
. "$TESTS/lib/client-servers.sh"
unset LDAPNOINIT # clients read /etc/ldap/ldap.conf as Debian's do
need apache2 dovecot doveadm squid curl
/usr/bin/python3 -c 'import django, psycopg2, argon2, bcrypt' 2>/dev/null || skip "Django is missing; packaging/setup --tests installs it"
[ -e /usr/lib/dovecot/modules/auth/libauthdb_ldap.so ] || skip "dovecot-ldap is missing; packaging/setup --tests installs it"
PATH=$(for_other_users; echo "$PROJECT/packaging"):$PATH
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
attempt() { web_status "$@"; }
adapted apache LDAPTrustedGlobalCert /etc/apache2/conf-available/intranet.conf
start_apache
admits 200 401

attempt() { dovecot_login "$@"; }
adapted dovecot uris /etc/dovecot/dovecot-ldap.conf.ext
start_dovecot
admits 'auth succeeded' 'auth failed'
expect 0 doveadm user ann
contains "$OUT" /home/ann

adapted squid TLS_CACERT /etc/ldap/ldap.conf
adapted squid change-me /etc/squid/ldap-password
adapted squid auth_param /etc/squid/conf.d/ldap.conf 's/ldap_group support/ldap_group Staff/'
for words in 'OK basic_ldap_auth ann secret' 'ERR Invalid credentials basic_ldap_auth off secret' 'OK ext_ldap_group_acl ann Staff' 'ERR ext_ldap_group_acl ben Staff'; do
    read -r helper input < <(sed -E 's/^(OK|ERR Invalid credentials|ERR) //' <<<"$words")
    same "${words% "$helper $input"}" "$(squid_helper "$helper" "$input")" "the answer of $helper for $input"
done

# Without numbers, members are DNs.
serve_netbox applications
adapted apache LDAPTrustedGlobalCert /etc/apache2/conf-available/intranet.conf \
    's/posixAccount/inetOrgPerson/; s/AuthLDAPGroupAttribute memberUid/AuthLDAPGroupAttribute member/; s/AuthLDAPGroupAttributeIsDN off/AuthLDAPGroupAttributeIsDN on/'
apache2 -f "$T/apache.conf" -k restart
attempt() { web_status "$@"; }
eventually 10 test "$(attempt ann secret)" = 200
admits 200 401
