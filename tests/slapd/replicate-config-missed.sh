# What changes while directives are changed online arrives soon.
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
for round in {1..10}; do
    if ((round % 2)); then
        expect 80 change 'replace: olcPgFeedState' 'olcPgFeedState: /nowhere/feed'
    else
        expect 0 change 'replace: olcPgTimeout' "olcPgTimeout: $round"
    fi
    q "UPDATE \"Users\" SET \"cn\" = 'Round $round' WHERE \"uid\" = 'ann'"
    replicated push '(uid=ann)' "cn: Round $round"
done
