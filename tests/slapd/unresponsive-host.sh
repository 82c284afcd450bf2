# A host that accepts connections but stays silent takes only its share of time.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
free_port silent
perl -MIO::Socket::INET -e '
    my $socket = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => shift, Listen => 50, ReuseAddr => 1) or die $@;
    $| = 1; print "ready\n"; sleep 300' "$silent" >"$T/silent" &
eventually 10 grep -q ready "$T/silent"
{
    manager_conf | sed "s|^pgsql-uri .*|pgsql-uri postgres://ldap:ldap@127.0.0.1:$silent,127.0.0.1:$PGPORT/manager|"
    printf '%s\n' "pgsql-timeout 12" "pgsql-connect-timeout 8"
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 0 search -b $base '(uid=ann)'
contains "$OUT" "uid=ann,$base"
for _ in 1 2 3; do
    kill_backends >/dev/null
    within 3 expect 0 search -b $base '(uid=ann)'
done
not_logged database-down
