# slapd-pgsql-check prints findings first, then one line per client search with a verdict.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/check.sh"
start_postgres
manager_conf >"$T/slapd.conf"
q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT n, 'u' || n, 2001, '/home/u' || n, 'User ' || n, 'User', 'U', 'u' || n || '@example.com', '!', now(), now() FROM generate_series(10000, 21000) n; ANALYZE"

checked 1 "$T/slapd.conf"
table() { sed -n '/^  Search  /,/^$/p' <<<"$OUT" | tail -n +2 | grep .; }
cell() { # COLUMN SEARCH: one of its line; columns are two spaces apart
    table | awk -F '  +' -v search="$2" -v column="$1" '$2 == search { print $column }'
}
same "21" "$(table | wc -l)" "the number of lines"
same "index" "$(cell 3 'SSSD: a user by name')" "the verdict on a user by name"
same "" "$(cell 5 'SSSD: a user by name')" "the hint on a user by name"
same "reads the table" "$(cell 3 'nslcd: a group by number')" "the verdict without an index"
contains "$(cell 5 'nslcd: a group by number')" 'all of "Users" (11011 rows); see the findings on indexes'
same "reads the table|it asks for all entries" "$(cell 3 'nslcd: all users')|$(cell 5 'nslcd: all users')" "the verdict on a list"
same "not served|-|no entry can match the filter" "$(cell 3 'Proxmox VE: all groups')|$(cell 4 'Proxmox VE: all groups')|$(cell 5 'Proxmox VE: all groups')" "the verdict on a class that no kind has"

# The reading of a large table costs more than an index; all costs end in the same column.
awk "BEGIN { exit !($(cell 4 'nslcd: a group by number') > 10 * $(cell 4 'SSSD: a user by name')) }" || fail "the costs are not PostgreSQL's: $(table)"
same "1" "$(table | sed -nE 's/^(.*  (index|reads the table) +[0-9]+\.[0-9])( .*|$)/\1/p' | awk '{ print length }' | sort -u | wc -l)" "the number of columns in which costs end"

# Findings come first. Plans, filters and SQL need -v.
first() { grep -nE -m 1 "$1" <<<"$OUT" | cut -d : -f 1; }
[ "$(grep -nE '^  (error|warning|note) ' <<<"$OUT" | tail -n 1 | cut -d : -f 1)" -lt "$(first '^  Search  ')" ] || fail "a finding comes after the searches"
[ "$(first '^  Search  ')" -lt "$(first '^  users: ')" ] || fail "the searches come after the kinds"
for word in SELECT 'Seq Scan' 'Limit (' objectClass=posixAccount; do lacks "$OUT" "$word"; done
[ ${#OUT} -lt 10000 ] || fail "the report has ${#OUT} characters"
short=$(table)
checked 1 --verbose "$T/slapd.conf"
for word in SELECT 'Seq Scan' 'Limit (' objectClass=posixAccount; do contains "$OUT" "$word"; done
same "$short" "$(table | grep -v '^      ')" "the lines of the searches with --verbose"

# With the indexes that the findings name, only lists read a table.
q "$(sed -n 's/^ *do:  \(CREATE INDEX.*\)/\1/p' <<<"$OUT") ANALYZE"
echo 'pgsql-private-groups off' >>"$T/slapd.conf"
checked 0 "$T/slapd.conf"
same "it asks for all entries" "$(table | awk -F '  +' '$3 == "reads the table" { print $5 }' | sort -u)" "why a table is read"
same "index" "$(cell 3 'nslcd: a group by name')" "the verdict on a small table"
contains "$(cell 5 'nslcd: a group by name')" "PostgreSQL prefers to read all of "

# A kind that PostgreSQL refuses is not served, and the hint says which.
manager_conf | sed 's/FROM "Groups" g$/FROM "Grups" g/' >"$T/broken.conf"
checked 2 "$T/broken.conf"
same "not served|groups has an error, see the findings" "$(cell 3 'SSSD: a group by name')|$(cell 5 'SSSD: a group by name')" "the verdict on a broken kind"
same "index" "$(cell 3 'SSSD: a user by name')" "the verdict on the other kind"
