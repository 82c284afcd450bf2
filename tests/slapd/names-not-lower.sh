# The manual's query shows the names that break compare=lower: only lists and replicas have them.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
. "$TESTS/lib/manual.sh"
start_provider
start_replica push refreshAndPersist
copied "the first copy" 20
q "INSERT INTO \"Users\" (\"uid\", \"uidNumber\", \"gidNumber\", \"cn\", \"sn\", \"givenName\", \"mail\", \"homeDirectory\", \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT name, 7000 + n, 2001, 'U', 'U', 'U', 'u' || n || '@example.com', '/home', 'x', now(), now()
   FROM unnest(ARRAY['straße', 'οδος', 'é', 'tab' || chr(9) || 'x', 'Upper', 'Ö', ' first', 'last ', 'two  spaces', U&'o\\0301', 'ｆｕｌｌ', 'ﬁsh', 'm²', 'x' || chr(160) || 'y', chr(8490)]) WITH ORDINALITY AS t(name, n)"
eventually 10 eval '[ "$(at_replica push "(uidNumber>=7000)" 1.1 | grep -c ^dn)" = 15 ]'
same 15 "$(search -b $base '(uidNumber>=7000)' 1.1 | grep -c ^dn)" "the users of a list"

q "$(block 'CASE AND SPACES' 1)" >"$T/shown"
same 11 "$(wc -l <"$T/shown")" "the names that the query shows"
while IFS= read -r name; do
    shown=no found=yes
    ! grep -qxF -e "$name" "$T/shown" || shown=yes
    filter="(uid=$(sed 's/^ /\\20/; s/ $/\\20/' <<<"$name"))"
    search -b $base "$filter" 1.1 | grep -q ^dn || found=no
    [ $shown != $found ] || fail "'$name': found: $found, shown by the query: $shown"
    at_replica push "$filter" 1.1 | grep -q ^dn || fail "the replica does not find '$name'"
done < <(q 'SELECT "uid" FROM "Users" WHERE "uidNumber" >= 7000')
