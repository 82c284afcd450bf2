#!/bin/bash
# OpenSSH logs in with keys of users and hosts as doc/maps/ssh-keys.md configures them.
page=doc/maps/ssh-keys.md
. "$(dirname "$0")/../lib/maps-hosts.sh"
need sshd ssh ssh-keygen
example
for name in host other user; do ssh-keygen -q -t ed25519 -N '' -C $name -f "$T/$name"; done
rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -A >"$T/keygen.log"
cp "$T/host.pub" /etc/ssh/ssh_host_ed25519_key.pub
run_document $page Tables # prints the statement for these
sql <<<"$OUT"
same "$(printf '%s\n' /etc/ssh/ssh_host_*_key.pub | wc -l)" "$(sql -c "SELECT cardinality(keys) FROM ssh_host WHERE name = 'web1.example.com'")" "the number of keys"
sql -c "INSERT INTO ssh_key SELECT id, '$(<"$T/user.pub")', now() + interval '1 hour' FROM account WHERE login = 'ben'"

# The server and the client of SSH in one system; sshd ends with it.
connects() { # NAME@HOST COMMAND…
    as_client ssh -n -i "$T/user" -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/dev/null "$@"
}
start_machine() {
    start_client sssd
    echo '127.0.0.1 web1.example.com web1' >>"$T/sssd/etc/hosts"
    { blocks Servers '' AuthorizedKeysCommand; printf '%s\n' "HostKey $T/host"; cat /etc/ssh/sshd_config; } >"$T/sssd/etc/ssh/sshd_config"
    blocks Clients '' ProxyCommand >>"$T/sssd/etc/ssh/ssh_config"
    as_client install -d /run/sshd
    TIME_LIMIT=100 as_client "$(command -v sshd)" -D -e >"$T/sshd.log" 2>&1 &
    eventually 10 listens ldap://127.0.0.1:22
}
works() {
    run_document $page SSSD
    expect 0 connects ben@web1 whoami
    same ben "$OUT" "who logs in"
    expect 255 connects ann@web1.example.com whoami
    contains "$ERR" 'Permission denied'
    contains "$(as_client bash -c "$(blocks Clients sh '')")" "$(<"$T/host.pub")"
}
install -d -o 10002 -g 10002 /home/ben

serve
advised 0
start_machine
works
same '' "$(as_client sss_ssh_authorizedkeys eve)" "the keys of eve, who has none"

# Without PostgreSQL, SSSD answers from its cache; ssh gets keys of hosts until they expire.
stop_postgres
as_client sss_cache -U
works
as_client sss_cache -H
expect 255 connects ben@web1 whoami
contains "$ERR" 'host key is known'
start_postgres
eventually 30 ldapsearch -x -H ldapi:/// -b dc=example,dc=com '(uid=ben)'
stop_client
stop_slapd

# The same in cn=config. A key that has expired, and a server with another key than the directory's, are refused.
serve_online
start_machine
works
sql -c "UPDATE ssh_key SET valid_until = now() WHERE account_id = 2; UPDATE ssh_host SET keys = ARRAY['$(<"$T/other.pub")']"
as_client sss_cache -UH
expect 255 connects ben@web1 whoami
contains "$ERR" 'Host key verification failed'
same '' "$(as_client sss_ssh_authorizedkeys ben)" "the keys of ben"
