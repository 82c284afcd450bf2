# With the documented indexes no search for a name, address or number scans a table.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/scans.sh"
start_postgres
q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT n, 'u' || n, n, '/home/u' || n, 'User ' || n, 'User', 'U', 'U' || n || '@Example.com', '!', now(), now() FROM generate_series(10000, 29999) n;
   INSERT INTO \"Groups\" SELECT n, 'g' || n, false, now(), now() FROM generate_series(40000, 59999) n;
   INSERT INTO \"UserGroups\" SELECT n, n + 30000, now(), now() FROM generate_series(10000, 29999) n;
   ANALYZE"
start_slapd - < <(manager_conf)

reads_all '(uid=u12345)' uid=u12345 >"$T/first" # the first sessions also look at some hashes

people='(objectClass=posixAccount)' groups='(objectClass=posixGroup)'
slow=("(&$people(mail=u12345@example.com))" "(&$people(cn=user 12345))" "(&$people(gidNumber=12345))" "(&$groups(gidNumber=12345))" "(&$groups(cn=g45678))")
found=(uid=u12345 uid=u12345 uid=u12345 cn=u12345 cn=g45678)
for i in "${!slow[@]}"; do
    n=$(reads_all "${slow[$i]}" "${found[$i]}")
    [ "$n" != 0 ] || fail "${slow[$i]} needs no index, so this test proves nothing"
done

# The manual's indexes, word for word, and those on mail for the other columns that are compared in the same way.
manual=$(sed -e "s/\\\\(aq/'/g; s/\\\\(ti/~/g; s/\\\\(ha/^/g; s/\\\\-/-/g" "$PROJECT/doc/slapd-pgsql-guide.7" | grep '^CREATE INDEX' | sed 's/;*$/;/')
same 5 "$(wc -l <<<"$manual")" "indexes in the manual"
q "$manual $(grep '"mail"' <<<"$manual" | sed 's/"mail"/"cn"/g') $(grep '"mail"' <<<"$manual" | sed 's/"mail"/"cn"/g; s/"Users"/"Groups"/') ANALYZE"
for i in "${!slow[@]}"; do
    same 0 "$(reads_all "${slow[$i]}" "${found[$i]}")" "tables read whole for ${slow[$i]}"
done
same 0 "$(reads_all "(&$people(uid=u12345))" uid=u12345)" "tables read whole for a uid"
same 0 "$(reads_all "(&$people(uidNumber=12345))" uid=u12345)" "tables read whole for a uidNumber"
same 0 "$(reads_all "(&$groups(memberUid=u12345))" "cn=g42345 cn=u12345")" "tables read whole for a member"
