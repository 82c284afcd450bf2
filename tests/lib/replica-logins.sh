# replica-logins.sh: replicas that copy password hashes over TLS, so that users can log in at them.
. "$TESTS/lib/replicas.sh"
. "$TESTS/lib/certificates.sh"

# The replicator is a row like others. Status and approvals decide who gets a hash.
BIND_DN=uid=rep,$base CREDENTIALS=rep-secret
secure_provider() { # [LINE…]
    authority ca
    certificate server ca IP:127.0.0.1
    start_postgres
    notified_changes
    q "ALTER TABLE \"Users\" ADD checks text; UPDATE \"Users\" SET \"status\" = 'active' WHERE \"uid\" NOT IN ('dora', 'eve')"
    add_users 2500 2500
    q "UPDATE \"Users\" SET \"uid\" = 'rep', \"gidNumber\" = 2001, \"status\" = 'active', \"userPassword\" = '$(slappasswd -h '{SSHA}' -s rep-secret)' WHERE \"uidNumber\" = 2500"
    q 'GRANT UPDATE ("userPassword", "updatedAt") ON "Users" TO ldap'
    start_slapd - < <(secure_conf "pgsql-feed-passwords $BIND_DN" "$@")
    logged feed-started
}
secure_conf() { # LINE…
    printf '%s\n' "TLSCACertificateFile $T/ca.pem" "TLSCertificateFile $T/server.pem" "TLSCertificateKeyFile $T/server.key"
    manager_conf | sed 's/"userPassword" AS password/&, checks AS auth_backends/' | with_feed 'pgsql-push-uri http://127.0.0.1:1/send' 'pgsql-password-hash m=64 t=1 p=1' \
        "pgsql-login-filter users username IN (SELECT \"uid\" FROM \"Users\" WHERE \"status\" = 'active')" "$@"
}
secure_replica() { start_replica "$@" starttls=critical "tls_cacert=$T/ca.pem"; } # NAME TYPE
bind_at() { ldapwhoami -x -H "$1" -D "uid=$2,$base" -w "${3:-$2-secret}"; } # URI USER [PASSWORD]
hash_at() { at_replica "$1" "(uid=$2)" userPassword | sed -n 's/^userPassword:: //p' | base64 -d; } # NAME USER
over_tls() { search -ZZ -o TLS_CACERT="$T/ca.pem" -b "$base" "$@"; }
logins() { # until the file is removed
    while [ -e "$T/logins" ]; do
        for user in bob fay gus hal; do bind_at "${REPLICA[push]}" $user >/dev/null 2>&1 || echo "$user" >>"$T/locked-out"; done
        echo >>"$T/rounds"
        pause 0.1
    done
}
begin_outages() {
    touch "$T/logins"
    logins &
    LOGINS=$!
    BEFORE=$(names)
}
names() { at_replica push 1.1 | sort; }
end_outages() {
    rm "$T/logins"
    wait $LOGINS
    [ ! -e "$T/locked-out" ] || fail "users who could not log in: $(sort "$T/locked-out" | uniq -c | xargs)"
    [ "$(wc -l <"$T/rounds")" -ge 10 ] || fail "only $(wc -l <"$T/rounds") rounds of logins"
    copied "the end" 10
    lacks "$(<"$T/replica-push/log")" be_delete
}
# Comparisons fail meanwhile, and what is changed arrives afterwards.
outage() { # WHAT BREAK REPAIR
    local failures
    failures=$(times_logged feed-failed)
    say "$1"
    eval "$2"
    eventually 30 failed_since "$failures"
    same "$BEFORE" "$(names)" "what the replica has meanwhile ($1)"
    eval "$3"
    number=$((number + 1))
    eventually 20 q "UPDATE \"Users\" SET \"cn\" = 'Number $number' WHERE \"uid\" = 'ann'"
    eventually 30 replica_shows push '(uid=ann)' "cn: Number $number"
    same "$BEFORE" "$(names)" "what the replica has afterwards ($1)"
}
number=0
failed_since() { [ "$(times_logged feed-failed)" -gt "$1" ]; } # COUNT
