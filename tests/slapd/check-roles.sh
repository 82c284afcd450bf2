# slapd-pgsql-check --as shows what a client's roles permit, and with --may why an access is denied; the report names assignments that permit nothing.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/check.sh"
. "$TESTS/lib/tree.sh"
. "$TESTS/lib/roles.sh"
start_postgres
roles_tables
roles_conf >"$T/slapd.conf"
as_client() { checked "$1" --color never --as "uid=$2,$base" "${@:3}" "$T/slapd.conf"; } # STATUS NAME OPTION…

as_client 0 brad
row() { sed 's/   */|/g' <<<"$OUT" | sed 's/^|//'; }
contains "$(row)" "users|ou=bremen,$base|search,read,add,modify,rename,move,delete,password|* except title|unit-admin|(unit-admin, ou=bremen)"
contains "$(row)" "groups|ou=bremen,$base|search,read,add,modify,rename,move,delete|*|unit-admin|(unit-admin, ou=bremen)"
as_client 0 self,ou=bremen
contains "$(row)" "users|own entry|modify|mail|self-service|(self-service, NULL)"
as_client 1 nobody
contains "$OUT" 'the role "unit-admin" at "ou=nowhere" permits nothing'
contains "$OUT" 'no role'
as_client 0 nosuch
contains "$OUT" 'no role'
checked 0 --color never --as "cn=admin,$base" "$T/slapd.conf"
contains "$OUT" 'the rootdn: every access is granted'

# One decision, by slapd's access rules.
as_client 0 hugo --may password "uid=ann,ou=bremen,$base"
contains "$OUT" 'granted'
contains "$OUT" 'permitted by: helpdesk'
as_client 1 hugo --may password "uid=hank,ou=bremen,$base"
contains "$OUT" "the entry has the role unit-admin at ou=berlin,$base, which permits what the client's roles do not"
as_client 1 hugo --may modify "uid=ann,ou=bremen,$base" mail
contains "$OUT" 'no role permits "modify" of mail on users at'
as_client 1 hugo --may read "uid=ann,ou=bremen,$base" mail
as_client 0 hugo --may read "uid=ann,ou=bremen,$base" cn
as_client 1 brad --may delete "uid=bea,ou=berlin,$base"
contains "$OUT" 'hidden from the client, as if it did not exist'
as_client 0 brad --may add "uid=new,ou=bremen,$base"
as_client 1 brad --may add "uid=new,$base"
as_client 0 brad --may move "uid=ann,ou=bremen,$base"
as_client 1 brad --may rename "ou=bremen,$base"
as_client 1 brad --may delete "uid=nosuch,ou=bremen,$base"
contains "$OUT" 'no entry has this name'
as_client 2 brad --may fly "uid=ann,ou=bremen,$base"
contains "$OUT" 'is none of search, read, add, modify, rename, move, delete and password'
as_client 2 brad --may read "uid=ann,ou=bremen,$base" nosuchattribute
contains "$OUT" 'has no attribute "nosuchattribute"'

# The whole report.
checked 1 --color never --brief "$T/slapd.conf"
contains "$OUT" 'pgsql-roles users: assignments permit nothing'
contains "$OUT" 'unit-admin at "ou=nowhere"'
q "DELETE FROM roles WHERE login = 'nobody'"
checked 0 --color never --brief "$T/slapd.conf"
lacks "$OUT" 'pgsql-roles'
sed -i 's/^pgsql-roles users SELECT role, position/pgsql-roles users SELECT role/; s/UNION ALL SELECT r.role, r.position/UNION ALL SELECT r.role/' "$T/slapd.conf"
checked 2 --color never --brief "$T/slapd.conf"
contains "$OUT" 'the query does not return two columns'
