# Delegated administration does what its acceptance table says when every search is in pages of one.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/delegation.sh"
need perl
start_postgres
delegation_tables
delegation_conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
run_delegation --pages
