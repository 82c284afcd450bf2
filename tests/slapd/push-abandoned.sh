# An abandoned push bind never logs the client in.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
start_postgres
quick_hashes
start_push
users_say hold
base=dc=example,dc=com
start_slapd - < <(manager_conf; push_conf; echo "pgsql-push-window 6")

client() { perl -MNet::LDAP -MNet::LDAP::Extension::WhoAmI -e "
    my (\$uri, \$base) = @ARGV;
    my \$ldap = Net::LDAP->new(\$uri, async => 1) or die;
    sub request { \$ldap->bind(\"uid=\$_[0],\$base\", password => 'secret') }
    sub me { my \$m = \$ldap->who_am_i; \$m->sync; \$m->response }
    sub pause { select undef, undef, undef, \$_[0] }
    sub code { \$_[0]->sync; \$_[0]->code }
    sub asked { # until the endpoint has been asked
        for (1 .. 500) { return if !system('grep', '-qsF', '\"' . \$_[0] . '\"', '$T/push/requests'); pause(0.05) } die }
    $1" "$URI" "$base"; }
gone() { eventually 10 grep -q "dn=\"uid=$1,$base\".* outcome=gone" "$T/slapd.log"; }

# A client that vanishes: its operation ends at once, and the prompt when its window is over.
client 'request("ann"); asked("ann")'
gone ann
same 1 "$(prompts '"ann"')" "prompts for ann"
eventually 20 grep -qx ann "$T/push/left"
expect 0 search -b $base '(uid=ann)'

# One that comes back within the window finds the prompt open, and its outcome counts for it.
client 'request("bob"); asked("bob")'
gone bob
twice() { [ "$(grep -c 'op=0 BIND dn="uid=bob,.*method' "$T/slapd.log")" = 2 ]; }
( eventually 10 twice; sleep 0.5; release_user bob approve ) &
expect 0 bind bob
same 1 "$(prompts '"bob"')" "prompts for bob"

# A second bind on the connection takes the place of the first, whose approval does not count any more.
release_user eve approve
same "0 dn:uid=eve,$base dn:uid=eve,$base" "$(client '
    request("carl"); asked("carl");
    my $code = code(request("eve"));
    my $me = me();
    system("echo approve >'"$T"'/push/release.carl");
    pause(1);
    print join " ", $code, $me, me()')" "who is logged in by the second bind"
gone carl
lacks "$(grep 'uid=carl' "$T/slapd.log")" 'outcome=accepted'

# What else is sent on the connection waits for the bind, an abandon of the bind changes nothing, and an unbind ends all.
same "0 dn:uid=fay,$base 1" "$(client '
    my $bind = request("fay"); asked("fay");
    $ldap->abandon($bind->mesg_id);
    my $search = $ldap->search(base => $base, filter => "(uid=ann)");
    pause(0.5); # for an answer that must not come
    system("echo approve >'"$T"'/push/release.fay");
    my $code = code($bind);
    $search->sync;
    print join " ", $code, me(), $search->count')" "bind, search and identity"
client 'request("gus"); asked("gus"); $ldap->unbind; pause(0.2)'
gone gus

# And none of those who were left over got in.
for user in ann carl gus; do lacks "$(grep "uid=$user,.*pgsql bind" "$T/slapd.log")" outcome=accepted; done
expect 0 search -b $base '(uid=ann)'
