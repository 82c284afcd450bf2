# One user cannot take all slots, and one approval admits no other login.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
need perl
start_postgres
quick_hashes
start_push
users_say hold
base=dc=example,dc=com
start_slapd - < <(manager_conf; push_conf; echo 'pgsql-push-pending 20')

# 205 logins as ann at a time; prints their results and identities when the last of them is answered.
perl -MNet::LDAP -MNet::LDAP::Extension::WhoAmI -e '
    my ($uri, $base) = @ARGV;
    my @ldap = map { Net::LDAP->new($uri, async => 1) || die "$@\n" } 1 .. 205;
    my @bind = map { $_->bind("uid=ann,$base", password => "secret") } @ldap;
    for my $n (0 .. $#ldap) {
        $bind[$n]->sync;
        my $me = $ldap[$n]->who_am_i;
        $me->sync;
        print $bind[$n]->code, " ", $me->response // "", "\n";
    }' "$URI" "$base" >"$T/answers" 2>"$T/perl.log" &
clients=$!
busy() { [ "$(grep -c "dn=\"uid=ann,$base\".* step=notification outcome=busy" "$T/slapd.log")" = "$1" ]; }
eventually 30 busy 195
eventually 10 prompted 1
same 1 "$(prompts)" "prompts for ann"
log_has 'reason="10 logins of this user already wait for approval (pgsql-push-per-user)"'

# Others log in meanwhile, also from the same address.
user_says bob approve
expect 0 bind bob
expect 0 search -b $base '(uid=ann)'

release_user ann approve
wait $clients || { cat "$T/perl.log" >&2; fail "the clients ended badly"; }
same "10 0 dn:uid=ann,$base
195 51 " "$(sort "$T/answers" | uniq -c | sed 's/^ *//')" "who got in"
same 2 "$(prompts)" "prompts"
expect 0 bind bob
