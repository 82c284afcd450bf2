#!/bin/bash
# FreeRADIUS accepts the members of a group by the settings of doc/clients/freeradius.md.
page=doc/clients/freeradius.md
. "$(dirname "$0")/../lib/applications.sh"
need freeradius radclient
[ -e /usr/lib/freeradius/rlm_ldap.so ] || skip "freeradius-ldap is missing; packaging/setup --tests installs it"
etc=/etc/freeradius/3.0
rm -f $etc/sites-enabled/default
write_block $etc/mods-enabled/ldap 'ldap {'
write_block $etc/sites-enabled/default 'server default'
sed -i 's/^\(\s*reject_delay =\).*/\1 0/' $etc/radiusd.conf
install -d -o freerad -g freerad /run/freeradius
freeradius -f -l stdout >"$T/radius.log" 2>&1 &
radius=$!
eventually 20 grep 'Ready to process' "$T/radius.log"
attempt() { # the client's secret is Debian's for this machine
    { radclient -r 1 -t 2 127.0.0.1 auth testing123 2>&1 || true; } <<<"User-Name = \"$1\", User-Password = \"$2\"" | grep -oP 'Received \K[A-Za-z-]+' || true
}

admits_members Access-Accept Access-Reject
restart_slapd
result Access-Accept ann ann-secret

outage
expect 52 ldapwhoami -x -H ldapi:/// -D uid=ann,dc=example,dc=com -w ann-secret
result '' ann ann-secret # no reply: the client asks another server
end_outage
accepted() { [ "$(attempt ann ann-secret)" = Access-Accept ]; }
eventually 10 accepted
result Access-Reject ann wrong
kill -0 $radius || fail "FreeRADIUS has ended: $(tail -n 5 "$T/radius.log")"
distrust
result '' ann ann-secret
