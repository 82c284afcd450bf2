# With the indexes that slapd-pgsql(5) tells of, no search for a name, an address or a number reads a whole table.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT n, 'u' || n, n, '/home/u' || n, 'User ' || n, 'User', 'U', 'U' || n || '@Example.com', '!', now(), now() FROM generate_series(10000, 29999) n;
   INSERT INTO \"Groups\" SELECT n, 'g' || n, false, now(), now() FROM generate_series(40000, 59999) n;
   INSERT INTO \"UserGroups\" SELECT n, n + 30000, now(), now() FROM generate_series(10000, 29999) n;
   ANALYZE"
start_slapd - < <(manager_conf)

scans() { q "SELECT coalesce(sum(seq_scan), 0) FROM pg_stat_user_tables"; }
# Sessions report what they did when they end.
ended() { kill_backends >/dev/null; [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap'")" = 0 ]; }
reads_all() { # FILTER ENTRIES: how many whole tables the search has read
    local before
    eventually 5 ended
    before=$(scans)
    expect 0 search -b $base "$1" 1.1
    same "$2" "$(sed -n 's/^dn: \([^,]*\),.*/\1/p' <<<"$OUT" | sort | xargs)" "$1"
    eventually 5 ended
    echo $(($(scans) - before))
}
reads_all '(uid=u12345)' uid=u12345 >"$T/first" # the first sessions also look at some hashes

people='(objectClass=posixAccount)' groups='(objectClass=posixGroup)'
slow=("(&$people(mail=u12345@example.com))" "(&$people(cn=user 12345))" "(&$people(gidNumber=12345))" "(&$groups(gidNumber=12345))" "(&$groups(cn=g45678))")
found=(uid=u12345 uid=u12345 uid=u12345 cn=u12345 cn=g45678)
for i in "${!slow[@]}"; do
    n=$(reads_all "${slow[$i]}" "${found[$i]}")
    [ "$n" != 0 ] || fail "${slow[$i]} needs no index, so this test proves nothing"
done

# The manual's indexes, word for word, and those on mail for the other columns that are compared in the same way.
manual=$(sed -e "s/\\\\(aq/'/g; s/\\\\(ti/~/g; s/\\\\(ha/^/g; s/\\\\-/-/g" "$PROJECT/doc/slapd-pgsql.5" | grep '^CREATE INDEX' | sed 's/;*$/;/')
same 4 "$(wc -l <<<"$manual")" "indexes in the manual"
q "$manual $(grep '"mail"' <<<"$manual" | sed 's/"mail"/"cn"/g') $(grep '"mail"' <<<"$manual" | sed 's/"mail"/"cn"/g; s/"Users"/"Groups"/') ANALYZE"
for i in "${!slow[@]}"; do
    same 0 "$(reads_all "${slow[$i]}" "${found[$i]}")" "tables read whole for ${slow[$i]}"
done
same 0 "$(reads_all "(&$people(uid=u12345))" uid=u12345)" "tables read whole for a uid"
same 0 "$(reads_all "(&$people(uidNumber=12345))" uid=u12345)" "tables read whole for a uidNumber"
same 0 "$(reads_all "(&$groups(memberUid=u12345))" "cn=g42345 cn=u12345")" "tables read whole for a member"
