# Rows with entryUUID keep it at replicas, whatever names they get.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
q 'ALTER TABLE "Users" ADD id uuid NOT NULL DEFAULT gen_random_uuid()'
SYNCPROV='syncprov-sessionlog 1000'
start_slapd - < <(manager_conf | sed 's/"userPassword" AS password/&, id AS "entryUUID"/' | with_feed)
logged feed-started
start_replica push refreshAndPersist
start_replica poll refreshOnly
copied "the first copy" 20
step() { # WHAT SQL FILTER [TEXT…]
    q "$2"
    replicated push "${@:3}"
    copied "$1"
}
step "a new name" "UPDATE \"Users\" SET \"uid\" = 'bobby' WHERE \"uid\" = 'bob'" '(uid=bob)'
step "the same name, another UUID" "UPDATE \"Users\" SET id = '11111111-2222-3333-4444-555555555555' WHERE \"uid\" = 'carl'" '(uid=carl)' 'dn: uid=carl,'
step "a name that another one had" "UPDATE \"Users\" SET \"uid\" = 'old' WHERE \"uid\" = 'hal'; UPDATE \"Users\" SET \"uid\" = 'hal' WHERE \"uid\" = 'gus'" '(uid=hal)' 'uidNumber: 2006'
