# Users log in at a replica, which keeps all entries, while the database is unreadable.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replica-logins.sh"
secure_provider 'pgsql-timeout 1' 'pgsql-feed-recheck 1'
secure_replica push refreshAndPersist
copied "the first copy" 20
begin_outages
outage "PostgreSQL stopped" stop_postgres start_postgres
outage "no right to one table" "q 'REVOKE SELECT ON \"Groups\" FROM ldap'" "q 'GRANT SELECT ON \"Groups\" TO ldap'"
end_outages
