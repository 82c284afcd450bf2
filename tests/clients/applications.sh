#!/bin/bash
# Every command in doc/applications.md works, from Django's tables to a login.
. "$(dirname "$0")/own-system.sh"
/usr/bin/python3 -c 'import django, psycopg2' 2>/dev/null || skip "Django is missing; packaging/setup --tests installs it"
page=doc/applications.md
mkdir -p /run/slapd # slapd's first start creates it

before_application() {
    case $1 in
        *users.py) block $page 'import django' >"$checkout/users.py" ;;
        'sed -i '*) printf '%s\n' SLAPD_CONF= 'SLAPD_SERVICES="ldap:/// ldapi:///"' >/etc/default/slapd ;;
    esac
}
after_application() {
    case $1 in
        slapd-pgsql-new*)
            # At a terminal the same lines stand between its questions.
            same "$(block $page 'netbox: 8 tables' | grep -E '^  |^netbox')" "$(grep -E '^  |^netbox' <<<"$OUT")" "what the wizard finds"
            ;;
        slaptest*) contains "$OUT$ERR" 'config file testing succeeded' ;;
        slapd-pgsql-check*) contains "$OUT" '0 errors' ;;
        *'(uid=ann)'*) contains "$OUT" 'uidNumber: 2000001' ;;
        *'(memberUid=ann)'*) contains "$OUT" 'cn: Staff' ;;
        ldapwhoami*) contains "$OUT" 'uid=ann,ou=people,dc=example,dc=com' ;;
    esac
}
run_document $page application
same 3 "$("$POSTGRES_BIN/psql" -X -A -t -c "SELECT count(*) FROM pg_trigger WHERE tgname = 'back_pgsql_changed'" netbox)" "the tables with triggers"
# The folder's sssd.conf, but without TLS, which this slapd has no certificate for.
sssd_conf() { sed 's/nss, pam$/&, ssh/; s|ldaps://ldap.example.com|ldap://localhost|; /^ldap_uri/a ldap_auth_disable_tls_never_use_in_production = true' "$checkout/netbox-ldap/sssd.conf"; }
start_sssd
expect 0 in_sssd id ann
same 'uid=2000001(ann) gid=2000001(ann) groups=2000001(ann),3000001(Staff)' "$OUT" "ann"
expect 0 login ann ann-secret
expect 1 login ben ben-secret # not active
stop_sssd
/etc/init.d/slapd stop >/dev/null
say "$count commands"
[ "$count" -ge 16 ] || fail "where have the document's commands gone?"
