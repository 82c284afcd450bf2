# A client that wants no copy (RFC 6171) gets neither cached entries nor the tree from memory.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/tree.sh"
start_postgres
tree_tables
{
    tree_conf
    printf '%s\n' 'pgsql-cache 8' 'pgsql-cache-notify off' 'pgsql-cache-ttl 3600'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
number() { search -b "$base" "$@" '(uid=ann)' uidNumber | sed -n 's/^uidNumber: //p'; }
same 1002 "$(number)" "the number"
same "uid=ann,ou=Bremen,$base" "$(dns -b "$base" '(uid=ann)')" "the name"
q "UPDATE people SET number = 7777 WHERE login = 'ann'; UPDATE units SET name = 'Hamburg' WHERE id = 1"
same 1002 "$(number)" "the cached number"
same "uid=ann,ou=Bremen,$base" "$(dns -b "$base" '(uid=ann)')" "the cached name"
same 7777 "$(number -E '!dontUseCopy')" "the number itself"
same "uid=ann,ou=Hamburg,$base" "$(dns -b "$base" -E '!dontUseCopy' '(uid=ann)')" "the name itself"
same 1002 "$(number)" "the cached number, still"
