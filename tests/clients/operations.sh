#!/bin/bash
# Every command in doc/operations.md works on a pair of servers.
. "$(dirname "$0")/own-system.sh"

block doc/operations.md LDAP_BASE_DN= >"$checkout/ldap.env"
mkdir -p /etc/slapd-pgsql
block doc/operations.md 'ldap1 ldap1.example.com' >/etc/slapd-pgsql/pair
q 'DROP OWNED BY ldap; DROP ROLE ldap' # the document creates it
before_operators() { served=$(cat "$T/service.pid" 2>/dev/null || true); }
after_operators() {
    case $1 in
        'slapd-pgsql-pair verify' | 'slapd-pgsql-pair status' | 'slapd-pgsql-pair run uptime')
            for n in 1 2; do contains "$OUT" "okay::ldap$n:ldap$n.example.com:"; done
            ;;
        'slapd-pgsql-pair -t ldap1 verify') contains "$OUT" 'okay::ldap1:ldap1.example.com:' ;;
        'slapd-pgsql-pair rolling'*) same 2 "$(grep -cE ':(replaced|restarted), healthy after ' <<<"$OUT")" "replaced servers" ;;
        'slapd-pgsql-status '*' --wait '* | 'slapd-pgsql-status --wait '*) contains "$OUT" '{"state": "ready", "wanted": "up", "answers": true, "uri": "ldaps://' ;;
        "slapd-pgsql-status | jq -r"*) contains "$OUT" 'ready for ' ;;
        'slapd-pgsql-status | jq -e'*) same '' "$OUT" "an alarm" ;;
        'for host in '* | 'slapd-pgsql-pair --json status '*) same 'ldap1.example.com ready
ldap2.example.com ready' "$OUT" "the states" ;;
        'ssh '*'apt-get install -y ./slapd-back-pgsql.deb'*) [ "$(<"$T/service.pid")" != "$served" ] || fail "the upgrade did not restart the service" ;;
        'openssl '*) contains "$OUT" notAfter= ;;
        'systemctl disable --now slapd-pgsql') ! pgrep -x slapd || fail "slapd still runs" ;;
        'slapd-pgsql-check --triggers '*) same 3 "$(q "SELECT count(*) FROM pg_trigger WHERE tgname = 'back_pgsql_changed'")" triggers ;;
        'slapd-pgsql-check --revoke '*)
            same "0 0" "$(q "SELECT count(*) FROM pg_trigger WHERE tgname = 'back_pgsql_changed'; SELECT count(*) FROM pg_roles WHERE rolname = 'ldap'" | xargs)" "what is left in PostgreSQL"
            ;;
        'apt-get purge '*) [ ! -e /etc/default/slapd-pgsql ] && [ ! -e /var/lib/slapd-pgsql ] || fail "something is left" ;;
    esac
}
run_document doc/operations.md operators
say "$count commands"
[ "$count" -ge 20 ] || fail "where have the documents' commands gone?"
