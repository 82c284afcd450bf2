# The manual describes exactly the log events of the catalog, and the code logs each of them.
. "$(dirname "$0")/../lib.sh"

catalog=$PROJECT/module/slapd/core/log_events.def
rows=$(sed -nE 's/^LOG_EVENT\(([a-z_]+), (error|warning|notice|detail), ([0-9]+), "([^"]+)", "([^"]*)"\)$/\1|\2|\3|\4|\5/p' "$catalog")
same "$(grep -c '^LOG_EVENT(' "$catalog")" "$(wc -l <<<"$rows")" "the number of rows that the check reads"
[ "$(wc -l <<<"$rows")" -ge 30 ] || fail "log_events.def is not read correctly: $rows"
same "" "$(cut -d '|' -f 1 <<<"$rows" | awk 'length >= 32')" "names that are too long for a key"

# KEY (SEVERITY, SECONDS s): MEANING REMEDY
described=$(sed 's/\\-/-/g' "$PROJECT/doc/slapd-pgsql-operations.7" | sed -n '/^\.SH LOG MESSAGES/,/^\.SH PAGED/p' |
    awk '/^\.(TP|SS|SH)/ { if (entry) print entry; entry = ""; next }
        /^\.BR [a-z-]+ " \(/ { entry = $0; sub(/^\.BR /, "", entry); gsub(/"/, "", entry); gsub(/ +/, " ", entry); entry = entry ":"; next }
        entry { entry = entry " " $0 }')
same "$(while IFS='|' read -r name severity seconds meaning remedy; do
    [ "$seconds" = 0 ] || severity+=", $seconds s"
    echo "${name//_/-} ($severity): $meaning${remedy:+ $remedy}"
done <<<"$rows")" "$described" "the log events in the manual"

# The code logs each event, and no line without a key but those that fail2ban reads.
sources=$(grep -rhoE 'log_event::[a-z_]+' "$PROJECT/module" --include='*.cpp' --exclude=log_event.cpp | sed 's/log_event:://' | sort -u)
same "$(cut -d '|' -f 1 <<<"$rows" | sort)" "$sources" "the events that the code logs"
same "auth/bind_log.cpp core/log_event.cpp entry/virtual_names.cpp operation/password_modify.cpp" \
    "$(cd "$PROJECT/module/slapd" && grep -rlE '\bDebug\($|\bDebug\(.*[^)]$|\bDebug\(.*;' . | sed 's|^\./||' | sort | xargs)" "the files that write lines of slapd's log themselves"

# Tests look for keys that exist.
keys=$(cut -d '|' -f 1 <<<"$rows" | tr _ -)
used=$(grep -rhoE 'logged [a-z]+(-[a-z]+)+' "$PROJECT/tests" --include='*.sh' | cut -d ' ' -f 2 | sort -u)
same "" "$(grep -vxF -e "$keys" <<<"$used" || true)" "keys in tests that do not exist"
