# Concurrent clients get correct answers while sessions are killed and the configuration changes.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
mkdir "$T/slapd.d"
{ manager_conf; echo "pgsql-pool-size 3"; } >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')

# One client: sixty searches on one connection, each for another entry, and what it got.
names=(ann bob carl dora eve fay gus hal ivy jan)
printf '%s\n' "${names[@]}" "${names[@]}" "${names[@]}" "${names[@]}" "${names[@]}" "${names[@]}" >"$T/names"
client() { search -c -b $base -f "$T/names" "$1" 1.1 2>&1 | grep -v '^$'; }
wanted=$(sed "s/.*/dn: uid=&,$base/" "$T/names")

clients=()
for i in 1 2 3 4; do
    client '(uid=%s)' >"$T/by-uid.$i" & clients+=($!)
    client '(mail=%s@example.com)' >"$T/by-mail.$i" & clients+=($!)
    client "(entryDN=uid=%s,$base)" >"$T/by-dn.$i" & clients+=($!)
    for name in bob hal bob hal; do
        expect 0 ldapwhoami -x -H "$URI" -D "uid=$name,$base" -w "$name-secret"
        expect 49 ldapwhoami -x -H "$URI" -D "uid=$name,$base" -w "wrong"
    done & clients+=($!)
done

# Killed sessions are replaced within the operation; a pool of another size, or another place of the same, is no reason to fail.
for size in 2 8 1 5 3; do
    kill_backends >/dev/null
    printf '%s\n' "dn: $database" "changetype: modify" "replace: olcPgPoolSize" "olcPgPoolSize: $size" | as_config ldapmodify >/dev/null
    sleep 0.2
done

failed=0
for job in "${clients[@]}"; do wait "$job" || failed=$((failed + 1)); done
for answers in "$T"/by-*; do same "$wanted" "$(<"$answers")" "the answers of ${answers##*/}"; done
same 0 "$failed" "clients that failed"
[ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap'")" -le 3 ] || fail "more sessions than the pool may have"
