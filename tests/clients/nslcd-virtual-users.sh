#!/bin/bash
# Virtual users log in through nslcd as through SSSD.
on_machine() { "$@"; }
. "$(dirname "$0")/virtual-users.sh"
need nslcd

before_page() { before_virtual "$1"; }
after_page() { [[ $1 != sign-user* ]] || number=$OUT; }
run_document $page page 'apt-get install' # up to the machines, which have nslcd here
before_virtual 'apt-get install'
block $page 'uid nslcd' >/etc/nslcd.conf
block $page 'passwd: files ldap' >/etc/nsswitch.conf
echo '127.0.0.1 localhost ldap1.example.com' >/etc/hosts
pam-auth-update --enable mkhomedir
mkdir -p /run/nslcd
chown nslcd:nslcd /run/nslcd
setpriv --pdeathsig KILL -- nslcd -n -d >"$T/nslcd.log" 2>&1 &
eventually 20 getent -s ldap passwd alice
start_sshd

sign zoe
other=$OUT
same "alice:*:$number:$number:virtual user:/home/alice:/bin/bash" "$(getent passwd alice)" "the account"
same "uid=$other(zoe) gid=$other(zoe) groups=$other(zoe)" "$(id zoe)" "the numbers"
same "alice zoe" "$(getent passwd "$number" "$other" | cut -d : -f 1 | xargs)" "the users by number"
same "alice:*:$number:alice" "$(getent group "$number")" "the private group by number"
users_are_separate zoe
unregistered_names_are_free ldap

# nslcd has no cache: an ended name is unknown at once.
q "UPDATE virtual_users SET until = now() WHERE name = 'alice'"
for key in alice "$number"; do expect 2 getent passwd "$key"; done
expect 255 as alice true
sshd_log_has 'Invalid user alice'
same "UNKNOWN $number" "$(stat -c '%U %u' /home/alice)" "the owner of what alice left"
same zoe "$(as zoe whoami)" "another user"
/etc/init.d/slapd stop >/dev/null
