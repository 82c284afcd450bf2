# An abandoned search stops in PostgreSQL and does not affect other clients.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
q 'CREATE VIEW slow AS SELECT u.* FROM "Users" u, (SELECT pg_sleep(8)) s; GRANT SELECT ON slow TO ldap' >/dev/null
{ manager_conf | sed '0,/FROM "Users"$/s//FROM slow/'; echo "pgsql-timeout 20"; echo "pgsql-pool-size 2"; echo "pgsql-private-groups off"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 0 search -b $base '(uid=ann)' # by the lookup, which is quick

busy() { q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND state = 'active' AND query LIKE '%slow%'"; }
at_work() { [ "$(busy)" != 0 ]; }
stopped() { [ "$(busy)" = 0 ]; }

# The client disappears.
ldapsearch -x -LLL -H "$URI" -b $base '(objectClass=posixAccount)' >"$T/answer" 2>&1 &
eventually 5 at_work
kill -9 $!
eventually 1 stopped
same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann after a client disappeared"

# The client says so (RFC 4511 §4.11), and goes on using its connection.
URI=$URI perl -MNet::LDAP -e '
    my $ldap = Net::LDAP->new($ENV{URI}, async => 1) or die "cannot connect";
    my $slow = $ldap->search(base => "dc=example,dc=com", filter => "(objectClass=posixAccount)");
    $ldap->socket->flush if $ldap->socket->can("flush");
    select undef, undef, undef, 1;
    $ldap->abandon($slow);
    my $quick = $ldap->search(base => "dc=example,dc=com", filter => "(uid=bob)");
    $quick->sync;
    print $quick->code, " ", $quick->count, "\n";' >"$T/perl" 2>&1 &
eventually 5 at_work
log_has " ABANDON msg="
eventually 1 stopped
wait $!
same "0 1" "$(<"$T/perl")" "the search after the abandoned one"

# More abandoned searches than there are sessions leave the pool whole.
for i in 1 2 3 4 5 6; do
    timeout -s KILL 0.3 ldapsearch -x -H "$URI" -b $base '(objectClass=posixAccount)' >"$T/answer" 2>&1 || true
done
eventually 2 stopped
within 2 expect 0 search -b $base '(uid=ann)'
