# cn=Monitor counts cache hits, cached results, notifications and stale answers.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"

value() { search -b cn=Databases,cn=Monitor '(olmPgSuffix=dc=example,dc=com)' "$1" | sed -n "s/^$1: //p"; }
is() { [ "$(value "$1")" = "$2" ]; }
more() { [ "$(value "$1")" -gt "$2" ]; }

start_postgres
tell_of_changes '"Users"' '"Groups"' '"UserGroups"'
start_slapd - < <(manager_conf; printf '%s\n' 'pgsql-cache 16' 'pgsql-serve-stale 3600' 'pgsql-serve-stale-binds 3600' 'database monitor')
eventually 20 cache_used 1
is olmPgCacheListening 1 || fail "nobody listens"
# On a machine that has no time for us what is kept may become doubtful, so that more than one search may be needed.
known() { expect 0 search -b dc=example,dc=com '(uid=ann)' cn; more olmPgCacheHits "$hits"; }
hits=$(value olmPgCacheHits)
eventually 10 known
more olmPgCacheMisses 0 || fail "there is a hit, but no miss"
more olmPgCacheEntries 0 || fail "nothing is kept"
more olmPgCacheBytes 100 || fail "what is kept occupies nothing"

changes=$(value olmPgCacheChanges)
q "UPDATE \"Users\" SET cn = 'Ann Again' WHERE uid = 'ann'"
eventually 10 more olmPgCacheChanges "$changes"
expect 0 search -b dc=example,dc=com '(uid=ann)' cn
expect 0 ldapwhoami -x -H "$URI" -D uid=ann,dc=example,dc=com -w ann-secret
same "0 0" "$(value olmPgStaleAnswers) $(value olmPgStaleBinds)" "stale answers and logins, with the database there"

stop_postgres immediate
eventually 20 is olmPgCacheListening 0
expect 0 search -b dc=example,dc=com '(uid=ann)' cn
more olmPgStaleAnswers 0 || fail "the stale answer was not counted"
expect 0 ldapwhoami -x -H "$URI" -D uid=ann,dc=example,dc=com -w ann-secret
more olmPgStaleBinds 0 || fail "the login was not counted"
same "$(value olmPgStaleAnswers)" \
    "$(search -b cn=Monitor '(cn=* olmPgStaleAnswers)' monitorCounter | sed -n 's/^monitorCounter: //p')" "the counter"
