# The configurations in the documents run with the rights that are generated for them.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/rights.sh"
start_postgres
here() { sed "s|postgres://[^ \"]*|postgres://ldap:ldap@127.0.0.1:$PGPORT/manager|"; }
base=dc=example,dc=com
take_everybodys_rights public
q 'GRANT TEMPORARY ON DATABASE manager TO PUBLIC' # for slaptest to name columns
served() { # WHAT: by the role that only the script has made
    make_directory_role "$T/slapd.conf"
    tested 0 "$T/directory.conf"
    start_slapd "$T/directory.conf"
    same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann in $1"
    expect 0 ldapwhoami -x -H "$URI" -D uid=ann,$base -w ann-secret
    expect 0 search -b $base '*' +
    settled
    lacks "$(<"$T/slapd.log")" 'permission denied'
    each_grant_is_needed
    stop_slapd
}

{ base_conf | grep -v '^moduleload'; sed -n '/^moduleload/,/^```/p' "$PROJECT/README.md" | grep -v '^```' | here; } >"$T/slapd.conf"
served "the README's directory"
lacks "$(<"$T/grants.sql")" givenName # which the manager's queries have, and the README's do not
expect 0 psql_as_admin -f - manager < <(checked 0 --revoke "$T/directory.conf" && printf '%s\n' "$OUT")

awk '/^```/ { open = !open; first = open; shown = 0; next } first { shown = /^LDAP_BASE_DN=/; first = 0 } open && shown' "$PROJECT/doc/getting-started.md" >"$T/variables"
need perl
expect 0 env BACK_PGSQL_MODULE="$MODULE" STATE_DIR="$T/state" SLAPD_USER="$(id -un)" LDAP_UNENCRYPTED=true \
    perl "$PROJECT/packaging/slapd-from-env" --env-file "$T/variables" --print
printf '%s\n' "$OUT" | here | grep -vE '^(pidfile|argsfile)' >"$T/slapd.conf"
served "the variables of getting-started.md"
