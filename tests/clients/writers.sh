# Starts a slapd with the manager's tables for clients that write, and has SSSD show what they wrote.
. "$(dirname "${BASH_SOURCE[0]}")/clients.sh"

base=dc=example,dc=com
SSSD_EXTRA=$'ldap_search_base = dc=example,dc=com\nldap_auth_disable_tls_never_use_in_production = true'

serve() { # SED-EXPRESSION…: slapd with the manager's tables, and SSSD
    [ -n "$POSTGRES" ] || { start_postgres; q 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ldap'; }
    { manager_conf; cat "$TESTS/data/writes.conf"; } | sed -E "$@" >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    settled
    not_logged writes-unusable
    start_sssd "$URI"
}
end_serving() { stop_sssd; stop_slapd; }

user() { q "SELECT \"uidNumber\", \"gidNumber\", cn, mail, \"homeDirectory\", \"loginShell\" FROM \"Users\" WHERE uid = '$1'"; }
group() { q "SELECT \"gidNumber\", (SELECT string_agg(uid, ' ' ORDER BY uid) FROM \"Users\" JOIN \"UserGroups\" ug USING (\"uidNumber\")
    WHERE ug.\"gidNumber\" = g.\"gidNumber\") FROM \"Groups\" g WHERE cn = '$1'"; }
sees() { # EXPECTED COMMAND…: SSSD, once it asks again
    in_sssd sss_cache -E
    same "$1" "$("${@:2}" 2>&1)" "what SSSD answers to ${*:2}"
}
groups_of() { in_sssd id -Gn "$1" | tr ' ' '\n' | sort | xargs; }

# A client that waits for a result or an answer forever fails the test.
bounded() { timeout $((20 * TIMEOUT_FACTOR)) "$@"; }

# An editor that needs no terminal: it applies the sed script $EDIT to its last argument. Nothing is written to the home directory.
sed_editor() {
    printf '%s\n' '#!/bin/bash' 'exec sed -i -E "$EDIT" "${@: -1}"' >"$T/editor"
    chmod 755 "$T/editor"
    export EDITOR=$T/editor VISUAL=$T/editor TERM=dumb HOME=$T
}
