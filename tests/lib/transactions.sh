# transactions.sh: sends PostgreSQL random transactions, which are the same for the same seed. Needs tests/lib/replicas.sh.

# Many rows, transactions that are prepared, and deadlocks that end soon.
many_rows() {
    q 'ALTER SYSTEM SET max_prepared_transactions = 20' && q "ALTER SYSTEM SET deadlock_timeout = '100ms'" && restart_postgres
    add_users 3001 4200
    q "UPDATE \"Users\" SET \"gidNumber\" = 2001, \"status\" = 'active', \"userPassword\" = '{SSHA}' || encode(sha256(\"uid\"::bytea), 'base64') WHERE \"uidNumber\" > 3000"
}
# What psql writes is in $T/transactions.*: a line for each end of a transaction, and each error by its SQLSTATE.
transact() { # SEED FIRST COUNT SESSIONS MIX: returns once all have ended
    local session running=()
    for ((session = 0; session < $4; session++)); do
        { printf '%s\n' '\set VERBOSITY sqlstate' 'SET client_min_messages = warning;' && perl "$TESTS/oracle/transactions.pl" "$1" $(($2 + session)) $(($3 - session)) "$4" "$5"; } |
            "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X manager >>"$T/transactions.$session" 2>&1 &
        running+=($!)
    done
    for session in "${running[@]}"; do wait "$session" || return; done
}
committed() { cat "$T"/transactions.* | grep -cE '^COMMIT( PREPARED)?$'; }
# unexpected_errors [PATTERN]: but for equal names, members of a group that is deleted, deadlocks, and what follows an error.
unexpected_errors() { cat "$T"/transactions.* | grep -aE 'ERROR|FATAL' | grep -avE "ERROR:  (23505|23503|40P01|25P02|3B001|42704)${1:+|$1}" | sort | uniq -c; }

# The hashes of users who may log in, a line for each: as they are in PostgreSQL, and those of LDIF on standard input. Of names that
# LDAP takes for one, the first row counts.
hashes() {
    q "SELECT \"uidNumber\", \"userPassword\" FROM (
           SELECT DISTINCT ON (btrim(regexp_replace(lower(\"uid\"), ' +', ' ', 'g'))) * FROM \"Users\"
           ORDER BY btrim(regexp_replace(lower(\"uid\"), ' +', ' ', 'g')), \"uid\") AS first
       WHERE \"uidNumber\" > 3000 AND \"status\" = 'active'" | sort
}
hashes_of() {
    perl -MMIME::Base64 -00 -ne 'my ($n, $hash) = (/^uidNumber: (.*)/m, /^userPassword:: (.*)/m); print "$n|", decode_base64($hash), "\n" if defined $hash && $n > 3000' | sort
}
