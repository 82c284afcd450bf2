# The cache can be enabled and disabled online, also with a lifetime only.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"
start_postgres -c log_statement=all
base=dc=example,dc=com
refuses() { { manager_conf; printf '%s\n' "${@:2}"; } >"$T/refused.conf"; refused "$T/refused.conf" "$1"; }
refuses "pgsql-cache-notify off requires pgsql-cache-ttl" "pgsql-cache 16" "pgsql-cache-notify off"
refuses "expected a number of MiB between 0 and 1048576" "pgsql-cache 16M"
refuses "expected a number of seconds between 0.1 and 604800" "pgsql-cache-ttl 0"
refuses "expected on or off" "pgsql-cache-notify perhaps"
refuses "expected a number of seconds between 0 and 604800" "pgsql-serve-stale -1"
refuses "expected a number of seconds between 0 and 604800" "pgsql-serve-stale-binds always"

tell_of_changes '"Users"' '"Groups"' '"UserGroups"'
mkdir "$T/slapd.d"
manager_conf >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { printf '%s\n' "dn: $database" "changetype: modify" "$@" | as_config ldapmodify; }
expect 0 search -b $base '(uid=ann)' cn
costs_statements -b $base '(uid=ann)' cn
expect 0 change "add: olcPgCache" "olcPgCache: 16"
expect 0 search -b $base '(uid=ann)' cn # the queries are looked at with the first search
eventually 20 cache_used 1
costs_nothing -b $base '(uid=ann)' cn
expect 0 change "delete: olcPgCache"
costs_statements -b $base '(uid=ann)' cn
costs_statements -b $base '(uid=ann)' cn
expect 80 change "add: olcPgCacheNotify" "olcPgCacheNotify: FALSE"

# By age alone: no session listens, and a change shows when the answers are too old.
expect 0 change "add: olcPgCache" "olcPgCache: 16" "-" "add: olcPgCacheNotify" "olcPgCacheNotify: FALSE" "-" "add: olcPgCacheTtl" "olcPgCacheTtl: 600"
costs_nothing -b $base '(uid=ann)' cn
q "UPDATE \"Users\" SET cn = 'Ann Again' WHERE uid = 'ann'"
contains "$(search -b $base '(uid=ann)' cn)" "cn: Ann Archer"
expect 0 change "replace: olcPgCacheTtl" "olcPgCacheTtl: 1"
contains "$(search -b $base '(uid=ann)' cn)" "cn: Ann Again" # a new configuration begins with nothing
q "UPDATE \"Users\" SET cn = 'Ann Archer' WHERE uid = 'ann'"
eventually 5 eval "search -b $base '(uid=ann)' cn | grep -q 'cn: Ann Archer'"
