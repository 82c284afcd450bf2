# A query that PostgreSQL rejects makes its kind fail with a logged reason.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com

broken() { # WHAT SED-EXPRESSION SAID…: the deployment with its queries changed
    local what=$1 change=$2 text
    shift 2
    { manager_conf | sed -E "$change"; echo "pgsql-private-groups off"; } >"$T/slapd.conf"
    cmp -s "$T/slapd.conf" <(manager_conf; echo "pgsql-private-groups off") && fail "$what: nothing was changed"
    : >"$T/slapd.log"
    start_slapd "$T/slapd.conf"
    for filter in '(objectClass=posixAccount)' '(uid=*)' '(uid=ann)' '(uidNumber=2000)' '(mail=ann@example.com)' '(homeDirectory=*)' \
        '(!(cn=x))' '(|(cn=devs)(sn=archer))' '(telephoneNumber=1)'; do
        expect 80 search -b $base "$filter"
        lacks "$OUT" "uid: "
    done
    expect 80 search -b uid=ann,$base -s base
    # What needs no query works, and so does the other kind.
    expect 0 search -b '' -s base
    same "cn=devs,$base" "$(dns -b $base '(&(objectClass=posixGroup)(cn=devs))')" "$what: groups"
    same "$base" "$(dns -b $base -s base)" "$what: the base entry"
    for text; do
        logged kind-unusable "$text"
    done
    stop_slapd
}

broken "no username" 's/"uid" AS username/"uid" AS login/' users username
broken "no uid_number" 's/"uidNumber" AS uid_number/"uidNumber" AS number/' users uid_number
broken "a column the table has not" 's/"homeDirectory"/"homedirectory"/' users homedirectory
broken "a table that is not there" 's/FROM "Users"$/FROM users/' users 'relation "users"'
broken "no SQL at all" 's/^ SELECT "uid"/ SELEKT "uid"/' users SELEKT
broken "an open parenthesis" 's/FROM "Users"$/FROM ("Users"/' users syntax
broken "no right to read" 's/FROM "Users"$/FROM pg_authid, "Users"/' users "permission denied"

# A lookup that is wrong while the list is right: the search that would use it fails too.
manager_conf | sed 's/^ WHERE u."uid" = ?/ WHERE u."nosuch" = ?/' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 80 search -b $base '(memberUid=ann)'
same "" "$OUT" "groups by a broken query"
same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann"
logged kind-unusable nosuch
