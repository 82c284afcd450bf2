# Delegated administration does what its acceptance table (tests/data/delegation.txt) says, row by row.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/delegation.sh"
need perl
start_postgres
delegation_tables
delegation_conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
not_logged writes-unusable
run_delegation
logged role-unusable 'organizational-unit-admin at "ou=nowhere"'
logged roles-unreadable 'pgsql-roles users'
logged write-denied 'uid=hugo,dc=example,dc=com'
# Row 76 once more: no role can be read without a database.
stop_postgres immediate
expect 52 as brad ldapsearch -b "$base"
