# Under slapo-sssvlv a stale list is complete, and a changed table lists no entry twice.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
{
    manager_conf | sed 's/^moduleload back_pgsql/&\nmoduleload sssvlv/'
    printf '%s\n' 'pgsql-private-groups off' 'pgsql-serve-stale 3600' 'overlay sssvlv'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
sorted() { search -b $base -E '!sss=uidNumber' '(objectClass=posixAccount)' 1.1; }

# A table that changes between two kinds: nothing is sent twice. (An error damages slapd's memory if the control is critical: slapd's fault.)
both='(|(objectClass=posixAccount)(objectClass=posixGroup))'
entries=$(search -b $base "$both" 1.1 | grep ^dn: | sort)
for type in 'varchar(200)' text 'varchar(100)'; do
    q "ALTER TABLE \"Groups\" ALTER COLUMN cn TYPE $type"
    status=0
    OUT=$(search -b $base -E 'sss=gidNumber' "$both" 1.1) || status=$?
    [ $status != 0 ] || same "$entries" "$(grep ^dn: <<<"$OUT" | sort)" "the sorted entries after cn became $type"
    expect 0 search -b $base "$both" 1.1
done

# Stale data.
expect 0 sorted
users=$OUT
stop_postgres immediate
expect 0 search -b $base '(objectClass=posixAccount)' 1.1
expect 0 sorted
same "$users" "$OUT" "the sorted users during an outage"
