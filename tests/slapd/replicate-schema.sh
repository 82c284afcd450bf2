# A replica that lacks a new attribute of the provider gets all changes once it knows the attribute.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider
start_replica push refreshAndPersist
copied "the first copy" 20
q "ALTER TABLE \"Users\" ADD key text; UPDATE \"Users\" SET key = 'ssh-ed25519 AAAA' WHERE \"uid\" = 'ann'; GRANT SELECT (key) ON \"Users\" TO ldap"
know_keys() { sed -i "s|^include .*inetorgperson.schema|&\ninclude $PROJECT/schema/openssh-lpk.schema|" "$1"; } # CONF
know_keys "$T/slapd.conf"
sed -i 's|"userPassword" AS password|&, key AS "sshPublicKey"|' "$T/slapd.conf"
restart_provider
logged feed-started
q "UPDATE \"Users\" SET \"mail\" = 'bob@example.org' WHERE \"uid\" = 'bob'"
eventually 20 eval 'replica_log push | grep -q "do_syncrepl: rid=001 rc 80 retrying"'
eventually 20 eval 'search -b $base "(uid=bob)" mail | grep -q bob@example.org'
lacks "$(at_replica push '(uid=bob)' mail)" bob@example.org
contains "$(at_replica push '(uid=ann)' mail)" 'mail: ann@example.com'

stop_replica push
know_keys "$T/replica-push/slapd.conf"
run_replica push
replicated push '(uid=ann)' 'sshPublicKey: ssh-ed25519 AAAA'
replicated push '(uid=bob)' 'mail: bob@example.org'
copied "the end"
