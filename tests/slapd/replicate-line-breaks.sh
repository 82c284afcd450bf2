# A restarted provider still has its state, whatever characters names have.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider
add_users 2100 2103
start_replica push refreshAndPersist
name() { q "UPDATE \"Users\" SET \"uid\" = $2 WHERE \"uidNumber\" = $1"; } # NUMBER SQL
name 2100 "E'two\\nlines'"
name 2101 "E'\\n'"
name 2102 "E'end\\n'"
name 2103 "E'return\\r'"
copied "names with line breaks" 20
restart_provider
not_logged feed-state-lost
q "UPDATE \"Users\" SET \"cn\" = 'Afterwards' WHERE \"uid\" = 'ann'"
replicated push '(uid=ann)' 'cn: Afterwards'
not_logged feed-state-lost
copied "after a restart" 20
