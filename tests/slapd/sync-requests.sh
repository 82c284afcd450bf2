# A consumer's search (RFC 4533) that reaches the directory through another database is refused.
. "$(dirname "$0")/../lib.sh"
start_postgres
mkdir "$T/top" "$T/copy"
{
    manager_conf | sed 's/^moduleload back_pgsql/&\nmoduleload back_mdb\nmoduleload back_relay\nmoduleload rwm\nmoduleload syncprov/'
    printf '%s\n' 'database relay' 'suffix dc=relay' 'overlay rwm' 'rwm-suffixmassage dc=relay dc=example,dc=com' 'overlay syncprov'
    manager_conf | sed -n '/^database pgsql/,$p' | sed 's/dc=example,dc=com/dc=part,dc=top/'
    echo subordinate
    printf '%s\n' 'database ldif' 'suffix dc=top' 'rootdn cn=admin,dc=top' 'rootpw admin' "directory $T/top" 'overlay syncprov'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 0 ldapadd -x -H "$URI" -D cn=admin,dc=top -w admin <<<$'dn: dc=top\nobjectClass: dcObject\nobjectClass: organization\no: top\ndc: top'

for base in dc=relay dc=part,dc=top; do
    same 16 "$(dns -b $base | wc -l)" "entries below $base"
done
for control in sync=ro '!sync=ro'; do
    for base in dc=relay dc=top; do
        expect 53 search -E "$control" -b $base
        contains "$ERR$OUT" 'consumers cannot copy this database: syncprov does not see changes made in PostgreSQL'
        lacks "$OUT" 'dn: uid='
    done
done
for base in dc=relay dc=top; do # ldapsearch stays for changes, whatever the result
    expect 124 timeout $((2 * PATIENCE)) ldapsearch -x -H "$URI" -E sync=rp -b $base
    contains "$OUT" 'result: 53'
done
expect 0 search -E '!sync=ro' -s base -b dc=top
expect 0 search -E sync=ro -b dc=example,dc=com # nobody is there to heed it
expect 12 search -E '!sync=ro' -b dc=example,dc=com
