#!/bin/bash
# SSSD and pam_unix act on the password age and expiry that doc/maps/shadow.md configures.
page=doc/maps/shadow.md
. "$(dirname "$0")/../lib/maps-hosts.sh"
example
sql -c "INSERT INTO account (login, name, password, password_days, password_changed, expires)
    SELECT login, login, password, 90, current_date - days, current_date + expires
    FROM (VALUES ('soon', 85, NULL), ('late', 91, NULL), ('tomorrow', 0, 1), ('gone', 0, 0)) v (login, days, expires),
        (SELECT password FROM account WHERE login = 'ann') p"

tells() { # CODE NAME TEXT ACTION…: what PAM tells a user with this password
    expect "$1" in_sssd pamtester login-test "$2" "${@:4}" < <(printf '%s\n' "$PASSWORD" "$PASSWORD")
    contains "$OUT$ERR" "$3"
}
tells_all() {
    local name
    PASSWORD=ann-secret
    for name in ann tomorrow; do
        tells 0 $name 'account management done' authenticate acct_mgmt
        lacks "$OUT$ERR" expire
    done
    tells 0 soon 'Your password will expire in 5 day(s).' authenticate acct_mgmt
    tells 1 late 'Password expired. Change your password now.' authenticate acct_mgmt
    tells 1 gone 'Authentication failure' authenticate
    PASSWORD=eve-secret tells 1 eve 'Authentication failure' authenticate
    # As with an SSH key, which PAM does not see.
    for name in gone eve; do tells 1 $name 'User account has expired' acct_mgmt; done
    tells 0 late 'account management done' acct_mgmt
}

own_change() { sed "s/^access to attrs=userPassword.*/$(blocks slapd.conf '' 'access to')/"; }
settings | own_change >/etc/ldap/slapd.conf
listen /etc/ldap/slapd.conf
advised 0
start_client sssd
tells_all
expect 49 ldapwhoami -x -H ldapi:/// -D uid=gone,dc=example,dc=com -w ann-secret

# late chooses a new password, with which the account is as good as new.
late=$(sql -c "SELECT id + 10000 FROM account WHERE login = 'late'")
expect 0 in_sssd setpriv --reuid="$late" --regid="$late" --clear-groups -- pamtester login-test late chauthtok < <(printf '%s\n' ann-secret 'New! 4 late' 'New! 4 late')
same t "$(sql -c "SELECT password_changed = current_date FROM account WHERE login = 'late'")" "the day of the new password"
as_client sss_cache -E
stop_client
start_client sssd
PASSWORD='New! 4 late' tells 0 late 'account management done' authenticate acct_mgmt

# Without PostgreSQL, what SSSD knows of an account stays.
tells 1 gone 'User account has expired' acct_mgmt
stop_postgres
as_client sss_cache -E
tells 1 gone 'User account has expired' acct_mgmt
tells 0 late 'account management done' acct_mgmt
start_postgres
stop_client
stop_slapd

# The same in cn=config, for nslcd, from which pam_unix learns it.
sql -c "UPDATE account SET password_changed = current_date - 91 WHERE login = 'late'"
serve_converted
start_client nslcd
run_document $page nslcd
echo 'account required pam_unix.so' >"$T/nslcd/etc/pam.d/unix-test"
account() { # CODE NAME TEXT
    expect "$1" as_client pamtester unix-test "$2" acct_mgmt
    contains "$OUT$ERR" "$3"
}
account 0 ann 'account management done'
account 0 soon 'expire in 5 days'
account 1 late 'new one required'
for name in gone eve; do account 1 $name 'User account has expired'; done
stop_postgres
expect 2 as_client getent shadow ann
