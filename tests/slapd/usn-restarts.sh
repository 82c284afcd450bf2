# lastUSN and entryUSN never fall in 20 restarts, half of them after a crash.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
manager_conf >"$T/slapd.conf"
printf '%s\n' 'pgsql-usn on' 'pgsql-feed-interval 0.01' "pgsql-feed-state $T/numbers" >>"$T/slapd.conf"
start_slapd "$T/slapd.conf"
highest() { search -b '' -s base lastUSN | sed -n 's/^lastUSN: //p'; }
compared() { search -b $base -s base '(entryUSN=*)' 1.1 >/dev/null 2>&1; }
numbers() { search -b $base '(entryUSN=*)' entryUSN | awk '/^dn: / { dn = $2 } /^entryUSN: / { print dn, $2 }' | sort; }
eventually 10 compared
last=$(highest)
before=$(numbers)
same 16 "$(wc -l <<<"$before")" "entries with a number"

for ((n = 1; n <= 20; ++n)); do
    changed=
    [ $((n % 4)) -lt 2 ] || { changed="uid=ann,$base" && q "UPDATE \"Users\" SET \"cn\" = 'Ann $n' WHERE \"uid\" = 'ann'"; }
    if [ $((n % 2)) = 0 ]; then restart_provider; else restart_provider KILL; fi
    eventually 10 compared
    [ "$(highest)" -ge "$last" ] || fail "lastUSN is $(highest) after $last, restart $n"
    arrived() { now=$(numbers) && [ "$(awk -v dn="$changed" '$1 == dn { print $2 }' <<<"$now")" != "$(awk -v dn="$changed" '$1 == dn { print $2 }' <<<"$before")" ]; }
    if [ -n "$changed" ]; then eventually 10 arrived; else now=$(numbers); fi
    fallen=$(join <(echo "$before") <(echo "$now") | awk '$3 < $2')
    same "" "$fallen" "entries with a lower number"
    # Only what has changed gets a new number, also after a crash.
    same "$changed" "$(join <(echo "$before") <(echo "$now") | awk '$3 > $2 { print $1 }')" "entries with a new number, restart $n"
    last=$(highest) before=$now
done
