# A name that one server registers is an entry at all servers at once; each name and number is one.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"
. "$TESTS/lib/admission.sh"
start_postgres
virtual_users_table
q 'GRANT virtual_users_read, virtual_users_admit TO ldap'
tell_of_changes '"Users"' '"Groups"' '"UserGroups"' virtual_users
base=dc=example,dc=com
admission_conf 'pgsql-virtual-rate 1000/60' 'pgsql-cache 16' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
first=$URI others=("$SLAPD")
unset URI
sed "s|$T/slapd.\(pid\|args\)|$T/second.\1|" "$T/slapd.conf" >"$T/second.conf"
start_slapd "$T/second.conf"
settled
second=$URI
eventually 20 cache_used 2
at() { URI=$1 "${@:2}"; } # SERVER COMMAND…
is_found() { [ "$(at "$1" found "$2")" = "$3" ]; } # SERVER FILTER DNS
number_of() { q "SELECT number FROM virtual_users WHERE name = '$1'"; }

# The second server's cache has the name as unknown, and finds it by every key once the first one has registered it.
for n in {1..5}; do
    for filter in "(uid=alice$n)" "(cn=alice$n)" "(memberUid=alice$n)"; do at "$second" is_found "$second" "$filter" '' || fail "$filter finds something"; done
    same "uid=alice$n" "$(at "$first" admitted "(uid=alice$n)")" "the first search"
    same "uid=alice$n" "$(at "$second" found "(uid=alice$n)")" "what the other server finds at once"
    at "$second" expect 0 search -b "uid=alice$n,$base" -s base
    for filter in "(uidNumber=$(number_of "alice$n"))" "(cn=alice$n)" "(&(memberUid=alice$n)(objectClass=posixGroup))"; do
        eventually 5 eval "[ -n \"\$(at $second found '$filter')\" ]"
    done
done
uuid() { at "$1" search -b "$base" '(uid=alice1)' entryUUID uidNumber; }
same "$(uuid "$first")" "$(uuid "$second")" "entryUUID and number at both servers"

# 16 clients of both servers ask for the same new name, and for others.
searches=()
for client in {1..16}; do
    [ $((client % 2)) = 0 ] && server=$first || server=$second
    { for name in bert{1..9} carl{1..9}; do at "$server" admitted "(uid=$name)"; done; } >"$T/client.$client" 2>&1 &
    searches+=($!)
done
for search in "${searches[@]}"; do wait "$search" || fail "a client failed"; done
for client in {1..16}; do same "$(printf 'uid=%s\n' bert{1..9} carl{1..9})" "$(<"$T/client.$client")" "what client $client finds"; done
same "$(printf '%s ' alice{1..5} bert{1..9} carl{1..9} | sed 's/ $//')" "$(registered)" "the registered names"
same 23 "$(q 'SELECT count(DISTINCT number) FROM virtual_users')" "numbers"

# A row that takes the number, or the name, wins at both; the name is refused, and is back after it.
number=$(number_of bert1)
for change in "\"uidNumber\" = $number" "\"uid\" = 'bert1'"; do
    before=$(q 'SELECT "uidNumber", "uid" FROM "Users" WHERE "givenName" = $$Jan$$')
    q "UPDATE \"Users\" SET $change WHERE \"givenName\" = 'Jan'"
    for server in "$first" "$second"; do
        case $change in
            *Number*)
                eventually 5 is_found "$server" "(uidNumber=$number)" uid=jan
                same "" "$(at "$server" admitted '(uid=bert1)')" "a name whose number a row has"
                at "$server" eventually 3 refusal_logged bert1 "number $number is jan's" as_ann '(uid=bert1)'
                ;;
            *) eventually 5 is_found "$server" '(&(uid=bert1)(uidNumber=2009))' uid=bert1 ;;
        esac
    done
    q "UPDATE \"Users\" SET (\"uidNumber\", \"uid\") = (${before%|*}, '${before#*|}') WHERE \"givenName\" = 'Jan'"
    for server in "$first" "$second"; do eventually 5 is_found "$server" "(&(uid=bert1)(uidNumber=$number))" uid=bert1; done
done
kill "${others[@]}"
wait "${others[@]}"
