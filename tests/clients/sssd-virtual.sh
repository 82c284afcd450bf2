#!/bin/bash
# The first login registers a name of the table, through SSSD as well; other names stay unknown.
on_machine() { in_sssd "$@"; }
. "$(dirname "$0")/virtual-users.sh"

before_page() { before_sssd "$1"; }
after_page() {
    case $1 in
        *--grants*) registered=$(q 'SELECT count(*) FROM virtual_users') ;;
        slaptest*) same "$registered" "$(q 'SELECT count(*) FROM virtual_users')" "names that slaptest and the check have registered" ;;
        'getent passwd guest1')
            number=$(number_of guest1)
            same "guest1:*:$number:$number:virtual user:/home/guest1:/bin/bash" "$OUT" "the account"
            ;;
    esac
}
number_of() { q "SELECT number FROM virtual_users WHERE name = '$1'"; }
run_document $page page
base=dc=example,dc=com
directory=(-x -LLL -o ldif-wrap=no -o TLS_CACERT=/etc/ldap/tls/server.crt -H ldaps://ldap1.example.com -b "$base")

# The first login of guest2, with a certificate, is the first search for the name. Each user is who it is, by name and by number.
same "" "$(number_of guest2)" "the number before the first login"
ssh-keygen -q -t ed25519 -N '' -f "$checkout/guest2"
ssh-keygen -q -s /etc/ssh/users_ca -I guest2 -n guest2 "$checkout/guest2.pub"
same guest2 "$(as guest2 whoami)" "the user of the first login"
other=$(number_of guest2)
for _ in 1 2; do
    in_sssd sss_cache -E
    same "guest1 guest2" "$(in_sssd getent passwd "$number" "$other" | cut -d : -f 1 | xargs)" "the users by number"
    same "uid=$other(guest2) gid=$other(guest2) groups=$other(guest2)" "$(in_sssd id guest2)" "the numbers of guest2"
    same "guest1:$number" "$(passwd_of guest1)" "guest1"
done
in_sssd sss_cache -E
users_are_separate guest2
! grep -h 'same UID' "$T"/sssd/log/*.log || fail "SSSD takes two users for one"
expect 1 login guest1 guest1
contains "$OUT" 'Authentication failure'
expect 49 ldapwhoami -x -H ldapi:/// -D "uid=guest1,$base" -w guest1

# Names that the table or the pattern does not have, and searches of other forms, register nothing.
before=$(q 'TABLE virtual_users' | sort)
unregistered_names_are_free sss
expect 2 in_sssd getent passwd mallory1
q "INSERT INTO principals SELECT 'many' || n FROM generate_series(1, 200) n"
for filter in '(uid=*)' '(uid=man*)' '(|(uid=many1)(mail=a))' '(!(uid=many1))'; do
    expect 0 ldapsearch "${directory[@]}" "$filter" 1.1
    lacks "$OUT" many1
done
expect 0 ldapsearch -x -LLL -H ldapi:/// -b "$base" '(uid=many1)' # by a socket: the rule admits machines by their addresses
lacks "$OUT" many1
same "$before" "$(q 'TABLE virtual_users' | sort)" "the registered names"

# Of 200 names in a row, so many are users as the rate permits, and SSSD stays online.
"$T/bin/systemctl" restart slapd
before=$(q 'SELECT count(*) FROM virtual_users')
TIME_LIMIT=60 in_sssd bash -c 'for ((n = 1; n <= 200; n++)); do getent passwd "many$n"; done' >"$T/many" || true
same 30 "$(wc -l <"$T/many")" "names that are users"
same "$((before + 30))" "$(q 'SELECT count(*) FROM virtual_users')" "names that are registered"
expect 0 in_sssd getent passwd carl

# A row with the name wins at once, and the virtual user is back after it.
q "UPDATE \"Users\" SET \"uid\" = 'guest1' WHERE \"uid\" = 'jan'"
same guest1:2009 "$(passwd_of guest1)" "a name that a row has"
q "UPDATE \"Users\" SET \"uid\" = 'jan' WHERE \"uid\" = 'guest1'"
same "guest1:$number" "$(passwd_of guest1)" "the name without that row"

# While the database is unavailable an unknown name is an error, and SSSD keeps the names that it has.
stop_postgres
expect 52 ldapsearch "${directory[@]}" '(uid=guest3)'
same "guest1:$number" "$(passwd_of guest1)" "guest1 without the database"
/etc/init.d/slapd stop >/dev/null
