#!/bin/bash
# Every command in README.md and doc/getting-started.md works, up to a login through SSSD.
. "$(dirname "$0")/own-system.sh"

before_readme() {
    case $1 in
        'ldapsearch -x -b '*) # the slapd.conf above it, with this machine's database
            q "ALTER ROLE ldap PASSWORD 'password'"
            { base_conf | grep -v '^moduleload'; block README.md moduleload | sed "s|postgres://[^ ]*|postgres://ldap:password@localhost/manager|"; } >"$T/slapd.conf"
            URI=ldap://localhost
            start_slapd "$T/slapd.conf"
            ;;
    esac
}
after_readme() {
    case $1 in
        ldapsearch*) contains "$OUT" 'uidNumber: 2000' ;;
        ldapwhoami*) contains "$OUT" 'uid=ann,dc=example,dc=com' ;;
    esac
}
run_document README.md readme
stop_slapd

before_started() {
    case $1 in
        'systemctl enable --now slapd-pgsql') block doc/getting-started.md LDAP_BASE_DN= >/etc/default/slapd-pgsql ;;
        'getent passwd ann')
            sssd_conf() { block doc/getting-started.md '[sssd]'; }
            start_sssd
            ;;
    esac
}
after_started() {
    case $1 in
        ldapsearch*) contains "$OUT" 'uidNumber: 2000' ;;
        'getent passwd ann') contains "$OUT" 'ann:*:2000:' ;;
        'id ann')
            contains "$OUT" '(sysadmins)'
            expect 0 login ann ann-secret
            ;;
    esac
}
q 'DROP OWNED BY ldap; DROP ROLE ldap' # the document creates it
run_document doc/getting-started.md started
stop_sssd
PATH=$T/bin:$PATH systemctl disable --now slapd-pgsql
say "$count commands"
[ "$count" -ge 12 ] || fail "where have the documents' commands gone?"
