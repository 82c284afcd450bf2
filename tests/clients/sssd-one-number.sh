#!/bin/bash
# One number for many names: SSSD takes users for each other, and sudo obeys the wrong one.
. "$(dirname "$0")/clients.sh"
need sudo nslcd

start_postgres
q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
   VALUES (10000, 'virtual', 10000, '/nowhere', 'virtual', 'virtual', 'virtual', 'virtual@example.com', '!', now(), now());
   INSERT INTO \"Groups\" VALUES (10000, 'virtual', false, now(), now())"
# Any name that no row has is a user with the number 10000.
any_name="UNION ALL SELECT \$1, 10000, 10000, NULL, 'virtual user', NULL, NULL, '/home/' || \$1, NULL
   WHERE \$1 ~ '^[a-z]{4,8}\$' AND NOT EXISTS (SELECT FROM \"Users\" WHERE \"uid\" = \$1)"
manager_conf | sed "s/^ WHERE \"uid\" = ?/ WHERE \"uid\" = \$1/; /^ WHERE \"uid\"/r "<(echo "  $any_name") >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
eval "shared_$(declare -f sssd_conf)"
sssd_conf() { shared_sssd_conf "$@" | sed "/^id_provider/a debug_level = 9"; echo "[nss]$NSS"; }
rule() { # sudo's for alice alone
    echo 'alice ALL = (root) NOPASSWD: ALL' >"$T/sssd/etc/sudoers.d/alice"
    chmod 440 "$T/sssd/etc/sudoers.d/alice"
    echo "127.0.0.1 $(hostname)" >>"$T/sssd/etc/hosts"
}
name_of_number() { in_sssd getent passwd 10000 | cut -d : -f 1; }
look_up() { in_sssd getent passwd "$1" >/dev/null; }
as_bert() { in_sssd su bert -s /bin/sh -c "$1"; }

# SSSD: bert is alice, and may do what she may.
NSS=
start_sssd "$URI"
rule
look_up alice
look_up bert
same 'uid=10000(alice) gid=10000(virtual) groups=10000(virtual)' "$(in_sssd id bert)" "bert"
same alice "$(as_bert 'id -un')" "the user of bert's session"
same root "$(as_bert 'sudo -n whoami')" "the user of bert's sudo, by the rule for alice"
in_sssd install -d -m 1777 /run/shared
in_sssd su alice -s /bin/sh -c 'umask 077; mkdir /run/shared/alice; echo secret >/run/shared/alice/file'
same secret "$(as_bert 'cat /run/shared/alice/file; rm -r /run/shared/alice')" "what bert reads of alice, and removes"
grep -qh 'same UID \[10000\]' "$T"/sssd/log/*.log || fail "SSSD logs nothing"
stop_sssd

# Without the memory cache the number has the name that was looked up last.
NSS=$'\nmemcache_timeout = 0'
start_sssd "$URI"
rule
for name in alice bert alice; do
    look_up $name
    same $name "$(name_of_number)" "the user by number"
done
same root "$(as_bert 'getent passwd alice >/dev/null; sudo -n whoami')" "the user of bert's sudo, once he has looked up alice"

# Without the server only the last name is known.
look_up bert
stop_slapd
in_sssd sss_cache -E
expect 2 look_up alice
look_up bert

# nslcd has no cache: the number has the name of its row, and sudo refuses.
start_slapd "$T/slapd.conf"
sed -i 's/sss/ldap/' "$T/sssd/etc/nsswitch.conf"
printf '%s\n' 'uid nslcd' 'gid nslcd' "uri $URI" 'base dc=example,dc=com' >"$T/sssd/etc/nslcd.conf"
in_sssd bash -c 'mkdir /run/nslcd; chown nslcd:nslcd /run/nslcd'
TIME_LIMIT=100 in_sssd nslcd -n >"$T/nslcd.log" 2>&1 &
eventually 20 look_up alice
for name in alice bert; do same 'uid=10000(virtual) gid=10000(virtual) groups=10000(virtual)' "$(in_sssd id $name)" "$name"; done
expect 1 in_sssd setpriv --reuid=10000 --regid=10000 --clear-groups sudo -n whoami
contains "$ERR" 'a password is required'
