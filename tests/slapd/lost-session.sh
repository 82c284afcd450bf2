# A session cut during a statement is replaced once, and the client gets all entries.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
# Rows come slowly, so that the cut falls between them.
q 'CREATE VIEW slow AS SELECT u.*, pg_sleep(0.1)::text FROM "Users" u; GRANT SELECT ON slow TO ldap' >/dev/null
{ manager_conf | sed 's/FROM "Users"$/FROM slow/'; echo "pgsql-timeout 5"; echo "pgsql-private-groups off"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
same 10 "$(dns -b $base '(objectClass=posixAccount)' | wc -l)" "users"

working() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND state = 'active' AND query LIKE '%slow%'")" != 0 ]; }
dns -b $base '(objectClass=posixAccount)' >"$T/answer" &
eventually 5 working
kill_backends >/dev/null
wait $! || fail "the search failed: $(<"$T/answer")"
same 10 "$(wc -l <"$T/answer")" "users in spite of the cut"

# Cut again while it is repeated: an error, and no entry that could be taken for the whole.
expect_cut() { # the search, while its sessions are killed over and over
    expect 52 search -b $base '(objectClass=posixAccount)'
    same "" "$OUT" "entries of a search that was cut twice"
}
(while sleep 0.15; do kill_backends >/dev/null; done) &
killer=$!
expect_cut
kill $killer
same 10 "$(dns -b $base '(objectClass=posixAccount)' | wc -l)" "users afterwards"
