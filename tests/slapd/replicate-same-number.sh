# Of two providers with the same serverID, only one feeds replicas, and the other one says why.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/providers.sh"
NUMBERS='1 1' SYNCPROV=$'database monitor\naccess to * by * read' start_providers # behind the overlay
eventually 20 grep -qF '[feed-number-taken]' "$T/log1" "$T/log2"
refused=1
grep -qF '[feed-number-taken]' "$T/log1" || refused=2
grep -qF "pgsql($base): [feed-number-taken] 1: " "$T/log$refused" || fail "the log names no suffix: $(grep -F number-taken "$T/log$refused")"
taken() { ldapsearch -x -LLL -H "${AT[$1]}" -b cn=Databases,cn=Monitor '(olmPgFeedNumberTaken=*)' olmPgFeedNumberTaken | sed -n 's/^olmPgFeedNumberTaken: //p'; } # NUMBER
same "1 0" "$(taken $refused) $(taken $((3 - refused)))" "olmPgFeedNumberTaken of both"
served=$((3 - refused))
same 127.0.0.1 "$(q "$(grep '^SELECT client_addr' "$PROJECT/doc/replicas.md")")" "the server that has the number, by the query of the document"
as_consumer() { timeout 5 ldapsearch -x -LLL -H "${AT[$1]}" -D "cn=admin,$base" -w admin -b "$base" -E '!sync=ro' 1.1; } # NUMBER
expect 52 as_consumer $refused
eventually 5 grep -q 'err=52 .*another server has the same serverID' "$T/log$refused"
lacks "$OUT" dn:
expect 0 as_consumer $served

# Changes come from the other one, and searches that copy nothing work.
PROVIDERS="${AT[1]} ${AT[2]}" start_replica push refreshAndPersist
URI=${AT[$served]} copied "the first copy" 20
q "UPDATE \"Users\" SET \"mail\" = 'ann@example.org' WHERE \"uid\" = 'ann'"
replicated push '(uid=ann)' 'mail: ann@example.org'
URI=${AT[$refused]} expect 0 search -b "$base" '(uid=ann)' mail
contains "$OUT" 'mail: ann@example.org'

# The number is free again after the other one has ended.
end_one $served KILL
eventually 20 grep -qF '[feed-started]' "$T/log$refused"
same 0 "$(taken $refused)" "olmPgFeedNumberTaken afterwards"
q "UPDATE \"Users\" SET \"mail\" = 'ann@example.net' WHERE \"uid\" = 'ann'"
replicated push '(uid=ann)' 'mail: ann@example.net'
end_one $refused TERM
