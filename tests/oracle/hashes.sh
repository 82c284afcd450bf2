# Random hashes of Django, passlib, Werkzeug and PostgreSQL match the same passwords as there.
#
# COUNT=10000 SEED=1 tests/oracle/hashes.sh; by default a few hundred, with a new seed each time. The salts differ each time.
. "$(dirname "$0")/../lib.sh"
seed=${SEED:-$RANDOM$RANDOM}
python=/usr/bin/python3 # Debian's, with Debian's modules
"$python" -c 'import argon2, bcrypt, django, passlib, werkzeug' 2>/dev/null || skip "modules of Python are missing; packaging/setup --tests installs them"

"$python" "$TESTS/oracle/hashes.py" "$seed" "${COUNT:-400}" >"$T/cases"

# PostgreSQL's own SCRAM verifiers: the right password, and the one of another role.
start_postgres
q "SET password_encryption = 'scram-sha-256'; CREATE ROLE one PASSWORD 'secret'; CREATE ROLE two PASSWORD 'größer €'; CREATE ROLE three PASSWORD '$(printf 'x%.0s' {1..500})'"
hex() { od -An -v -tx1 | tr -d ' \n'; }
for role in one two three; do
    stored=$(q "SELECT rolpassword FROM pg_authid WHERE rolname = '$role'")
    contains "$stored" 'SCRAM-SHA-256$4096:'
    for password in one:secret two:'größer €' three:"$(printf 'x%.0s' {1..500})" none:Secret; do
        [ "${password%%:*}" = "$role" ] && verdict=1 || verdict=0
        echo "$(hex <<<"$stored" | sed 's/0a$//') $(printf %s "${password#*:}" | hex) $verdict postgresql scram"
    done
done >>"$T/cases"

cut -d ' ' -f 1,2 "$T/cases" | "$BUILD/hash_judge" >"$T/verdicts"
same "$(wc -l <"$T/cases")" "$(wc -l <"$T/verdicts")" "the number of verdicts"
# A damaged hash that the program still accepts may be refused here, never the other way around.
paste -d ' ' "$T/verdicts" "$T/cases" | awk -F '[ ]' '$1 != $4 && $4 != "?" $1 && $1 $4 != "0?1"' >"$T/different"
same "" "$(head -n 5 "$T/different")" "verdicts that differ with SEED=$seed: verdict, hash, password and verdict of the program"
for verdict in 0 1 '?0'; do [ "$(grep -cF " $verdict " "$T/cases")" -gt 10 ] || fail "too few cases have the verdict $verdict"; done
say "$(wc -l <"$T/cases") verdicts agree"
