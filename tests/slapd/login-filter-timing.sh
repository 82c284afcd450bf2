# A refused bind takes as long as the login filter, whether the name exists or not.
. "$(dirname "$0")/../lib.sh"
need openssl
start_postgres
# A cheap hash, so that only the filter takes time.
q "UPDATE \"Users\" SET \"userPassword\" = '$(openssl passwd -6 secret)'" >/dev/null
{ manager_conf; echo 'pgsql-login-filter users "username" <> (SELECT $$eve$$ FROM pg_sleep(1))'; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
for name in uid=ann uid=eve uid=nobody uid=ann,ou=nowhere; do
    start=$(now)
    expect 49 ldapwhoami -x -H "$URI" -D "$name,dc=example,dc=com" -w wrong
    took=$((($(now) - start) / 1000))
    echo "$name: $took ms"
    [ "$took" -ge 1000 ] || fail "$name is refused before the filter was evaluated"
done
