# Delegated administration does what its acceptance table says under slapo-sssvlv, when every search is sorted, and in pages as well.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/delegation.sh"
need perl
start_postgres
delegation_tables
{ delegation_conf | sed 's/^moduleload back_pgsql/&\nmoduleload sssvlv/'; echo 'overlay sssvlv'; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
run_delegation --sorted
run_delegation --sorted --pages
