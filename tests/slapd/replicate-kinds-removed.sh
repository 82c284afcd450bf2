# A container, and a kind of entries, that the configuration no longer has disappear at replicas.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
mkdir "$T/slapd.d"
feed_conf 'pgsql-kind users container=ou=people' >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "slaptest: $(<"$T/slaptest.log")"
start_slapd "$T/slapd.d"
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { printf '%s\n' "dn: $database" 'changetype: modify' "$@" | as_config ldapmodify; }
expect 0 change 'add: olcPgPrivateGroups' 'olcPgPrivateGroups: FALSE'
replicated push '(cn=fay)'
copied "without private groups"
expect 0 change 'delete: olcPgKind'
replicated push '(uid=ann)' "dn: uid=ann,$base"
replicated push '(ou=people)'
copied "without the container"
not_logged feed-failed
