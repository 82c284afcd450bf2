# A write is seen at once by its server, and within a tenth of a second by another one, with caches.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/staff.sh"
. "$TESTS/lib/cache.sh"
. "$TESTS/lib/replication.sh"
start_postgres -c log_statement=all
staff_table
tell_of_changes staff
staff_conf >"$T/slapd.conf"
echo 'pgsql-cache 16' >>"$T/slapd.conf"
sed "s,$T/slapd.pid,$T/other.pid,; s,$T/slapd.args,$T/other.args," "$T/slapd.conf" >"$T/other.conf"
start_slapd "$T/slapd.conf"
free_port port
other=ldap://127.0.0.1:$port
setpriv --pdeathsig TERM -- "${PRELOAD[@]}" slapd -h "$other" -f "$T/other.conf" -d stats >"$T/other.log" 2>&1 &
eventually 20 cache_used 1
eventually 20 grep -q cache-enabled "$T/other.log"
expect 0 add_staff ann
note() { ldapsearch -x -LLL -H "$1" -b "uid=ann,ou=staff,$base" -s base description | sed -n 's/^description: //p'; } # URI
slow=0
for i in {1..20}; do
    note "$URI" >/dev/null
    note "$other" >/dev/null
    costs_nothing -b "uid=ann,ou=staff,$base" -s base description
    expect 0 change "dn: uid=ann,ou=staff,$base" 'replace: description' "description: $i"
    start=$(now)
    same "$i" "$(note "$URI")" "what the server that wrote shows"
    until [ "$(note "$other")" = "$i" ]; do [ $(($(now) - start)) -lt 5000000 ] || fail "the other server does not see the change"; done
    [ $(($(now) - start)) -lt $((100000 * TIMEOUT_FACTOR)) ] || slow=$((slow + 1))
done
[ "$slow" -le 2 ] || fail "$slow of 20 changes took the other server more than 0.1 s"

# A session of a standby for searches: the connection that wrote reads from the primary.
stop_slapd
start_standby
sed -i "/^pgsql-cache/d; s|^pgsql-uri .*|pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT,127.0.0.1:$STANDBY_PORT/manager|" "$T/slapd.conf"
echo 'pgsql-target-session-attrs prefer-standby' >>"$T/slapd.conf"
start_slapd "$T/slapd.conf"
logged writes-delayed
at_standby 'SELECT pg_wal_replay_pause()' >/dev/null
perl -MNet::LDAP -e '
    my ($uri, $base) = @ARGV;
    my $ldap = Net::LDAP->new($uri) or die "$@";
    $ldap->bind("cn=admin,$base", password => "admin")->code and die;
    $ldap->modify("uid=ann,ou=staff,$base", replace => {description => "primary"})->code and die "not written\n";
    my $found = $ldap->search(base => "uid=ann,ou=staff,$base", scope => "base", filter => "(objectClass=*)")->entry(0);
    $found->get_value("description") eq "primary" or die "what was written is not read: ", $found->get_value("description"), "\n";
' "$URI" "$base" || fail "a connection does not read what it wrote"
same 20 "$(note "$URI")" "what another connection reads from the standby"
at_standby 'SELECT pg_wal_replay_resume()' >/dev/null
stop_slapd
stop_standby
