# A filter selects exactly the entries that RFC 4511 says, with its three values.
. "$(dirname "$0")/../lib.sh"
start_postgres
start_slapd - < <(manager_conf)

# Names of the entries found: the first value of each DN; "example" is the base entry, "fay" both her and her group.
names() { dns -b dc=example,dc=com "$1" | sed -E 's/^[a-z]+=([^,]*),.*/\1/' | sort | xargs; }

users="ann bob carl dora eve fay gus hal ivy jan"
groups="devs empty fay ldapusers sysadmins"
both=$(xargs -n 1 <<<"$users $groups" | sort | xargs)
all=$(xargs -n 1 <<<"$users $groups example" | sort | xargs)

failures=
while IFS='|' read -r filter expected; do
    filter=${filter%"${filter##*[! ]}"} expected=${expected# }
    filter=${filter//!or/|} # the bar separates columns here
    expected=$(eval echo "$expected" | xargs -n 1 | sort | xargs)
    seen=$(names "$filter") || fail "the search itself failed: $filter"
    [ "$seen" = "$expected" ] || failures+="$filter"$'\n'"    expected: $expected"$'\n'"    seen:     $seen"$'\n'
done < <(grep -Ev '^ *(#|$)' "$TESTS/data/filters.txt")
[ -z "$failures" ] || fail $'filters with wrong answers:\n'"$failures"
