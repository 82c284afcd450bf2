# slapd's tools read the database, and refuse to write to it without a directive for that.
. "$(dirname "$0")/../lib.sh"
need slapacl slapauth slapdn slaptest slapindex slapadd slapmodify
start_postgres
base=dc=example,dc=com
{
    manager_conf | sed "s|^database config|authz-regexp uid=([^,]+),.* ldap:///$base??sub?(uid=\$1)\n&|"
    echo "access to attrs=mail by set=\"[cn=sysadmins,$base]/memberUid & user/uid\" write by self read by * none"
    echo "access to * by users read by * auth"
} >"$T/slapd.conf"
tool() { # STATUS TOOL OPTIONS…: $OUT is everything it says
    local expected=$1 name=$2 status=0
    shift 2
    OUT=$(timeout 60 "${PRELOAD[@]}" "$name" -f "$T/slapd.conf" "$@" 2>&1) || status=$?
    same "$expected" "$status" "the status of $name $* ($OUT)"
}

tool 0 slaptest
contains "$OUT" "config file testing succeeded"
tool 0 slapdn "UID=Ann, $base"
contains "$OUT" "normalized: <uid=ann,$base>"
tool 0 slapauth -U ann
contains "$OUT" "<uid=ann,$base>" # found by a search
tool 0 slapauth -U nosuch
contains "$OUT" "<uid=nosuch,cn=auth>"

# Rules that look at groups look at PostgreSQL's.
tool 0 slapacl -U ann -b "uid=bob,$base" mail/write
contains "$OUT" "write access to mail: ALLOWED"
tool 0 slapacl -D "uid=gus,$base" -b "uid=bob,$base" mail/read
contains "$OUT" "read access to mail: DENIED"
tool 0 slapacl -D "uid=gus,$base" -b "uid=gus,$base"
contains "$OUT" "mail=gus@example.com: read(=rscxd)"
tool 0 slapacl -D "uid=gus,$base" -b "$base" entry/read
contains "$OUT" ALLOWED
tool 1 slapacl -b "uid=nosuch,$base" entry/read
contains "$OUT" "unable to fetch"

for writer in slapadd slapmodify slapindex; do
    [ ${#PRELOAD[@]} = 0 ] || break # these exit in the midst of main, past what lets a sanitized slapd exit
    tool 1 $writer </dev/null
    if [ $writer = slapindex ]; then
        contains "$OUT" "database doesn't support necessary operations"
    else
        contains "$OUT" 'no directive allows to write entries; see pgsql-write'
    fi
done

# Without its database: words, and no crash. What needs no row works.
stop_postgres
tool 0 slaptest
tool 0 slapdn "uid=ann,$base"
tool 1 slapacl -D "uid=gus,$base" -b "uid=bob,$base" mail/read
contains "$OUT" "cannot connect"
tool 0 slapacl -D "uid=gus,$base" -b "$base" entry/read
tool 0 slapauth -U ann
contains "$OUT" "cannot connect"
