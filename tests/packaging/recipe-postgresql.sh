#!/bin/bash
# The recipe for PostgreSQL serves roles, directly or by a view without superusers' verifiers.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application roles <"$TESTS/recipes/postgresql.sql"
served() {
    for user in ann 'ben smith'; do
        logs_in "$user" secret
        refuses "$user" wrong
    done
    for user in old root early nopassword; do refuses "$user" secret; done
    same "ann ben smith old" "$(members 'support team')" "the members"
    same "uidNumber: $((2000000 + $(database -c "SELECT oid FROM pg_roles WHERE rolname = 'ben smith'")))" \
        "$(entry '(&(uid=ben smith)(objectClass=posixAccount))' uidNumber)" "the number"
    same "" "$(dns -b "$base" '(|(uid=slapd_roles)(cn=pg_monitor))')" "the role of slapd, and PostgreSQL's own"
}
readable() { database -c "SELECT has_column_privilege('slapd_roles', 'pg_authid', 'rolpassword', 'SELECT')"; }

expect 2 wizard --dry-run # a database of an application has this catalog, too
new_directory --recipe postgresql
contains "$OUT" 'recipe postgresql (PostgreSQL roles)'
contains "$OUT" "5 SCRAM-SHA-256 4096"
served
same t "$(readable)" "the right to read all verifiers"
database -c 'ALTER ROLE "ben smith" NOLOGIN'
refuses 'ben smith' secret
database -c 'ALTER ROLE "ben smith" LOGIN'

# The view is the one of the page.
mv "$T/new.roles" "$T/first"
database -c "$(sed -n '/CREATE VIEW/,/;/p' "$T/first/README")"
new_directory --recipe postgresql --users ldap_roles
contains "$OUT" 'users     public.ldap_roles'
served
same f "$(readable)" "the right to read all verifiers"
same "" "$(database -c 'SET ROLE slapd_roles' -c "SELECT rolpassword FROM ldap_roles WHERE rolname = 'root'")" "what slapd's role reads of a superuser"
