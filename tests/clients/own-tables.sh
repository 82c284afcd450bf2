#!/bin/bash
# Every command in doc/own-tables.md works, up to a login with a home directory.
. "$(dirname "$0")/own-system.sh"
page=doc/own-tables.md

before_tables() {
    case $1 in
        *tables.sql) block $page 'CREATE TABLE account' >"$checkout/tables.sql" ;;
        *role.sql) block $page 'CREATE ROLE directory' >"$checkout/role.sql" ;;
        *' /etc/ldap/slapd.conf') [ -e /etc/ldap/slapd.conf ] || block $page 'include /etc/ldap/schema' >/etc/ldap/slapd.conf ;;
        'systemctl restart slapd') block $page SLAPD_CONF= >/etc/default/slapd ;;
    esac
}
after_tables() {
    case $1 in
        slaptest*) contains "$OUT$ERR" 'config file testing succeeded' ;;
        ldapsearch*)
            contains "$OUT" $'\nuidNumber: 10001\n'
            contains "$OUT" $'\nhomeDirectory: /home/ann\n'
            ;;
        ldapwhoami*) contains "$OUT" 'uid=ann,dc=example,dc=com' ;;
        slapd-pgsql-check*)
            contains "$OUT" '0 errors, 0 warnings'
            lacks "$OUT" 'CREATE INDEX'
            ;;
        'systemctl restart sssd')
            sssd_conf() { block $page '[sssd]'; }
            start_sssd
            ;;
        'getent passwd ann') same 'ann:*:10001:10001:Ann Archer:/home/ann:/bin/bash' "$OUT" "the account" ;;
        'getent group developers') same 'developers:*:50001:ann,ben' "$OUT" "the group" ;;
        'id ann') same 'uid=10001(ann) gid=10001(ann) groups=10001(ann),50001(developers),50002(support)' "$OUT" "ann" ;;
        'su - ann -c pwd')
            contains "$OUT" /home/ann
            [ -d /home/ann ] || fail "there is no home directory"
            ;;
    esac
}
run_document $page tables
expect 0 login ann ann-secret
in_sssd getent passwd eve >/dev/null || fail "eve is not shown"
expect 1 login eve eve-secret # not active

# SSSD's settings in doc/clients/sssd.md are for the same server.
stop_sssd
sssd_conf() { block doc/clients/sssd.md '[sssd]'; }
start_sssd
expect 0 login ben ben-secret
/etc/init.d/slapd stop >/dev/null
say "$count commands"
[ "$count" -ge 20 ] || fail "where have the document's commands gone?"
