#!/bin/bash
# All three ways of doc/maps/groups.md give users the same groups in SSSD and nslcd.
page=doc/maps/groups.md
. "$(dirname "$0")/../lib/maps-hosts.sh"
example Tables slapd.conf
all_groups() { # SSSD-SECTION NSLCD-SECTION
    start_client sssd "$1"
    run_document $page 'See it work'
    stop_client
    start_client nslcd "$2"
    run_document $page 'See it work'
}

serve
all_groups 'slapd.conf' 'slapd.conf'
groups_of_eve() { ldapsearch -x -LLL -H ldapi:/// -b dc=example,dc=com '(memberUid=eve)' cn | sed -n 's/^cn: //p' | sort | xargs; }
same 'company engineering eve' "$(groups_of_eve)" "the groups of eve"
# A circle of teams ends.
sql -c "INSERT INTO team_team SELECT p.id, t.id FROM team p, team t WHERE (p.name, t.name) = ('support', 'company')"
same 'company engineering eve support' "$(groups_of_eve)" "the groups of eve in a circle"
sql -c "DELETE FROM team_team WHERE team_id = (SELECT id FROM team WHERE name = 'support')"
stop_slapd

serve_converted slapd.conf 'RFC 2307bis'
all_groups 'RFC 2307bis' 'RFC 2307bis'
expect 0 ldapsearch -x -LLL -H ldapi:/// -b dc=example,dc=com '(cn=engineering)' memberUid member
same 3 "$(grep -c ^memberUid: <<<"$OUT")" "members by name"
same 3 "$(grep -c ^member: <<<"$OUT")" "members by DN"
# With the same server, RFC 2307 works too.
start_client sssd slapd.conf
run_document $page 'See it work'
stop_client
stop_slapd

serve 'RFC 2307bis' Nested
lacks "$(slapd-pgsql-check --brief /etc/ldap/slapd.conf)" 'CREATE INDEX'
all_groups 'RFC 2307bis' Nested

# Without PostgreSQL, SSSD answers from its cache.
start_client sssd 'RFC 2307bis'
run_document $page 'See it work'
stop_postgres
as_client sss_cache -E
run_document $page 'See it work'
expect 52 ldapsearch -x -H ldapi:/// -b dc=example,dc=com '(cn=company)'
