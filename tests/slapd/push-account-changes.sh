# An approval admits only an account that is unchanged since its password was checked.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
start_postgres
quick_hashes
start_push
users_say hold
{ manager_conf; push_conf; echo "pgsql-push-window 50"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"

begin() { # FILE USER [PASSWORD]: a login in the background, whose result goes to FILE
    { local status=0; bind "$2" "${3:-secret}" >/dev/null 2>&1 || status=$?; echo "$status" >"$T/$1"; } &
}
result() { eventually 10 test -s "$T/$1"; cat "$T/$1"; }

# A login with the old password does not share the prompt of one with the new password.
begin old ann
eventually 10 prompted 1
q "UPDATE \"Users\" SET \"userPassword\" = '\$5\$quick\$$(openssl passwd -5 -salt quick changed | cut -d '$' -f 4)' WHERE uid = 'ann'"
begin new ann changed
eventually 10 prompted 2
release_user ann approve
same "49 0" "$(result old) $(result new)" "ann's logins with the old and the new password"
log_has "the password was changed before the approval"

# Nobody logs in by an approval after the account was disabled or removed, or its rights withdrawn.
begin disabled bob; begin removed carl; begin expired dora; begin same eve
eventually 10 prompted 6
q "UPDATE \"Users\" SET \"userPassword\" = '!' WHERE uid = 'bob'"
q "DELETE FROM \"UserGroups\" WHERE \"uidNumber\" = (SELECT \"uidNumber\" FROM \"Users\" WHERE uid = 'carl'); DELETE FROM \"Users\" WHERE uid = 'carl'"
q "UPDATE \"Users\" SET uid = 'dorothy' WHERE uid = 'dora'"
for user in bob carl dora eve; do release_user "$user" approve; done
same "49 49 49 0" "$(result disabled) $(result removed) $(result expired) $(result same)" "logins of bob, carl, dora and eve"
log_has "the account was removed before the approval"

# Without the database nothing is known of the account.
begin outage gus
eventually 10 prompted 7
stop_postgres immediate
release_user gus approve
same 52 "$(result outage)" "the login of gus during an outage"
