# Cached entries obey each client's access rules, and concurrent clients share one query.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"
start_postgres -c log_statement=all
base=dc=example,dc=com
tell_of_changes '"Users"' '"Groups"' '"UserGroups"'
{
    manager_conf | sed '/WHERE "uid" = ?/a\ AND ("uid" <> '"'gus'"' OR pg_sleep(1) IS NOT NULL)'
    cat <<END
pgsql-cache 16
access to attrs=userPassword by * auth
access to attrs=mail by dn.exact=uid=bob,$base read by self read by * none
access to dn.exact=uid=dora,$base by dn.exact=uid=bob,$base read by * none
access to * by * read
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
eventually 20 cache_used 1
bob=(-D "uid=bob,$base" -w bob-secret) gus=(-D "uid=gus,$base" -w gus-secret)

for _ in 1 2; do # first from the database, then from memory
    contains "$(search "${bob[@]}" -b $base '(uid=ann)' mail)" "mail: ann@example.com"
    lacks "$(search -b $base '(uid=ann)' mail)" "mail:"
    lacks "$(search "${gus[@]}" -b $base '(uid=ann)' mail)" "mail:"
    same "uid=dora,$base" "$(dns "${bob[@]}" -b $base '(uid=dora)')" "dora for bob"
    same "" "$(dns -b $base '(uid=dora)')" "dora for everybody"
    same "" "$(dns -b $base '(&(uid=ann)(mail=ann@example.com))')" "a filter on what is hidden"
    same "uid=ann,$base" "$(dns "${bob[@]}" -b $base '(&(uid=ann)(mail=ann@example.com))')" "the same filter for bob"
done
costs_nothing -b $base '(uid=ann)' mail

# Logins and login filters are asked for each time.
before=$(statements)
for _ in 1 2; do expect 0 ldapwhoami -x -H "$URI" "${bob[@]}"; done
[ "$(statements)" -ge $((before + 2)) ] || fail "a login was decided by what was kept"
q "UPDATE \"Users\" SET \"userPassword\" = '{SSHA}D44ivx2nve0G5BZ/RyKIOp5l/nIZ9SWS' WHERE uid = 'bob'" # gus's
expect 49 ldapwhoami -x -H "$URI" "${bob[@]}"

# Ten that want the same at the same time cost one statement, which takes a second.
gus_statements() { grep -c "DETAIL:  [Pp]arameters: .*'gus'" "$T/pg/postgres.log" || true; }
search -b $base '(uid=ann)' description >/dev/null # prepares the statement
before=$(gus_statements)
clients=()
for i in {1..10}; do
    search -b $base '(uid=gus)' description >"$T/gus.$i" &
    clients+=($!)
done
for one in "${clients[@]}"; do wait "$one" || fail "one of the ten failed"; done
for i in {1..10}; do contains "$(<"$T/gus.$i")" "dn: uid=gus,$base"; done
taken=$(($(gus_statements) - before))
[ "$taken" -ge 1 ] && [ "$taken" -le 4 ] || fail "ten at the same time cost $taken statements"
