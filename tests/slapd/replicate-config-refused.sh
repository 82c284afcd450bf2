# The feed cannot be switched off online under overlay syncprov.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider_online
for how in 'delete: olcPgFeed' $'replace: olcPgFeed\nolcPgFeed: FALSE'; do
    expect 80 change "$how"
    contains "$ERR$OUT" 'overlay syncprov cannot serve database pgsql'
    same 'olcPgFeed: TRUE' "$(as_config ldapsearch -LLL -b "$database" -s base olcPgFeed | grep ^olc)" "the feed"
    q "UPDATE \"Users\" SET \"cn\" = '${how%%:*}' WHERE \"uid\" = 'ann'"
    replicated push '(uid=ann)' "cn: ${how%%:*}"
done
stop_slapd
start_slapd "$T/slapd.d"
copied "after a restart"
