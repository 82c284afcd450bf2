# The manual describes exactly the metrics of the catalog, with their types and units.
. "$(dirname "$0")/../lib.sh"

catalogue=$PROJECT/module/slapd/monitor/metrics.cpp
section=$(sed -e 's/\\-/-/g' "$PROJECT/doc/slapd-pgsql-operations.7" | sed -n '/^\.SS Counters/,/^\.SS Readiness/p')

rows=$(grep -oE '\{[0-9]+, "olmPg[A-Za-z]+", (counter|gauge), [a-z]+,' "$catalogue" | tr -d '{",')
[ "$(wc -l <<<"$rows")" -ge 30 ] || fail "metrics.cpp is not read correctly: $rows"
same "$(sed -n '/^std::vector<metric> numbers()/,/^}/p' "$catalogue" | grep -cE '^ *\{[0-9]')" "$(wc -l <<<"$rows")" "the number of rows that the check reads"
same "" "$(cut -d ' ' -f 1 <<<"$rows" | sort | uniq -d)" "OIDs that are given twice"
same "" "$(awk '$1 >= 100' <<<"$rows")" "OIDs among those of operations"
operations=$(grep -oE '^ *\{operation_stats::[a-z_]+, [0-9]+, [0-9]+, "olmPg[A-Za-z]+"' "$catalogue" | cut -d '"' -f 2 | sed 's/^olmPg//')
outcomes=$(sed -n '/^constexpr outcome_row/,/^};/p' "$catalogue" | grep -oE '"[A-Za-z]+"' | tr -d '"')
same 8 "$(wc -l <<<"$operations")" "the number of operations"
same 8 "$(wc -l <<<"$outcomes")" "the number of outcomes"

# Names: those of the rows, of the histogram that is no operation's with its sum, and the suffix.
named=$(grep -oE 'olmPg[A-Za-z]+' <<<"$section" | grep -vxE "olmPg($(paste -sd '|' <<<"$operations"))($(paste -sd '|' <<<"$outcomes"))" | sort -u)
same "$(printf '%s\n' olmPgSuffix olmPgPoolWaitTime olmPgPoolWaitTimeSum "$(cut -d ' ' -f 2 <<<"$rows")" | sort)" "$named" "the metrics in the manual"
for word in $operations $outcomes; do
    grep -qE "^\.BR? $word( |$)" <<<"$section" || fail "the manual does not describe $word"
done

# Types and units: lists at the end of the section, "Gauges …:", "In seconds:", "In bytes:".
listed() { # TEXT: the names in the paragraph that begins with it
    awk -v text="$1" '/^\.[PT]P/ { f = 0 } index($0, text) == 1 { f = 1 } f' <<<"$section" | grep -oE 'olmPg[A-Za-z]+' | sort
}
same "$(awk '$3 == "gauge" { print $2 }' <<<"$rows" | sort)" "$(listed 'These are gauges')" "the gauges in the manual"
same "$(awk '$4 == "seconds" { print $2 }' <<<"$rows" | sort)" "$(listed 'These are seconds')" "the metrics in seconds in the manual"
same "$(awk '$4 == "bytes" { print $2 }' <<<"$rows" | sort)" "$(listed 'These are bytes')" "the metrics in bytes in the manual"
