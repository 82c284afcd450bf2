# An unreachable database causes an error within the deadline, never an empty result.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
manager_conf >"$T/slapd.conf"
login() { ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w "$1"; }
right() { same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann${1:+ $1}"; }
# What every failure must look like from outside.
away() { # WITHIN-SECONDS
    for filter in '(uid=ann)' '(memberUid=ann)' '(objectClass=posixAccount)' '(uid=nosuch)'; do
        within "$1" expect 52 search -b $base "(&$filter(!(objectClass=organization)))"
        same "" "$OUT" "entries of $filter"
    done
    within "$1" expect 52 search -b "uid=ann,$base" -s base
    within "$1" expect 52 login bob-secret
    within "$1" expect 52 ldapcompare -x -H "$URI" "uid=ann,$base" uid:ann
    # What needs no database is there all the same.
    same "$base" "$(dns -b $base -s base)" "the base entry"
    contains "$(search -b '' -s base namingContexts)" "namingContexts: $base"
    expect 0 ldapwhoami -x -H "$URI" -D "cn=admin,$base" -w admin
}

back() { eventually 10 search -b $base '(uid=ann)'; } # noticed by itself, half a second later at most

stop_postgres
start_slapd "$T/slapd.conf" # starts without its database, and says so
logged queries-untested
away 1
start_postgres
back
right "after the database has come"
expect 0 login bob-secret
expect 49 login wrong

# A restart leaves dead sessions in the pool; nobody notices them.
restart_postgres
right "after a restart"
restart_postgres immediate
right "after a crash"
kill_backends >/dev/null
right "after the sessions were killed"

stop_postgres
within 3.6 expect 52 search -b $base '(uid=ann)' # it could have come back
away 1
start_postgres
back
right "again"

freeze_postgres
within 3.6 expect 52 search -b $base '(uid=ann)'
same "" "$OUT" "entries of a frozen database"
within 3.6 expect 52 login bob-secret
thaw_postgres
back
right "after the thaw"
expect 0 login bob-secret
