# A changed access rule reaches replicas with the next change of an entry, and with a new copy.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
BIND_DN=uid=bob,$base CREDENTIALS=bob-secret
start_provider 'access to attrs=mail by * none' 'access to * by * read'
start_replica push refreshAndPersist
replicated push '(uid=ann)' 'uid: ann'
lacks "$(at_replica push mail)" mail:
sed -i '/^access to attrs=mail/d' "$T/slapd.conf"
restart_provider
logged feed-started
q "UPDATE \"Users\" SET \"cn\" = 'Changed' WHERE \"uid\" = 'ann'"
replicated push '(uid=ann)' 'cn: Changed' 'mail: ann@example.com'
same 1 "$(at_replica push mail | grep -c ^mail:)" "entries with the attribute that is visible again"

stop_replica push
rm "$T/replica-push/"*.mdb
run_replica push
copied "the new copy" 20
