# A replica keeps all entries while the database is frozen, locked, altered, or refuses the role.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replica-logins.sh"
secure_provider 'pgsql-timeout 1' 'pgsql-feed-recheck 1'
secure_replica push refreshAndPersist
copied "the first copy" 20
begin_outages
locking() { # until the file exists
    "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q manager < <(echo 'BEGIN; LOCK TABLE "Groups";'; until [ -e "$T/unlock" ]; do pause 0.1; done) >/dev/null
}
outage "PostgreSQL frozen" freeze_postgres thaw_postgres
outage "a locked table" 'locking & LOCK=$!' 'touch "$T/unlock"; wait $LOCK'
outage "a column that is gone" "q 'ALTER TABLE \"Users\" RENAME \"mail\" TO \"email\"'" "q 'ALTER TABLE \"Users\" RENAME \"email\" TO \"mail\"'"
outage "a table that is gone" "q 'ALTER TABLE \"UserGroups\" RENAME TO \"Gone\"'" "q 'ALTER TABLE \"Gone\" RENAME TO \"UserGroups\"'"
outage "no login" "q 'ALTER ROLE ldap NOLOGIN'; kill_backends >/dev/null" "q 'ALTER ROLE ldap LOGIN'"
end_outages
