# Pending push logins hold neither a worker nor a database connection.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
need perl
start_postgres
base=dc=example,dc=com
count=200
q "INSERT INTO \"Users\" SELECT 5000 + n, 'u' || n, 2001, '/home/u' || n, '/bin/sh', 'U', 'U', 'U', 'u' || n || '@x', NULL, '', 'active', NULL, NULL,
   now(), now() FROM generate_series(1, $count) n"
quick_hashes
start_push
users_say hold
start_slapd - < <(manager_conf | sed '1i threads 4'; push_conf; printf '%s\n' "pgsql-push-pending $count" 'pgsql-push-timeout 300')

# Each on a connection of its own; prints user, result and the identity it has afterwards.
perl -MNet::LDAP -MNet::LDAP::Extension::WhoAmI -e '
    my ($uri, $base, $count) = @ARGV;
    my @users = map { "u$_" } 1 .. $count;
    my %ldap = map { ($_ => Net::LDAP->new($uri, async => 1) || die "$_: $@\n") } @users;
    my %bind = map { ($_ => $ldap{$_}->bind("uid=$_,$base", password => "secret")) } @users;
    for (@users) {
        $bind{$_}->sync;
        my $me = $ldap{$_}->who_am_i;
        $me->sync;
        print "$_ ", $bind{$_}->code, " ", $me->response, "\n";
    }' "$URI" "$base" "$count" >"$T/answers" 2>"$T/perl.log" &
clients=$!
eventually 30 prompted $count
same 0 "$(grep -c . "$T/answers")" "answers while all wait"

# One more has no place; those who do not need an approval, and searches, go on.
expect 51 bind ann
log_has "reason=\"$count logins already wait for approval\""
expect 49 bind ann wrong
for _ in {1..20}; do expect 0 search -b $base '(uid=ann)'; done
[ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND state <> 'idle'")" = 0 ] || fail "PostgreSQL is kept busy"
expect 0 as_config ldapsearch -b cn=config -s base
printf '%s\n' "dn: cn=config" "changetype: modify" "replace: olcIdleTimeout" "olcIdleTimeout: 100" >"$T/change.ldif"
expect 0 as_config ldapmodify -f "$T/change.ldif"
same 0 "$(grep -c . "$T/answers")" "answers when all this is done"

for n in $(seq 1 $count); do [ $((n % 2)) = 0 ] && release_user "u$n" approve || release_user "u$n" reject; done
wait $clients || { cat "$T/perl.log" >&2; fail "the clients ended badly"; }
same "$(for n in $(seq 1 $count); do [ $((n % 2)) = 0 ] && echo "u$n 0 dn:uid=u$n,$base" || echo "u$n 49 "; done)" "$(<"$T/answers")" "who got in"
same "$count" "$(prompts)" "prompts"
expect 0 search -b $base '(uid=ann)'
