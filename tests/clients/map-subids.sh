#!/bin/bash
# Users get their subordinate numbers from the directory as doc/maps/subids.md configures them.
page=doc/maps/subids.md
. "$(dirname "$0")/../lib/maps-hosts.sh"
need newuidmap getsubids
unshare --user true 2>/dev/null || skip "the kernel gives no user namespace here, as in a chroot"
example
serve
advised 0
expect 3 psql -X -q -v ON_ERROR_STOP=1 intranet <<<'INSERT INTO subid_range SELECT id, 2147483600 FROM account WHERE login = $$eve$$'
contains "$ERR" 'conflicting key value violates exclusion constraint'

start_client sssd
blocks Machines '' '#!/bin/bash' >/usr/local/sbin/update-subids
chmod 755 /usr/local/sbin/update-subids
mapped() { # what the kernel maps for ann in a container of her own
    in_sssd unshare --mount-proc --pid --fork setpriv --reuid=10001 --regid=10001 --clear-groups -- bash -c '
        unshare --user sleep 20 & sleeper=$!
        until [ "$(readlink /proc/$sleeper/ns/user)" != "$(readlink /proc/$$/ns/user)" ]; do :; done
        newuidmap $sleeper 0 10001 1 1 2147483648 65536 && newgidmap $sleeper 0 10001 1 1 2147483648 65536 && cat /proc/$sleeper/[ug]id_map
        kill $sleeper' 2>&1
}
contains "$(mapped)" 'not allowed'
run_document $page 'See it work'
same "$(printf '0 10001 1\n1 2147483648 65536\n0 10001 1\n1 2147483648 65536')" "$(mapped | sed 's/^ *//; s/  */ /g')" "the numbers of a container"

# An outage, an empty list and a list that is cut off leave the files alone.
kept() { # CODE
    expect "$1" as_client update-subids
    same "$files" "$(as_client cat /etc/subuid /etc/subgid)" "the files after $ERR"
}
files=$(as_client cat /etc/subuid /etc/subgid)
stop_postgres
kept 52
start_postgres
eventually 30 ldapsearch -x -H ldapi:/// -b ou=subids,dc=example,dc=com '(ipaUniqueID=1)'
sed -i 's/^sizelimit.*/sizelimit 1/' /etc/ldap/slapd.conf
stop_slapd
listen /etc/ldap/slapd.conf
kept 4
stop_slapd
sql -c "DELETE FROM subid_range WHERE account_id = 2"
serve_online
expect 0 as_client update-subids
same 'ann:2147483648:65536' "$(as_client cat /etc/subuid)" "the file without ben"
files=$(as_client cat /etc/subuid /etc/subgid)
sql -c 'TRUNCATE subid_range'
kept 1

# SSSD 2.8 serves no ranges from LDAP, as the page says.
echo 'subid: sss' >>"$T/sssd/etc/nsswitch.conf"
expect 1 as_client getsubids ann
