# slaptest fails at once when PostgreSQL refuses the session, and says how to change that.
. "$(dirname "$0")/../lib.sh"
need openssl
. "$TESTS/lib/certificates.sh"
authority ours
authority others
certificate right ours IP:127.0.0.1
start_postgres
printf '%s\n' "ssl_cert_file='$T/right.pem'" "ssl_key_file='$T/right.key'" >>"$T/pg/data/postgresql.conf"
mapfile -t hba < <(sed 's/ all all 127/ manager,nosuch,other all 127/' "$T/pg/data/pg_hba.conf")
printf '%s\n' 'local manager ldap reject' "${hba[@]}" >"$T/pg/data/pg_hba.conf"
q 'CREATE DATABASE other' >/dev/null
q 'REVOKE CONNECT ON DATABASE other FROM PUBLIC'
q 'SELECT pg_reload_conf()' >/dev/null

tested() { # STATUS URI DIRECTIVE…: $OUT is what slaptest says
    local expected=$1 status=0
    { manager_conf | sed "s|^pgsql-uri .*|pgsql-uri \"${2//&/\\&}\"|"; printf '%s\n' "${@:3}"; } >"$T/slapd.conf"
    OUT=$(timeout 90 "${PRELOAD[@]}" slaptest -f "$T/slapd.conf" 2>&1) || status=$?
    same "$expected" "$status" "the status of slaptest with $2 ($OUT)"
}
told() { # standard input: SQL | the address | words | hint
    local sql uri words hint
    while IFS='|' read -r sql uri words hint; do
        [ ${#PRELOAD[@]} = 0 ] || [[ $words != *password* ]] || continue # pg_hba.conf says trust
        if [ -n "$sql" ]; then q "$sql"; q 'SELECT pg_reload_conf()' >/dev/null; fi
        within 20 tested 1 "postgres://$uri" "pgsql-timeout 60"
        contains "$OUT" "$words"
        contains "$OUT" "${hint:+HINT:  $hint}"
        lacks "$OUT" '[queries-untested]'
    done
}
at=127.0.0.1:$PGPORT tls=ldap:ldap@127.0.0.1:$PGPORT/manager?sslmode
told <<END
|ldap:wrong@$at/manager|FATAL:  password authentication failed for user "ldap"|Check the user and the password in pgsql-uri.
|ldap@$at/manager|no password supplied|Set the password in pgsql-uri or in a password file.
|ldap:ldap@$at/nosuch|FATAL:  database "nosuch" does not exist|Check the database in pgsql-uri.
|ldap:ldap@$at/other|DETAIL:  User does not have CONNECT privilege.|GRANT CONNECT ON DATABASE "other" TO "ldap";
|ldap:ldap@$at/postgres|no pg_hba.conf entry for host "127.0.0.1", user "ldap", database "postgres"|Check the user in pgsql-uri and the server's pg_hba.conf.
|ldap:ldap@$at/manager?options=-cnosuch%3D1|unrecognized configuration parameter "nosuch"|Check options in pgsql-uri.
|ldap:ldap@$at/manager?sslmode=nosuch|invalid sslmode value: "nosuch"|Check sslmode in pgsql-uri.
|$tls=require|server does not support SSL, but SSL was required|Set ssl = on at the server, or change sslmode in pgsql-uri.
ALTER SYSTEM SET ssl = on|$tls=verify-full&sslrootcert=$T/others.pem|certificate verify failed|Add the CA of the server's certificate to sslrootcert
|$tls=verify-full&sslrootcert=$T/nosuch.pem|root certificate file "$T/nosuch.pem" does not exist|Check sslrootcert in pgsql-uri.
|ldap:ldap@localhost:$PGPORT/manager?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=$T/ours.pem|does not match host name "localhost"|Use the host name of the server's certificate in pgsql-uri.
|$tls=require&sslcert=$T/right.pem&sslkey=$T/nosuch.key|certificate present, but not private key file|Check sslkey in pgsql-uri.
ALTER ROLE ldap NOLOGIN|ldap:ldap@$at/manager|FATAL:  role "ldap" is not permitted to log in|
ALTER ROLE ldap LOGIN; ALTER DATABASE other ALLOW_CONNECTIONS false|ldap:ldap@$at/other|is not currently accepting connections|ALTER DATABASE "other" ALLOW_CONNECTIONS true;
END

# One of several hosts that answers is enough; without it, what another says counts.
hosts() { echo "host=$T/pg,127.0.0.1 port=$PGPORT,$1 user=ldap password=ldap dbname=manager"; }
tested 0 "$(hosts "$PGPORT")"
lacks "$OUT" 'cannot connect'
tested 1 "$(hosts 1)" "pgsql-timeout 1"
contains "$OUT" 'pg_hba.conf rejects connection'
contains "$OUT" 'Connection refused'

# What ends by itself does not fail the test, and is not hidden by the last attempt.
q 'ALTER ROLE ldap CONNECTION LIMIT 0'
tested 0 "postgres://ldap:ldap@$at/manager" "pgsql-timeout 1"
contains "$OUT" '[queries-untested]'
contains "$OUT" 'too many connections for role "ldap"'
