# rights.sh: turns a configuration into a role that has what slapd-pgsql-check --grants gives it, and nothing else.
. "$TESTS/lib/check.sh"

psql_as_admin() { "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X "$@"; }

# Everybody's rights would hide those of the role.
take_everybodys_rights() { # SCHEMA…
    local schema
    q 'REVOKE ALL ON DATABASE manager FROM PUBLIC'
    for schema; do q "REVOKE ALL ON SCHEMA $schema FROM PUBLIC"; done
}

# Writes the script to $T/grants.sql, asked for by an administrator, and makes the role `directory` by it.
make_directory_role() { # CONF: with pgsql-uri of ldap
    sed 's|ldap:ldap@|directory:pass@|' "$1" >"$T/directory.conf"
    checked 0 --grants --uri "host=$T/pg port=$PGPORT user=postgres" "$T/directory.conf"
    printf '%s\n' "$OUT" >"$T/grants.sql"
    expect 0 psql_as_admin -f "$T/grants.sql" manager
    q "ALTER ROLE directory PASSWORD 'pass'"
}

everything() { search -b dc=example,dc=com "$@" '*' + | grep . | sort; }

# Without any single right of the script, and any single column in it, slaptest finds fault.
each_grant_is_needed() {
    local right
    while read -r right; do
        psql_as_admin -q -v ON_ERROR_STOP=1 manager <<<"REVOKE ${right/ TO / FROM }"
        if [[ $right == *" ON DATABASE "* ]]; then
            ! PGPASSWORD=pass "$POSTGRES_BIN/psql" -h 127.0.0.1 -p "$PGPORT" -U directory -X -c '' manager 2>/dev/null || fail "not needed: $right"
        else
            tested 1 "$T/directory.conf"
            contains "$OUT" "GRANT $right"
        fi
        psql_as_admin -q -v ON_ERROR_STOP=1 manager <<<"GRANT $right"
    done < <(sed -nE 's/^GRANT ([^(]*|EXECUTE .*) TO "directory";$/\1 TO directory/p' "$T/grants.sql" | grep -v '^TEMPORARY'
        q "SELECT DISTINCT format('%s (%I) ON %I.%I TO directory', privilege_type, column_name, table_schema, table_name)
           FROM information_schema.column_privileges p WHERE grantee = 'directory' AND NOT EXISTS (SELECT FROM information_schema.table_privileges t
           WHERE (t.grantee, t.table_schema, t.table_name, t.privilege_type) = ('directory', p.table_schema, p.table_name, p.privilege_type))")
    tested 0 "$T/directory.conf"
}

tested() { # STATUS CONF: $OUT is what slaptest says
    local status=0
    OUT=$(timeout 60 "${PRELOAD[@]}" slaptest -f "$2" 2>&1) || status=$?
    same "$1" "$status" "the status of slaptest ($OUT)"
}
