#!/bin/bash
# Postfix accepts mail for users and groups by the settings of doc/clients/postfix.md.
page=doc/clients/postfix.md
. "$(dirname "$0")/../lib/applications.sh"
need postfix postmap curl
[ -e /usr/lib/postfix/postfix-ldap.so ] || skip "postfix-ldap is missing; packaging/setup --tests installs it"
write_block /etc/postfix/ldap-users.cf server_host
{ head -n 10 /etc/postfix/ldap-users.cf; block $page query_filter; } >/etc/postfix/ldap-teams.cf
mount -t tmpfs queue /var/spool/postfix # none of this machine's mail
block $page virtual_ | sed 's/^virtual_transport.*/virtual_transport = discard:/' >>/etc/postfix/main.cf
postconf -e maillog_file=/var/log/postfix.log inet_interfaces=loopback-only mydestination=localhost relayhost= smtpd_error_sleep_time=0
postfix start 2>"$T/start"
eventually 10 listens ldap://127.0.0.1:25
found() { postmap -q "$2" "ldap:/etc/postfix/ldap-$1.cf" || true; } # MAP ADDRESS
accepts() { # CODE ADDRESS
    same "$1" "$(curl -s -w '%{response_code}' --mail-from test@localhost --mail-rcpt "$2" -T - smtp://127.0.0.1 <<<test || true)" "the answer for $2"
}

sql -c "UPDATE account SET email = 'ann.archer@example.com' WHERE login = 'ann'"
for address in ann ANN ann.archer; do same ann@example.com "$(found users $address@example.com)" "the user of $address"; done
for address in zoe@example.com '*@example.com' 'a)(uid=*@example.com' ann@example.org; do same '' "$(found users "$address")" "the user of $address"; done
same ann@example.com,ben@example.com "$(found teams developers@example.com)" "the members"

for address in ann ann.archer eve support; do accepts 250 $address@example.com; done
accepts 550 zoe@example.com
for address in ann.archer support; do
    eventually 10 grep -q "to=<ann@example.com>, orig_to=<$address@example.com>, relay=none, .* status=sent" /var/log/postfix.log
done

outage
for address in ann zoe support; do accepts 451 $address@example.com; done
expect 1 postmap -q zoe@example.com ldap:/etc/postfix/ldap-users.cf
contains "$ERR" 'Server is unavailable'
end_outage
accepts 250 ann@example.com
accepts 550 zoe@example.com
distrust
expect 1 postmap -q ann@example.com ldap:/etc/postfix/ldap-users.cf
contains "$ERR" "Can't contact LDAP server"
