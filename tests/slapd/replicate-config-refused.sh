# The feed cannot be switched off online under overlay syncprov.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
mkdir "$T/slapd.d"
feed_conf >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "slaptest: $(<"$T/slaptest.log")"
start_slapd "$T/slapd.d"
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { printf '%s\n' "dn: $database" 'changetype: modify' "$@" | as_config ldapmodify; }
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
