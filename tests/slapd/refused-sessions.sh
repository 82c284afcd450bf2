# While PostgreSQL refuses sessions, operations get 52 at once, until it accepts one.
. "$(dirname "$0")/../lib.sh"
need openssl
. "$TESTS/lib/certificates.sh"
authority ours
authority others
certificate right ours IP:127.0.0.1
start_postgres -c ssl=on -c "ssl_cert_file=$T/right.pem" -c "ssl_key_file=$T/right.key"
cp "$T/pg/data/pg_hba.conf" "$T/open"
base=dc=example,dc=com
conf() { # PARAMETERS of the address
    manager_conf | sed "s|/manager\$|/manager?$1|"
    printf '%s\n' 'pgsql-timeout 60' 'pgsql-serve-stale 0' 'database monitor'
}
conf sslmode=require >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
right() { same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann${1:+ $1}"; }
times_said() { [ "$(times_logged "$2")" = "$1" ]; } # TIMES KEY
right "to begin with"

reload() { q 'SELECT pg_reload_conf()' >/dev/null; }
deny() { q 'ALTER ROLE ldap NOLOGIN'; }
allow() { q 'ALTER ROLE ldap LOGIN'; }
revoke() { q 'REVOKE CONNECT ON DATABASE manager FROM PUBLIC'; }
grant() { q 'GRANT CONNECT ON DATABASE manager TO PUBLIC'; }
no_entry() { sed -i '/^host/d' "$T/pg/data/pg_hba.conf"; reload; }
entry() { cp "$T/open" "$T/pg/data/pg_hba.conf"; reload; }
renamed() { "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q postgres -c "ALTER DATABASE $1 RENAME TO $2"; }
away() { kill_backends >/dev/null; renamed manager gone; }
back() { renamed gone manager; }
times=0
while IFS='|' read -r break mend words; do
    # A session that exists goes on serving.
    [ "$break" = away ] || { $break; right "on a session that exists"; kill_backends >/dev/null; }
    [ "$break" != away ] || $break
    for _ in 1 2 3; do
        within 20 expect 52 search -b $base '(uid=ann)'
        within 20 expect 52 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-secret
    done
    same "$base" "$(dns -b $base -s base)" "the base entry"
    times=$((times + 1))
    times_said $times sessions-refused || fail "the log does not say once that PostgreSQL refuses sessions"
    contains "$(grep -F '[sessions-refused] cannot connect: ' "$T/slapd.log" | tail -n 1)" "$words"
    $mend
    eventually 20 times_said $times database-up # without an operation
    right "after $mend"
done <<'END'
deny|allow|role "ldap" is not permitted to log in
revoke|grant|permission denied for database "manager"
no_entry|entry|no pg_hba.conf entry
away|back|database "manager" does not exist
END
stop_slapd

# A certificate that we refuse.
conf "sslmode=verify-full\\&sslrootcert=$T/others.pem" >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
within 20 expect 52 search -b $base '(uid=ann)'
logged sessions-refused
contains "$(grep -F '[sessions-refused] cannot connect: ' "$T/slapd.log" | tail -n 1)" 'certificate verify failed'
cp "$T/ours.pem" "$T/others.pem"
eventually 20 times_said $((times + 1)) database-up
right "with the right authority"
