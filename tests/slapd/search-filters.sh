# A filter selects exactly the entries that RFC 4511 says, with its three values.
. "$(dirname "$0")/../lib.sh"
start_postgres
start_slapd - < <(manager_conf)

users="ann bob carl dora eve fay gus hal ivy jan"
groups="devs empty fay ldapusers sysadmins"
both=$(xargs -n 1 <<<"$users $groups" | sort | xargs)
all=$(xargs -n 1 <<<"$users $groups example" | sort | xargs)

# Lines of a filter, a tab, and the names of its entries: the first value of each DN; "example" is the base entry, "fay" both her and her group.
expected=$(while IFS='|' read -r filter names; do
    filter=${filter%"${filter##*[! ]}"}
    eval "names=\"$names\""
    printf '%s\t%s\n' "${filter//!or/|}" "$names" # the bar separates columns here
done < <(grep -Ev '^ *(#|$)' "$TESTS/data/filters.txt") |
    perl -F'\t' -lane 'print "$F[0]\t", join " ", sort split " ", $F[1] // ""')
cut -f 1 <<<"$expected" | sed 's/^(\(.*\))$/\1/' >"$T/filters"
expect 0 ldapsearch -x -L -o ldif-wrap=no -H "$URI" -b dc=example,dc=com -f "$T/filters" '(%s)' 1.1
[ -z "$ERR" ] || fail "a search failed: $ERR"
same "$expected" "$(
    perl -e 'my @found; while (<STDIN>) { /^# filter: (.*)/ and push @found, [$1]; /^dn: [a-z]+=([^,]*),/ and push @{$found[-1]}, $1 }
        for (@found) { my ($filter, @names) = @$_; print "$filter\t@{[sort @names]}\n" }' <<<"$OUT"
)" "what filters find"
