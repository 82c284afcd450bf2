# applications.sh: serves the example of doc/own-tables.md, with the accounts of doc/clients/README.md, to the client of a page.
#
# Use: page=doc/clients/NAME.md; . "$(dirname "$0")/../lib/applications.sh"
#   write_block FILE BEGINNING   writes the page's block whose first line begins so into FILE
#   start_nslcd [LINE…]          with these lines in nslcd.conf in addition
#   distrust                     puts a certificate of the same name in place of the server's where clients look for it
#   attempt NAME PASSWORD        a function of the test: prints the result of a login at the client
#   result EXPECTED NAME PASSWORD
#   admits_members YES NO [BEN]  ann, who is in the group support, gets the first result, all others get the second one; BEN is
#                                that of ben, who is in another group
#   web_status NAME PASSWORD     the status of a web server at port 80
#   restart_slapd                ends slapd and starts it again, so that clients lose their connections
#   outage                       stops PostgreSQL; end_outage starts it, and waits until slapd has noticed
client_page=$page
page=doc/clients/README.md
# shellcheck source=tests/lib/maps-hosts.sh
. "$(dirname "$0")/../lib/maps-hosts.sh"
# shellcheck source=tests/lib/client-servers.sh
. "$TESTS/lib/client-servers.sh"
unset LDAPNOINIT # clients read /etc/ldap/ldap.conf as Debian's do

account='The account that searches'
example "$account"
client=${client_page##*/}
sql -c "INSERT INTO application SELECT '${client%.md}', password FROM application ON CONFLICT DO NOTHING"
configuration() { # [SECTION]: slapd.conf, after merge; the access rules of the page's section come first
    sed '/^access to /d; s|^TLSCertificateFile .*|TLSCertificateFile /etc/ldap/tls/slapd.crt|' "$T/settings"
    [ -z "${1:-}" ] || blocks "$1" '' 'access to'
    page=doc/clients/README.md blocks "$account" '' 'access to'
}
cp /etc/ldap/tls/server.crt /etc/ldap/tls/slapd.crt
settings "$account" >/dev/null
configuration >/etc/ldap/slapd.conf
listen /etc/ldap/slapd.conf
settled
page=$client_page

write_block() {
    mkdir -p "${1%/*}"
    block "$page" "$2" >"$1"
    [ -s "$1" ] || fail "$page has no block that begins with $2"
}
start_nslcd() {
    need nslcd
    compgen -G '/usr/lib/*/security/pam_ldap.so' >/dev/null || skip "pam_ldap is missing; packaging/setup --tests installs it"
    sql -c "INSERT INTO application SELECT 'nslcd', password FROM application LIMIT 1 ON CONFLICT DO NOTHING"
    { block doc/clients/nslcd.md 'uid nslcd'; block doc/clients/nslcd.md binddn; printf '%s\n' 'reconnect_retrytime 1' "$@"; } >/etc/nslcd.conf
    block doc/clients/nslcd.md 'passwd: ' >/etc/nsswitch.conf
    install -d -o nslcd -g nslcd /run/nslcd
    setpriv --pdeathsig KILL -- nslcd -d >>"$T/nslcd.log" 2>&1 &
    NSLCD=$!
    eventually 20 test -S /run/nslcd/socket
}
distrust() {
    restart_slapd
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ldap1.example.com -addext subjectAltName=DNS:ldap1.example.com \
        -keyout /dev/null -out /etc/ldap/tls/server.crt 2>/dev/null
}
result() { same "$1" "$(attempt "$2" "$3")" "the result for $2 with $3"; }
admits_members() {
    local name password
    result "$1" ann ann-secret
    for password in wrong '' ben-secret; do result "$2" ann "$password"; done
    result "${3:-$2}" ben ben-secret
    result "$2" eve eve-secret # not active
    for name in zoe root '*' 'ann)(uid=*' ''; do result "$2" "$name" ann-secret; done
}
restart_slapd() {
    stop_slapd
    listen /etc/ldap/slapd.conf
}
outage() { stop_postgres; }
end_outage() {
    start_postgres
    eventually 30 ldapwhoami -x -H ldapi:/// -D uid=ann,dc=example,dc=com -w ann-secret
}
