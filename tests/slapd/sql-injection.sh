# Characters special in SQL, filters or DNs are plain data in values.
. "$(dirname "$0")/../lib.sh"
start_postgres
start_slapd - < <(manager_conf)
base=dc=example,dc=com

names=("o'hara" 'o"hara' 'back\slash' 'per%cent' 'under_score' 'st*r' 'com,ma' 'pl+us' 'equal=s' 'semi;colon' 'less<more>'
    '#hash' '(paren)' 'dollar$1' 'quest?ion' "x' or '1'='1" 'jürgen' '日本' 'two words' '{brace}' '--dash' '/*c*/' '&|!')
sql() { printf "'%s'" "${1//\'/\'\'}"; }
number=5000
for name in "${names[@]}"; do
    q "INSERT INTO \"Users\" SELECT $((number += 1)), $(sql "$name"), 2001, '/home/x', '/bin/sh', $(sql "Full $name"), $(sql "$name"),
           'x', $(sql "$number@example.com"), NULL, 'x', 'active', NULL, NULL, now(), now();
       INSERT INTO \"UserGroups\" VALUES ($number, 2003, now(), now())"
done

hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../\\&/g'; }
value() { # ATTRIBUTE: its value in $OUT, decoded
    local line
    line=$(grep "^$1:" <<<"$OUT")
    case $line in "$1:: "*) base64 -d <<<"${line#*:: }" ;; *) echo "${line#*: }" ;; esac
}

for name in "${names[@]}"; do
    for filter in "(uid=$(hex "$name"))" "(cn=Full $(hex "$name"))" "(sn=$(hex "$name"))" \
        "(&(uid=$(hex "${name:0:3}")*)(uid=*$(hex "${name: -2}")))"; do
        expect 0 search -b $base "$filter"
        same "$name" "$(value uid)" "uid of $filter"
    done
    # The DN that is shown leads back to the entry.
    dn=$(value dn)
    expect 0 search -b "$dn" -s base
    same "$name" "$(value uid)" "uid of the entry at $dn"
    # So does one that escapes everything.
    expect 0 search -b "uid=$(hex "$name"),$base" -s base uid
    same "$name" "$(value uid)" "uid of the fully escaped DN"
    # memberUid is ASCII by its syntax, so only such names can be members.
    [[ $name == *[![:ascii:]]* ]] || same "cn=empty,$base" "$(dns -b $base "(memberUid=$(hex "$name"))")" "groups of $name"
done

# Wildcards that are data do not select what they would as wildcards.
for filter in '(uid=\2a)' '(uid=%)' '(uid=a__)' '(uid=an\25)' '(cn=Ann _rcher)' "(uid=' OR 1=1 --)" '(uid=\5c%)' '(memberUid=\2a)'; do
    same "" "$(dns -b $base "$filter")" "entries of $filter"
done
same 1 "$(dns -b $base '(uid=*%*)' | wc -l)" "names with a per cent sign"
same 1 "$(dns -b $base '(uid=*_*)' | wc -l)" "names with an underscore"
same 1 "$(dns -b $base '(uid=*\5c*)' | wc -l)" "names with a backslash"
same 2 "$(dns -b $base '(uid=*\2a*)' | wc -l)" "names with a star"
