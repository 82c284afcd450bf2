# Delegated administration does what its acceptance table says while results and roles are cached; roles cost no statement then.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/delegation.sh"
. "$TESTS/lib/cache.sh"
need perl
start_postgres -c log_statement=all
delegation_tables
# shellcheck disable=SC2086 # names
tell_of_changes $DELEGATION_TABLES
{ delegation_conf; echo 'pgsql-cache 16'; echo 'database monitor'; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
eventually 20 cache_used 1
run_delegation --cached
for actor in brad hugo self nobody; do
    costs_nothing -D "cn=admin,$base" -w admin -e "!authzid=dn:$(actor_dn $actor)" -b "$base" '(uid=ann)'
done

# A role that is withdrawn counts at once for a client whose roles were cached.
brads() { as brad ldapsearch -LLL -b "$base" '(uid=ann)' 1.1 | grep -c '^dn:'; }
same 1 "$(brads)" "what brad finds"
q "DELETE FROM roles WHERE person = 20"
within 1 eventually 1 eval '[ "$(brads)" = 0 ]'
