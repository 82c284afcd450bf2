# A prompt tells how many logins wait for it, from which address, and since when.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
need perl
start_postgres
quick_hashes
start_push
users_say hold
base=dc=example,dc=com
{ manager_conf; push_conf; printf '%s\n' 'pgsql-push-window 1' 'pgsql-push-per-user 8'; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
member() { # REQUEST NAME: a member of the JSON of the request of that number
    python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readlines()[int(sys.argv[2]) - 1])[sys.argv[3]])' "$T/push/requests" "$@"
}

# Three logins at about one time are one prompt. (A busy machine may not get them there at one time.)
clients=()
for round in 1 2 3 4 5; do
    before=$(date +%s)
    rm -f "$T/push/requests"
    perl -MNet::LDAP -e '
        my ($uri, $base) = @ARGV;
        my @ldap = map { Net::LDAP->new($uri, async => 1) || die "$@\n" } 1 .. 3;
        my @bind = map { $_->bind("uid=ann,$base", password => "secret") } @ldap;
        $_->sync for @bind' "$URI" "$base" &
    clients+=($!)
    eventually 10 prompted 1
    [ "$(member 1 logins)" != 3 ] || break
    release_user ann reject
    wait "${clients[-1]}"
    rm "$T/push/release.ann"
done
same 3 "$(member 1 logins)" "logins in the first prompt"
same "127.0.0.1 0 1.0 8" "$(member 1 client) $(member 1 other_logins) $(member 1 share_seconds) $(member 1 share_logins)" "the first prompt"
began=$(date -d "$(member 1 time)" +%s)
[ "$began" -ge "$before" ] && [ "$began" -le "$(date +%s)" ] || fail "the time of the prompt is $(member 1 time)"
contains "$(member 1 body)" "3 logins as ann from 127.0.0.1, $(date -u -d "@$began" '+%F %T') UTC."
contains "$(member 1 body)" "within 1 s, 8 at most. Reject it unless it is you."

# A later one is another prompt, which tells of those that wait. Those of another user are no matter of hers.
sleep 1.1
for user in ann bob; do bind $user >/dev/null 2>&1 & clients+=($!); done
eventually 10 prompted 3
number=$(grep -n '"username": "ann"' "$T/push/requests" | sed -n '2s/:.*//p')
same "1 3" "$(member "$number" logins) $(member "$number" other_logins)" "logins in the second prompt"
contains "$(member "$number" body)" "A login as ann from 127.0.0.1"
contains "$(member "$number" body)" "3 more as ann wait for another approval."
release reject
wait "${clients[@]}" || true
stop_slapd

# Where nothing is shared, the prompt promises nothing.
sed -i 's/^pgsql-push-window.*/pgsql-push-window 0/' "$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 49 bind ann
same "1 0.0 1" "$(member 4 logins) $(member 4 share_seconds) $(member 4 share_logins)" "the last prompt"
lacks "$(member 4 body)" "Your answer counts"
