# pgsql-feed-passwords cannot be set while replicas are connected, which would get hashes.
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
grant() { as_config ldapmodify <<<"dn: $database"$'\nchangetype: modify\nadd: olcPgFeedPasswords\nolcPgFeedPasswords: cn=replicator,'"$base"; }
expect 80 grant
contains "$ERR$OUT" 'restart slapd'
q "UPDATE \"Users\" SET \"cn\" = 'Changed' WHERE \"uid\" = 'gus'"
replicated push '(uid=gus)' 'cn: Changed'
same "" "$(at_replica push '(objectClass=*)' userPassword | grep userPassword)" "hashes at the replica that has neither TLS nor the DN"
