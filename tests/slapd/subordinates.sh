# hasSubordinates is right and costs a statement only if it is requested.
. "$(dirname "$0")/../lib.sh"
need slapadd
start_postgres -c log_statement=all
base=dc=example,dc=com
{ manager_conf | sed '/^pgsql-list users/i pgsql-kind users container=ou=people,ou=accounts\npgsql-kind groups container=ou=groups'; } >"$T/slapd.conf"
mdb_conf() {
    base_conf | sed 's/^moduleload back_pgsql/moduleload back_mdb/'
    printf '%s\n' 'database mdb' "suffix $base" "directory $T/mdb" 'maxsize 100000000'
}
answers() { # what a server says in many ways
    for filter in '(objectClass=*)' '(hasSubordinates=TRUE)' '(hasSubordinates=FALSE)' '(!(hasSubordinates=TRUE))' '(hasSubordinates=*)' '(hasSubordinates~=TRUE)' \
        '(&(hasSubordinates=TRUE)(ou=*))' '(|(hasSubordinates=TRUE)(uid=ann))' '(hasSubordinates=nonsense)' '(!(hasSubordinates=nonsense))' '(hasSubordinates:=FALSE)' '(!(hasSubordinates:dn:=FALSE))'; do
        for where in "$base -s sub" "ou=groups,$base -s base" "ou=accounts,$base -s one"; do
            echo "$where $filter: $(search -b $where "$filter" hasSubordinates | grep . | paste -d ' ' - - | sort | xargs -d '\n')"
        done
    done
    for entry in $base ou=people,ou=accounts,$base uid=ann,ou=people,ou=accounts,$base ou=groups,$base; do
        for value in TRUE FALSE; do
            ldapcompare -x -H "$URI" $entry hasSubordinates:$value >/dev/null 2>&1 || echo "$entry $value: $?"
        done
        search -b $entry -s base + 2>&1 | grep hasSub || echo "$entry: none"
        search -e "!assert=(hasSubordinates=TRUE)" -b $entry -s base 1.1 >/dev/null 2>&1 || echo "$entry asserted: $?"
    done
}
compare_with_mdb() { # WHEN
    start_slapd "$T/slapd.conf"
    local ours
    ours=$(answers)
    search -b $base '*' structuralObjectClass >"$T/data.ldif"
    stop_slapd
    rm -rf "$T/mdb" && mkdir "$T/mdb" && mdb_conf >"$T/mdb.conf"
    slapadd -q -f "$T/mdb.conf" -l "$T/data.ldif" >"$T/slapadd.log" 2>&1 || fail "slapadd: $(<"$T/slapadd.log")"
    start_slapd "$T/mdb.conf"
    same "$(answers)" "$ours" "what is below, $1"
    stop_slapd
}
compare_with_mdb "with users and groups"
q 'CREATE TABLE kept AS SELECT * FROM "Users"; TRUNCATE "UserGroups"; DELETE FROM "Users"'
compare_with_mdb "with groups only"
q 'DELETE FROM "Groups"'
compare_with_mdb "with nothing"
q "INSERT INTO \"Users\" SELECT * FROM kept WHERE \"uid\" = 'fay'"
compare_with_mdb "with a group of a user's own"
# A row that makes no entry is not below anything.
q "UPDATE \"Users\" SET \"uid\" = ' '"
start_slapd "$T/slapd.conf"
same "hasSubordinates: FALSE" "$(search -b ou=people,ou=accounts,$base -s base hasSubordinates | grep has)" "with a row that has no name"
q "INSERT INTO \"Users\" SELECT * FROM kept WHERE \"uid\" <> 'fay'"
same "hasSubordinates: TRUE" "$(search -b ou=people,ou=accounts,$base -s base hasSubordinates | grep has)" "with other rows besides"

statements() { # EXPECTED ldapsearch's ARGUMENTS…
    local before after expected=$1
    shift
    before=$(grep -c 'execute [^ ]*: ' "$T/pg/postgres.log")
    search "$@" >/dev/null
    after=$(grep -c 'execute [^ ]*: ' "$T/pg/postgres.log")
    same "$expected" $((after - before)) "statements of $*"
}
settled
search -b $base >/dev/null
for list in '' '*' ou 'objectClass'; do statements 0 -b ou=groups,$base -s base '(objectClass=*)' $list; done
for list in '+' hasSubordinates; do
    statements 1 -b ou=people,ou=accounts,$base -s base '(objectClass=*)' $list
    statements 0 -b ou=accounts,$base -s base '(objectClass=*)' $list # ou=people is below
    statements 0 -b ou=people,ou=accounts,$base -s base '(ou=nosuch)' $list
done
statements 1 -b $base '(uid=ann)' hasSubordinates uid
statements 1 -b ou=people,ou=accounts,$base -s base '(hasSubordinates=TRUE)' 1.1
statements 1 -b ou=people,ou=accounts,$base -s sub '(hasSubordinates=TRUE)' hasSubordinates # no entry of a row has any below
statements 1 -b ou=people,ou=accounts,$base -s base '(hasSubordinates=TRUE)' hasSubordinates

# A failure is an error, not an entry without the attribute nor one that does not match.
stop_postgres
for container in ou=people,ou=accounts,$base ou=groups,$base; do
    expect 52 search -b $container -s base '(hasSubordinates=TRUE)' 1.1
    expect 52 search -b $container -s base '(!(hasSubordinates=TRUE))' 1.1
    expect 52 search -b $container -s base '(objectClass=*)' hasSubordinates
    expect 52 search -b $container -s base '(objectClass=*)' +
    same "" "$OUT" "entries"
    expect 52 ldapcompare -x -H "$URI" $container hasSubordinates:TRUE
    expect 52 search -e "!assert=(hasSubordinates=TRUE)" -b $container -s base '(objectClass=*)' 1.1
done
expect 0 search -b ou=accounts,$base -s base '(hasSubordinates=TRUE)' + # known without it
contains "$OUT" "hasSubordinates: TRUE"
