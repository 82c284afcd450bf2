# The feed is switched, and its database changed, in cn=config while replicas are connected.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
mkdir "$T/slapd.d"
manager_conf | sed 's/^moduleload back_pgsql/&\nmoduleload syncprov/' >"$T/slapd.conf"
echo "limits dn.exact=\"cn=admin,$base\" size=unlimited time=unlimited" >>"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "slaptest: $(<"$T/slaptest.log")"
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { printf '%s\n' "dn: $database" 'changetype: modify' "$@" | as_config ldapmodify; }
global() { printf '%s\n' 'dn: cn=config' 'changetype: modify' "$@" | as_config ldapmodify; }
add_syncprov() { as_config ldapadd <<<"dn: olcOverlay=syncprov,$database"$'\nobjectClass: olcSyncProvConfig\nolcOverlay: syncprov'; }
reason() { contains "$ERR$OUT" "$1"; }

# What the feed needs.
expect 80 add_syncprov
reason 'add pgsql-feed on to the database'
expect 80 change 'add: olcPgFeed' 'olcPgFeed: TRUE'
reason 'add serverID <1 to 4095>'
expect 0 global 'add: olcServerID' 'olcServerID: 1'
expect 0 change 'add: olcPgFeed' 'olcPgFeed: TRUE' - 'add: olcPgFeedInterval' 'olcPgFeedInterval: 0.05' - 'add: olcPgFeedState' "olcPgFeedState: $T/feed"
logged feed-started
expect 0 add_syncprov
start_replica push refreshAndPersist
start_replica poll refreshOnly
copied "the first copy" 20
step() { # NAME
    q "UPDATE \"Users\" SET \"cn\" = '$1' WHERE \"uid\" = 'ann'"
    copied "$1" 10
}
step One
expect 80 change 'replace: olcPgFeedState' 'olcPgFeedState: /nowhere/feed'
reason 'the file cannot be written in /nowhere'
step Two

# Directives that change entries.
expect 0 change 'add: olcPgAttribute' 'olcPgAttribute: users loginShell default=/bin/zsh'
replicated push '(uid=bob)' 'loginShell: /bin/zsh'
copied "a default"
expect 0 change 'add: olcPgKind' 'olcPgKind: users container=ou=people'
replicated push '(uid=ann)' "dn: uid=ann,ou=people,$base"
copied "a container"

# Under load.
load() { for ((n = 0; n < 15; ++n)); do q "UPDATE \"Users\" SET \"cn\" = 'Load $n' WHERE \"uid\" IN ('ann', 'bob', 'carl')"; done; }
load &
for value in 20 30 40 50 60; do
    expect 0 change 'replace: olcPgFeedRecheck' "olcPgFeedRecheck: $value"
    expect 0 change 'replace: olcPgCache' "olcPgCache: $((value % 4))"
done
wait $!
copied "load" 10

# slapd ends with a consumer connected, in the middle of a comparison.
q 'BEGIN; LOCK TABLE "Groups"; SELECT pg_sleep(30)' >/dev/null 2>&1 &
lock=$!
waiting() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'ldap'")" != 0 ]; }
q "UPDATE \"Users\" SET \"cn\" = 'Late' WHERE \"uid\" = 'bob'"
eventually 10 waiting
within 10 stop_slapd
kill $lock
q 'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE $$%pg_sleep%$$ AND pid <> pg_backend_pid()' >/dev/null
