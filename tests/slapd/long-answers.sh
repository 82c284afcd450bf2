# A long answer uses little memory, and a slow reader holds no database session.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
users=100000
[ ${#PRELOAD[@]} = 0 ] || users=20000
q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT n, 'u' || n, 2001, '/home/u' || n, 'User ' || n, 'User', 'U', 'u' || n || '@example.com', '!', now(), now() FROM generate_series(10000, $((9999 + users))) n;
   ANALYZE"
{ manager_conf; echo 'pgsql-pool-size 2'; echo 'sizelimit unlimited'; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$SLAPD/status"; }
enumerate() { search -b $base "$@" '(objectClass=posixAccount)' >"$T/answer"; }
expect 0 search -b $base '(uid=ann)'
before=$(resident)
for how in '' '-E pr=1000/noprompt'; do
    # shellcheck disable=SC2086
    enumerate $how
    same $((users + 10)) "$(grep -c '^dn:' "$T/answer")" "users"
    same $((users + 10)) "$(sort "$T/answer" | grep -c '^dn: uid=u\?')" "names"
    same "" "$(grep '^dn:' "$T/answer" | sort | uniq -d)" "users shown twice"
done
grown=$((($(resident) - before) / 1024))
[ ${#PRELOAD[@]} != 0 ] || [ "$grown" -le 32 ] || fail "slapd has grown by $grown MiB; 32 are allowed"

# Four clients ask for everything and read nothing: twice as many as there are sessions.
for i in 1 2 3 4; do
    URI=$URI perl -MNet::LDAP -e '
        my $ldap = Net::LDAP->new($ENV{URI}, async => 1) or die "cannot connect";
        $ldap->search(base => "dc=example,dc=com", filter => "(objectClass=posixAccount)");
        sleep 60' &
    clients+=($!)
done
blocked() { [ "$(grep -c "SRCH base=.* filter=\"(objectClass=posixAccount)\"" "$T/slapd.log")" -ge $((4 + 1)) ]; }
eventually 10 blocked
eventually 20 nobody_reads
for i in 1 2 3 4 5; do within 2 expect 0 search -b $base "(uid=u$((10000 + i)))"; done
# No statement and no transaction waits for them.
same 0 "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND state <> 'idle'")" "sessions at work for clients that do not read"
kill -9 "${clients[@]}"
within 2 expect 0 search -b $base '(uid=ann)'
