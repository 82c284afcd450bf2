# Names that no row has are registered by the first search for them, if all guards permit it.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"
. "$TESTS/lib/admission.sh"
start_postgres -c log_statement=all
virtual_users_table
q 'GRANT virtual_users_read, virtual_users_admit TO ldap'
base=dc=example,dc=com
start_slapd - < <(admission_conf 'pgsql-virtual-deny dora1 db*' 'pgsql-virtual-rate 20/3600')
settled
refused() { # NAME REASON FILTER…: nothing is found and nothing is registered
    local before filter
    before=$(registered)
    for filter in "${@:3}"; do
        same "" "$(admitted "$filter")" "what $filter finds"
    done
    same "$before" "$(registered)" "the registered names after a search for $1"
    eventually 3 refusal_logged "$1" "$2" as_ann "(uid=$1)"
}

# The first search registers, by the filters of clients, and by DN.
posix='(objectClass=posixAccount)'
same uid=alice1 "$(admitted "(&(uid=alice1)$posix(&(uidNumber=*)(!(uidNumber=0))))")" "what the first search finds"
same alice1 "$(registered)" "the registered names"
number=$(q "SELECT number FROM virtual_users WHERE name = 'alice1'")
logged_line=$(grep -F 'pgsql virtual name="alice1"' "$T/slapd.log")
[[ $logged_line == *'outcome=admitted reason="" ms='* ]] || fail "the log line: $logged_line"
for filter in '(uid=alice1)' '(uid=ALICE1)' '(uid= alice1 )' "(uidNumber=$number)" '(cn=alice1)' "(&(gidNumber=$number)(objectClass=posixGroup))" '(memberUid=alice1)' '(uid=al*)'; do
    contains "$(found "$filter")" alice1
done
expect 0 as_ann -b "uid=bob2,$base" -s base
contains "$OUT" 'homeDirectory: /home/bob2'
expect 0 as_ann -b "uid=carol3,$base" -s sub '(objectClass=*)'
expect 6 ldapcompare -x -H "$URI" -D "uid=ann,$base" -w ann-secret "uid=dave4,$base" uid:dave4
same "alice1 bob2 carol3 dave4" "$(registered)" "the registered names"
same uid=erin5 "$(admitted '(uid=erin5)' -E pr=1/noprompt)" "what a search in pages finds"

# Filters that do not demand the name, lists and tools register nothing.
before=$(registered)
for filter in '(uid=*)' '(uid=fre*)' '(|(uid=fred6)(mail=a))' '(|(uid=fred6)(uid=fred7))' '(!(uid=fred6))' '(uid>=fred6)' '(uid~=fred6)' '(uid:caseIgnoreMatch:=fred6)' '(mail=fred6@example.com)' \
    '(&(uid=fred6)(uid=fred7))' '(&(uid=fred6)(objectClass=posixGroup))' '(&(!(uid=fred6))(objectClass=posixAccount))' '(cn=fred6)' '(memberUid=fred6)'; do
    lacks "$(admitted "$filter" -s one)" fred
done
expect 0 "${PRELOAD[@]}" slapcat -f "$T/slapd.conf" -a '(uid=fred6)'
same "" "$(as_ann -b "ou=nowhere,$base" '(uid=fred6)' 1.1 2>/dev/null)" "what is below a missing base"
same "$before" "$(registered)" "the registered names"

# The guards.
refused foosvc pattern '(uid=foosvc)' '(&(uid=foosvc)(objectClass=posixAccount))'
refused 4711 pattern '(uid=4711)'
refused 'host$' pattern '(uid=host$)'
refused 'pam_unix_non_existent:' pattern '(uid=pam_unix_non_existent:)'
refused dora1 'deny list' '(uid=dora1)'
refused dbx7 'deny list' '(uid=dbx7)'
for name in '*' '' 'a b1' 'alice1@x' systemd-x1 "$(printf 'x%.0s' {1..40})1" "a'1" 'a\00b1'; do
    same "" "$(admitted "(uid=$name)" 2>/dev/null | grep -v 'uid=ann')" "what the name \"$name\" finds"
done
same "" "$(found '(uid=greg8)')" "what an anonymous client finds"
eventually 3 refusal_logged greg8 access found '(uid=greg8)'
lacks "$(registered)" greg8
same uid=alice1 "$(found '(uid=alice1)')" "what an anonymous client finds of a registered name"
expect 49 ldapwhoami -x -H "$URI" -D "uid=alice1,$base" -w alice1
expect 49 ldapwhoami -x -H "$URI" -D "uid=henry9,$base" -w henry9
expect 5 ldapcompare -x -H "$URI" -D "uid=ann,$base" -w ann-secret "uid=ann,$base" uid:ivan1
lacks "$(registered)" henry9
