# A value of any type is shown and found as psql prints it.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/filters.sh"
start_postgres
base=dc=example,dc=com
export PGOPTIONS="-c DateStyle=ISO -c TimeZone=UTC -c bytea_output=hex -c client_min_messages=error"
q "CREATE TYPE color AS ENUM ('Red', 'light blue');
   CREATE TYPE mixed AS (address inet, flag boolean, code char(4), words text[], area box);
   CREATE TYPE inetrange AS RANGE (subtype = inet);
   CREATE STATISTICS counted (ndistinct, dependencies, mcv) ON \"uid\", \"cn\" FROM \"Users\"; ANALYZE \"Users\"" >/dev/null
# Of these no query can have a value.
none='gtsvector pg_brin_bloom_summary pg_brin_minmax_multi_summary pg_dependencies pg_mcv_list pg_ndistinct pg_node_tree'
types() {
    cat <<'END'
aclitem postgres=r/postgres|bit(4) 1010|bool t|bool f|bpchar ab  |char(6) ab|box (2,2),(1,1)|"char" x|cid 7|cidr 10.1.0.0/16|cidr 10.0.0.1/32
circle <(1,2),3>|date 2025-03-02|date infinity|float4 1.5e20|float8 0.1|inet 10.0.0.1|inet 10.0.0.1/24|inet ::1|inet fe80::/64
int2 -7|int4 7|int8 99999999999|interval 1 year 2 days 03:04:05.6|json {"a": [1,  2]}|jsonb {"a": [1, 2]}|jsonpath $.a[*]|line {1,2,3}
lseg [(1,2),(3,4)]|macaddr 08:00:2b:01:02:03|macaddr8 08:00:2b:01:02:03:04:05|money 12.50|name Some Name|numeric 7.50|numeric(10,4) 1|oid 42
path ((1,2),(3,4))|path [(1,2),(3,4)]|pg_lsn 16/B374D848|pg_snapshot 10:20:10,14|point (1,2)|polygon ((0,0),(1,1),(1,0))|refcursor a b
regclass pg_class|regcollation "C"|regconfig english|regdictionary simple|regnamespace pg_catalog|regoper ^@|regoperator +(integer,integer)|regproc now
regprocedure lower(text)|regrole postgres|regtype integer|text a  b|tid (0,1)|time 03:04:05.06|timestamp 2025-03-02 09:30:00.5|timestamptz 2025-03-02 09:30+02
timetz 03:04:05+02|tsquery 'a' & 'b'|tsvector 'a':1 'b':2|txid_snapshot 10:20:10,14|uuid 6ba7b810-9dad-11d1-80b4-00c04fd430c8|varbit 10101|varchar(9) x, "y"
xid 7|xid8 7|int2vector 1 2 3|oidvector 1 2 3|color light blue|mixed (10.0.0.1,t,ab,"{a,""b c""}","(2,2),(1,1)")|int4range [1,5)|int8range empty|numrange (,1.5]
daterange [2025-01-01,infinity)|tsrange [2025-01-01 00:00,)|tstzrange [2025-01-01 00:00+02,)|inetrange [10.0.0.1,10.0.0.9]|inetmultirange {[10.0.0.1,10.0.0.9]}
int4multirange {[1,3),[5,7)}|int8multirange {}|nummultirange {[1,2]}|datemultirange {[2025-01-01,2025-02-01)}|tsmultirange {}|tstzmultirange {}
END
    # PostgreSQL without libxml takes no xml.
    q "SELECT '<a/>'::xml" >/dev/null 2>&1 && echo 'xml <?xml version="1.0" encoding="UTF-8"?><a>x</a>'
    q "SELECT 'pg_am ' || (SELECT a FROM pg_am a WHERE amname = 'btree'), 'pg_description ' || (SELECT d FROM pg_description d WHERE objoid = 'lower(text)'::regprocedure)" | tr '|' '\n'
    q "SELECT typnamespace::regnamespace || '.' || typname || CASE WHEN typbasetype = 'timestamptz'::regtype THEN ' 2025-01-01' ELSE ' 1' END
       FROM pg_type WHERE typtype = 'd' AND typname NOT IN ('yes_or_no')"
}
mapfile -t values < <(types | tr '|' '\n')
sql="CREATE TABLE things (cn text);" row="'full'" nulls= columns=cn schema=
for i in "${!values[@]}"; do
    [[ ${values[i]} =~ ^(\"?[a-z_.0-9]+\"?(\([0-9,]+\))?)\ (.*)$ ]] || fail "no type and value: ${values[i]}"
    type=${BASH_REMATCH[1]} value=${BASH_REMATCH[3]//\'/\'\'}
    sql+="CREATE DOMAIN d$i AS $type; ALTER TABLE things ADD s$i $type, ADD d$i d$i, ADD a$i ${type}[], ADD e$i d$i[];"
    row+=", '$value', '$value', ARRAY['$value'::$type, NULL], ARRAY['$value'::d$i]"
    nulls+=", NULL, NULL, NULL, NULL"
    for form in s d a e; do
        names+=("$form$i")
        columns+=","$'\n'" $form$i AS \"$form$i\""
        schema+="attributetype ( 1.3.6.1.4.1.4203.666.11.${#names[@]} NAME '$form$i' EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )"$'\n'
    done
done
q "$sql INSERT INTO things VALUES ($row); INSERT INTO things VALUES ('null'$nulls); GRANT SELECT ON things TO ldap"
same "$none" "$(q "SELECT string_agg(typname, ' ' ORDER BY typname) FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm')
    AND typoutput <> 'array_out'::regproc AND typname <> 'bytea' AND oid NOT IN (SELECT atttypid FROM pg_attribute WHERE attrelid = 'things'::regclass)")" "types without a sample"
{
    base_conf | sed '/^pidfile/,$d'
    printf %s "$schema"
    base_conf | sed -n '/^pidfile/,$p'
    echo "database pgsql
suffix $base
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind things rdn=cn class=top,device,extensibleObject
pgsql-list things SELECT $columns FROM things"
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
# Without the spaces that fill character(n), which mean nothing in SQL.
expected=$(for name in "${names[@]}"; do
    case $name in
        [ae]*) echo "\\echo -n '$name: ' \\\\ SELECT v FROM (SELECT unnest($name) FROM things WHERE cn = 'full') u(v) WHERE num_nulls(v) = 0;" ;;
        *) echo "\\echo -n '$name: ' \\\\ SELECT $name FROM things WHERE cn = 'full';" ;;
    esac
done | "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -A -t -v ON_ERROR_STOP=1 manager | sed 's/ *$//')
shown=$(search -b "cn=full,$base" -s base "${names[@]}" | perl -MMIME::Base64 -ne 's/:: (.*)/": " . decode_base64($1)/e; print if /^[sdae]\d/')
same "$(sort -V <<<"$expected")" "$(sort -V <<<"$shown")" "what is shown"
same "" "$(search -b "cn=null,$base" -s base "${names[@]}" | grep '^[sdae][0-9]' || true)" "values of NULL"

# Every value is found, alone and with all others.
filters=$(sed -E 's/\\/\\5c/g; s/\*/\\2a/g; s/\(/\\28/g; s/\)/\\29/g; s/^([a-z][0-9]+): (.*)$/(\1=\2)/' <<<"$shown")
each_filter "$base" '(&%s)' cn < <(sed 's/$/\tfull/' <<<"$filters")
same "cn=full,$base" "$(dns -b "$base" "(&$(tr -d '\n' <<<"$filters"))")" "what all together find"
