# A row that no parent column can name has nothing below it, and a negated filter still finds all others.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/tree.sh"
start_postgres
tree_tables
q "ALTER TABLE units ALTER id TYPE bigint; INSERT INTO units VALUES (99999999999, NULL, 'far')"
tree_conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
same "" "$(dns -b "ou=far,$base" -s one)" "what is below the row"
same "" "$(dns -b "$base" "(entryDN=uid=ann,ou=far,$base)")" "an entry below it"
same "uid=ann,ou=Bremen,$base" "$(dns -b "$base" "(&(uid=ann)(!(entryDN=uid=ann,ou=far,$base)))")" "an entry of that name elsewhere"
