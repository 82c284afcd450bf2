#!/bin/bash
# Every command in doc/virtual-users.md works, and registered virtual users are users like others.
on_machine() { in_sssd "$@"; }
. "$(dirname "$0")/virtual-users.sh"

before_page() { before_sssd "$1"; }
after_page() {
    case $1 in
        *--triggers*) same 4 "$(q "SELECT count(*) FROM pg_trigger WHERE tgname = 'back_pgsql_changed'")" "tables with triggers" ;;
        sign-user*) number=$OUT ;;
        ssh-keygen\ -L*) contains "$OUT" 'Principals: '$'\n'"                alice"$'\n' ;;
        'getent passwd alice') same "alice:*:$number:$number:virtual user:/home/alice:/bin/bash" "$OUT" "the account" ;;
        'id alice') same "uid=$number(alice) gid=$number(alice) groups=$number(alice)" "$OUT" "the numbers" ;;
        *' sudo -n whoami') same root "$OUT" "the user of sudo" ;;
        *' whoami') same alice "$OUT" "the user of the session" ;;
        *'until = now()'*) # the certificate is valid, and SSSD's cache has the name
            expect 0 in_sssd getent passwd alice
            expect 255 as alice true
            sshd_log_has 'Access denied for user alice by PAM account configuration'
            expect 3 at_a_prompt 'sign-user alice alice.pub'
            contains "$ERR" 'the name "alice" has ended'
            ;;
        'sss_cache '*) for key in alice "$number"; do expect 2 in_sssd getent passwd $key; done ;;
    esac
}
run_document $page page "su postgres -c 'psql -X -q -v ON_ERROR_STOP=1 manager' <principals.sql" # what follows: sssd-virtual.sh
say "$count commands"
[ "$count" -ge 20 ] || fail "where have the document's commands gone?"

# Each user is who it is, by name and by number, also when SSSD's cache has expired.
sign zoe
other=$OUT
for _ in 1 2; do
    in_sssd sss_cache -E
    for key in alice zoe; do in_sssd getent passwd $key >/dev/null; done
    in_sssd sss_cache -E
    same "alice zoe" "$(in_sssd getent passwd "$number" "$other" | cut -d : -f 1 | xargs)" "the users by number"
    same "alice:alice zoe:zoe" "$(in_sssd getent group "$number" "$other" | cut -d : -f 1,4 | tr -s : | xargs)" "the groups by number"
    same "uid=$other(zoe) gid=$other(zoe) groups=$other(zoe)" "$(in_sssd id zoe)" "the numbers of zoe"
done
users_are_separate zoe
! grep -h 'same UID' "$T"/sssd/log/*.log || fail "SSSD takes two users for one"

# No password opens anything, for virtual users as for unknown names.
for user in alice carol; do expect 49 ldapwhoami -x -H ldapi:/// -D "uid=$user,dc=example,dc=com" -w secret; done
expect 1 login alice secret
contains "$OUT" 'Authentication failure'

unregistered_names_are_free sss
same "$((30000 - $(q 'SELECT count(*) FROM virtual_users')))" "$(q "$(block $page 'SELECT last')")" "numbers that are left"

# A row with the name wins at once, and the virtual user is back after it.
q "UPDATE \"Users\" SET \"uid\" = 'zoe' WHERE \"uid\" = 'jan'"
same "zoe:2009" "$(passwd_of zoe)" "a name that a row has"
q "UPDATE \"Users\" SET \"uid\" = 'jan' WHERE \"uid\" = 'zoe'"
same "zoe:$other" "$(passwd_of zoe)" "the name without that row"

# While no server answers, SSSD's cache decides, also about a user who has ended.
/etc/init.d/slapd stop >/dev/null
q "UPDATE virtual_users SET until = now() WHERE name = 'zoe'"
same zoe "$(as zoe whoami)" "a user who has ended, without the server"
