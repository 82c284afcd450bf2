# With sslmode=verify-full only a server with a trusted, matching certificate is used.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/certificates.sh"
# A sanitizer that notes who allocates what takes OpenSSL's errors tens of seconds; leaks are other tests' business.
PRELOAD=("${PRELOAD[@]/fast_unwind_on_malloc=0/malloc_context_size=0:detect_leaks=0}")
base=dc=example,dc=com
authority ours
authority others
certificate right ours IP:127.0.0.1
certificate misnamed ours DNS:db.example.com
database() { # CERTIFICATE|none
    [ -z "$POSTGRES" ] || stop_postgres
    if [ "$1" = none ]; then start_postgres; else start_postgres -c ssl=on -c "ssl_cert_file=$T/$1.pem" -c "ssl_key_file=$T/$1.key"; fi
}
directory() { # PARAMETERS of the address
    [ -z "$SLAPD" ] || stop_slapd
    : >"$T/slapd.log"
    start_slapd - < <(
        manager_conf | sed "s|/manager\$|/manager?${1//&/\\&}|"
        # A sanitizer takes seconds to read a certificate.
        [ "$TIMEOUT_FACTOR" = 1 ] || printf '%s\n' 'pgsql-connect-timeout 4' 'pgsql-timeout 5')
}
trusted="sslmode=verify-full&sslrootcert=$T/ours.pem"
encrypted() { q "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'ldap' AND ssl"; }
found() { same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann"; }
not_talked_to() { # WORDS of the log
    expect 52 search -b $base '(uid=ann)'
    expect 52 ldapwhoami -x -H "$URI" -D uid=bob,$base -w bob-secret
    logged sessions-refused "$1"
    same 0 "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap'")" "sessions"
}

database right
directory "$trusted"
found
[ "$(encrypted)" -gt 0 ] || fail "the session is not encrypted"
expect 0 ldapwhoami -x -H "$URI" -D uid=bob,$base -w bob-secret

# Not the database that is meant: another authority, another name, no TLS at all.
directory "sslmode=verify-full&sslrootcert=$T/others.pem"
not_talked_to 'certificate verify failed'
directory "sslmode=verify-full&sslrootcert=$T/nowhere.pem"
not_talked_to "root certificate file \"$T/nowhere.pem\" does not exist"
database misnamed
directory "$trusted"
not_talked_to 'does not match host name "127.0.0.1"'
database none
directory "$trusted"
not_talked_to 'server does not support SSL, but SSL was required'

# It recovers when the right certificate is back. A server that requires TLS reports that to sessions without it.
database right
logged database-up
found
sed -i 's/^host /hostssl /' "$T/pg/data/pg_hba.conf"
q 'SELECT pg_reload_conf()' >/dev/null
directory sslmode=disable
not_talked_to 'no encryption'
directory "$trusted"
found
