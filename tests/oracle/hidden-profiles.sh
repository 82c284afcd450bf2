# hidden-profiles.sh: turns a profile into a directory with hidden rows and one without these rows, and requests sent to both.

list_of_users() { sed 's/"userPassword" AS password/&, boss, secretary/'; }
roles() {
    cat <<'CONF'
pgsql-kind roles container=ou=roles rdn=cn class=top,groupOfNames
pgsql-values roles member SELECT role AS cn, dn FROM role_members
CONF
}

# Members follow from the groups-by-member lookup.
lookups_directory() { manager_directory; }

# Members come from queries of values, by name and by DN; a lookup by DN; a superior by a template.
values_directory() {
    manager_directory | list_of_users
    roles
    cat <<'CONF'
pgsql-values groups memberUid SELECT g."cn" AS name, u."uid" AS member FROM "Groups" g JOIN "UserGroups" USING ("gidNumber") JOIN "Users" u USING ("uidNumber")
  UNION SELECT team, who FROM typed_members
pgsql-list roles SELECT name AS cn, number FROM roles
pgsql-lookup roles member SELECT name AS cn, number FROM roles JOIN role_members ON role = name WHERE dn = ?
pgsql-attribute users manager default="uid={boss},ou=people,dc=example,dc=com"
CONF
}

# Members are in columns: arrays, JSON and text.
columns_directory() {
    local groups='SELECT g."cn" AS name, g."gidNumber" AS gid_number, array(SELECT u."uid"::text FROM "UserGroups" ug JOIN "Users" u USING ("uidNumber")
        WHERE ug."gidNumber" = g."gidNumber" UNION SELECT who FROM typed_members WHERE team = g."cn") AS member_uids FROM "Groups" g'
    manager_directory | list_of_users | sed '/^pgsql-list groups/,/^pgsql-kind users/{/^pgsql-kind users/!d}'
    cat <<CONF
pgsql-list groups $groups
pgsql-kind roles container=ou=roles rdn=cn class=top,groupOfNames
pgsql-list roles SELECT name AS cn, (SELECT json_agg(dn) FROM role_members WHERE role = name) AS member,
  array(SELECT dn FROM role_members WHERE role = name AND number % 2 = 0) AS owner FROM roles
pgsql-attribute groups description default="{name} of many"
pgsql-attribute users uid compare=any
CONF
}

login_filters() {
    cat <<'CONF'
pgsql-login-filter users username NOT IN (SELECT uid FROM hidden_users)
pgsql-login-filter groups name NOT IN (SELECT cn FROM hidden_groups)
pgsql-hide-denied on
CONF
}

# The database manager, where rows are hidden, and the database without, which does not have them.
hidden_data() {
    as_superuser postgres -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS without WITH (FORCE)'
    data odd hidden
    as_superuser manager -c "INSERT INTO hidden_users SELECT \"uid\" FROM \"Users\" WHERE hashtext(\"uid\" || '$seed') % 3 = 0;
        INSERT INTO hidden_groups SELECT \"cn\" FROM \"Groups\" WHERE hashtext(\"cn\" || '$seed') % 4 = 0; ANALYZE"
    as_superuser postgres -c 'CREATE DATABASE without TEMPLATE manager'
    as_superuser without -c 'DELETE FROM "Users" WHERE "uid" IN (TABLE hidden_users); DELETE FROM "Groups" WHERE "cn" IN (TABLE hidden_groups);
        DELETE FROM typed_members WHERE target IN (TABLE hidden_users); DELETE FROM role_members WHERE target IN (TABLE hidden_users);
        DELETE FROM role_members WHERE substring(dn FROM $$^cn=(.*),ou=groups,dc=example,dc=com$$) IN (TABLE hidden_groups);
        UPDATE "Users" SET boss = NULL WHERE boss IN (TABLE hidden_users); UPDATE "Users" SET secretary = NULL WHERE assistant IN (TABLE hidden_users)'
}

run_hidden() { # PROFILE MODE
    local ours port other without count status=0
    "$1_directory" >"$T/all.conf"
    URI=
    LOG_LEVEL=none start_slapd "$T/all.conf" # what there is to ask for
    dump >"$T/all.ldif"
    stop_slapd
    [ "$(grep -c '^dn:' "$T/all.ldif")" -gt 60 ] || fail "there is hardly anything to search in"
    {
        cat "$T/all.conf"
        case $2 in
            cached) printf '%s\n' 'pgsql-cache 64' 'pgsql-cache-notify off' 'pgsql-cache-ttl 3600' ;;
            stale) printf '%s\n' 'pgsql-serve-stale 3600' 'pgsql-timeout 0.2' 'pgsql-connect-timeout 0.1' ;;
        esac
    } >"$T/mode.conf"
    sed 's|/manager$|/without|' "$T/mode.conf" >"$T/without.conf"
    { cat "$T/mode.conf"; login_filters; } >"$T/hidden.conf"
    LOG_LEVEL=${LOG_LEVEL:-none} start_slapd "$T/hidden.conf"
    ours=$URI
    free_port port
    without=ldap://127.0.0.1:$port
    setpriv --pdeathsig TERM -- "${PRELOAD[@]}" slapd -h "$without" -f "$T/without.conf" -d 0 >"$T/without.log" 2>&1 &
    other=$!
    eventually 10 ldapsearch -x -H "$without" -b '' -s base
    count=${COUNT:-$([ "$2" = plain ] && echo 1000 || echo 300)}
    echo "profile $1, $2: $(grep -c '^dn:' "$T/all.ldif") entries, $(q 'SELECT count(*) FROM hidden_users') users and $(q 'SELECT count(*) FROM hidden_groups') groups hidden"
    requests() { COMPARES=0.3 perl "$TESTS/oracle/random.pl" "$without" "$ours" "$T/all.ldif" "$count" "$seed" "${WORKERS:-2}" "${FIRST:-1}" || status=1; }
    requests
    if [ "$2" != plain ]; then
        [ "$2" != stale ] || stop_postgres
        requests # the same, from what is kept
        [ -n "$POSTGRES" ] || start_postgres
    fi
    kill "$other" && wait "$other" 2>/dev/null || true
    stop_slapd
    return $status
}
