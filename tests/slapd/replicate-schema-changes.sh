# Tables that are altered, renamed and locked leave replicas their entries, and later changes arrive.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider 'pgsql-private-groups off' 'pgsql-timeout 2' 'pgsql-feed-recheck 1'
start_replica push refreshAndPersist
copied "the first copy" 20
names() { at_replica push 1.1 | sort; }
before=$(names)
number=0
step() { # WHAT SQL
    q "$2" >/dev/null
    q "UPDATE \"Users\" SET \"cn\" = 'Number $((number += 1))' WHERE \"uid\" = 'bob'"
    copied "$1" 10 # its searches make the provider describe the columns anew
    replicated push '(uid=bob)' "cn: Number $number"
    same "$before" "$(names)" "what the replica has ($1)"
}
failing() { # WHAT BREAK REPAIR
    local failures
    failures=$(times_logged feed-failed)
    eval "$2"
    eventually 20 failed_since "$failures"
    same "$before" "$(names)" "what the replica has meanwhile ($1)"
    eval "$3"
    step "$1" 'SELECT 1'
}
failed_since() { [ "$(times_logged feed-failed)" -gt "$1" ]; } # COUNT
step "a text without a limit" 'ALTER TABLE "Users" ALTER "cn" TYPE text'
step "larger numbers" 'ALTER TABLE "Users" ALTER "gidNumber" TYPE bigint'
step "several addresses" 'ALTER TABLE "Users" ALTER "mail" TYPE text[] USING ARRAY["mail"]'
step "a type without a hash function" 'ALTER TABLE "Users" DROP CONSTRAINT "Users_mail_key", ALTER "mail" TYPE json USING to_json("mail")'
step "a domain" 'CREATE DOMAIN shown AS text; ALTER TABLE "Users" ALTER "sn" TYPE shown'
step "an enumeration" "CREATE TYPE place AS ENUM ('/home/a', '/home/b'); ALTER TABLE \"Users\" ALTER \"homeDirectory\" TYPE place USING '/home/a'"
step "another name of its value" "ALTER TYPE place RENAME VALUE '/home/a' TO '/home/c'"
failing "a table with another name" "q 'ALTER TABLE \"Groups\" RENAME TO moved'" "q 'ALTER TABLE moved RENAME TO \"Groups\"'"
lock() { "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q manager -c 'LOCK TABLE "Groups"; SELECT pg_sleep(60)' >/dev/null 2>&1 & }
unlock() { q "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LOCK%'" >/dev/null; }
failing "a locked table" lock unlock
