# Runs doc/virtual-users.md in a system of its own, with the machine's real sshd at the usual port. A test defines before:
#
#   on_machine COMMAND…      runs it where users log in
set -e # what follows writes to /etc, and may do so only in a system of its own
. "$(dirname "$0")/own-system.sh"
need sshd ssh ssh-keygen sudo visudo
page=doc/virtual-users.md

q "ALTER ROLE ldap PASSWORD 'password'"
mkdir -p /etc/ldap/tls /usr/share/slapd-pgsql /run/slapd
cp "$MODULE" /usr/lib/ldap
cp "$PROJECT"/schema/*.sql /usr/share/slapd-pgsql
ln -s "$PROJECT/packaging/slapd-pgsql-check" "$T/bin"
commands doc/own-tables.md | grep '^openssl req ' | bash 2>/dev/null
{ block doc/own-tables.md 'include /etc/ldap/schema' | sed '/^database/,$d'; block $page 'database pgsql'; } >/etc/ldap/slapd.conf
printf '%s\n' SLAPD_CONF=/etc/ldap/slapd.conf 'SLAPD_SERVICES="ldaps:/// ldapi:///"' >/etc/default/slapd

before_virtual() { # what the page has the reader save
    case $1 in
        *taken.sql*) block $page 'CREATE VIEW' >"$checkout/taken.sql" ;;
        install*) block $page '#!/bin/sh' >"$checkout/sign-user" ;;
        'apt-get install'*)
            block $page TrustedUserCAKeys >/etc/ssh/sshd_config.d/users.conf
            block $page 'alice ALL' >/etc/sudoers.d/virtual-users
            expect 0 visudo -c -f /etc/sudoers.d/virtual-users
            ;;
        *principals.sql*)
            block $page 'CREATE TABLE principals' >"$checkout/principals.sql"
            block $page '# Names in the table' | sed 's/192.0.2.0%255.255.255.0/127.0.0.1/' >"$T/registering"
            sed -i "/^access to attrs=userPassword/e cat $T/registering" /etc/ldap/slapd.conf
            ;;
    esac
}
before_sssd() { # the same, and SSSD starts where the page has it
    before_virtual "$1"
    [ "$1" = 'getent passwd alice' ] || return 0
    sssd_conf() { block $page '[sssd]' | sed '/^id_provider/a debug_level = 9'; }
    start_sssd
    start_sshd
}

start_sshd() {
    local key
    on_machine bash -c 'ssh-keygen -q -A; mkdir -p /run/sshd; cat /etc/ssh/ssh_host_ed25519_key.pub' >"$T/host_key"
    read -r -a key <"$T/host_key"
    on_machine bash -c 'echo "web1.example.com $1" >/etc/ssh/ssh_known_hosts
        echo "127.0.0.1 web1.example.com $2" >>/etc/hosts' bash "${key[*]:0:2}" "$(hostname)"
    TIME_LIMIT=600 on_machine setpriv --pdeathsig KILL -- /usr/sbin/sshd -D -e >>"$T/sshd.log" 2>&1 &
    eventually 20 bash -c ': <>/dev/tcp/127.0.0.1/22'
}
sshd_log_has() { eventually 10 grep -qF -- "$1" "$T/sshd.log"; }
as() { # USER COMMAND…, by ssh with the user's key, or that of $KEY
    on_machine ssh -o BatchMode=yes -i "$checkout/${KEY:-$1}" "$1@web1.example.com" "${@:2}" </dev/null
}
sign() { # NAME: OUT is its number
    expect 0 at_a_prompt "ssh-keygen -q -t ed25519 -N '' -f $1; sign-user $1 $1.pub"
}
# No user gets at what is another's: neither the files, nor the certificate, nor the rule of sudo for alice.
users_are_separate() { # alice and USER
    local command
    same "alice $1" "$(as alice id -un) $(as "$1" id -un)" "the users of the sessions"
    as alice 'umask 077; echo secret >secret'
    for command in 'cat /home/alice/secret' 'rm -f /home/alice/secret'; do
        expect 1 as "$1" "$command"
        contains "$ERR" 'Permission denied'
    done
    expect 1 as "$1" sudo -n whoami
    contains "$ERR" 'a password is required'
    KEY=$1 expect 255 as alice true
    sshd_log_has 'Certificate invalid: name is not a listed principal'
    same root "$(as alice sudo -n whoami)" "the user of sudo, for whom the rule is"
}
passwd_of() { in_sssd sss_cache -E; in_sssd getent passwd "$1" | cut -d : -f 1,3; } # NAME: from the server
# A name that is not registered is no user; packages create theirs, also with a name that could be registered.
unregistered_names_are_free() { # SERVICE of nsswitch.conf
    local name
    for name in carol root0x Alice alice@x 'host$' '*' '' systemd-x 4711 pam_unix_non_existent:; do expect 2 on_machine getent -s "$1" passwd "$name"; done
    KEY=alice expect 255 as carol true
    sshd_log_has 'Invalid user carol'
    expect 0 on_machine adduser --system --no-create-home foosvc
    expect 0 on_machine useradd -r barsvc
    expect 0 on_machine systemd-sysusers --inline 'u bazsvc - "x"'
    same 3 "$(on_machine grep -cE '^(foo|bar|baz)svc:' /etc/passwd)" "system users"
}
