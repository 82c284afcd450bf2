# slaptest fails if PostgreSQL rejects a query, but not if it is unreachable.
. "$(dirname "$0")/../lib.sh"
start_postgres
tested() { # STATUS, the configuration on standard input: $OUT is what slaptest says
    local expected=$1 status=0
    cat >"$T/slapd.conf"
    OUT=$(timeout 60 "${PRELOAD[@]}" slaptest -f "$T/slapd.conf" 2>&1) || status=$?
    same "$expected" "$status" "the status of slaptest ($OUT)"
}

tested 0 < <(manager_conf)
same "config file testing succeeded" "$OUT" "what is said of a good configuration"

tested 1 < <(manager_conf | sed 's/FROM "Groups" g$/FROM "Grups" g/')
contains "$OUT" '[config-refused] pgsql-list groups: PostgreSQL refuses the query: ERROR:  relation "Grups" does not exist'
lacks "$OUT" succeeded
tested 1 < <(manager_conf | sed '/^pgsql-list users/,/^pgsql-lookup/s/AS uid_number/AS number/')
contains "$OUT" '[config-refused] pgsql-list users: the query returns no column "uid_number" for uidNumber'
q 'REVOKE SELECT ON "Groups" FROM ldap'
tested 1 < <(manager_conf)
contains "$OUT" 'permission denied for table Groups'
q 'GRANT SELECT ON "Groups" TO ldap'

# Remarks do not fail it.
tested 0 < <(manager_conf | sed '/^pgsql-list users/,/^pgsql-lookup/s/AS first_name/AS nickname/')
contains "$OUT" '[column-unused] pgsql-list users: the column "nickname"'

# Without looking at the databases: slapd's own option.
manager_conf | sed 's/FROM "Groups" g$/FROM "Grups" g/' >"$T/broken.conf"
OUT=$("${PRELOAD[@]}" slaptest -u -f "$T/broken.conf" 2>&1)
same "config file testing succeeded" "$OUT" "slaptest -u"

# Down, or silent: reported within the time that an operation has.
manager_conf >"$T/good.conf"
stop_postgres
tested 0 <"$T/good.conf"
contains "$OUT" 'cannot connect'
contains "$OUT" '[queries-untested]'
contains "$OUT" succeeded
start_postgres
freeze_postgres
within 15 tested 0 <"$T/good.conf"
contains "$OUT" '[queries-untested]'
thaw_postgres
