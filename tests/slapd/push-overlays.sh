# Pending push logins pass through overlays like any other login.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
start_postgres
quick_hashes
start_push
users_say 'after 0.2 approve'
user_says bob 'after 0.2 reject'
user_says eve silent
base=dc=example,dc=com
start_slapd - < <(
    manager_conf | sed 's/^moduleload.*/&\nmoduleload ppolicy\nmoduleload rwm\nmoduleload back_relay/'
    push_conf
    printf '%s\n' 'pgsql-push-timeout 8' 'overlay ppolicy' 'lastbind on' \
        'database relay' 'suffix "o=other"' "relay \"$base\"" 'overlay rwm' "rwm-suffixmassage \"$base\""
)
login() { ldapwhoami -x -H "$URI" -D "$1" -w secret -e ppolicy; }

for _ in 1 2 3; do
    expect 0 login "uid=ann,$base"
    same "dn:uid=ann,$base" "$OUT" "who ann is"
    expect 0 login "uid=ann,o=other"
    same "dn:uid=ann,$base" "$OUT" "who ann is by way of the relay"
    expect 49 login "uid=bob,$base"
    expect 49 login "uid=bob,o=other"
done
expect 49 login "uid=eve,o=other"
expect 49 ldapwhoami -x -H "$URI" -D "uid=ann,o=other" -w wrong
same 13 "$(prompts)" "prompts"

# Side by side, on few connections each.
for _ in {1..10}; do
    for _ in 1 2 3; do
        expect 0 login "uid=ann,o=other"
        expect 49 login "uid=bob,$base"
    done &
    clients+=($!)
done
for job in "${clients[@]}"; do wait "$job" || fail "a login went wrong"; done
stop_slapd
