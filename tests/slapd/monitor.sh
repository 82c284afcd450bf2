# cn=Monitor counts operations by kind and outcome, and obeys access rules.
. "$(dirname "$0")/../lib.sh"

monitored() { # CONF…: appends a cn=Monitor that only its own root and cn=admin may read
    cat "$@"
    echo 'database monitor
rootdn cn=monitoring,cn=Monitor
rootpw monitoring
access to dn.subtree=cn=Monitor by dn.exact=cn=admin,dc=example,dc=com read by * none'
}
watch() { search -D cn=monitoring,cn=Monitor -w monitoring "$@"; }
value() { watch -b cn=Databases,cn=Monitor '(olmPgSuffix=dc=example,dc=com)' "$1" | sed -n "s/^$1: //p"; }
# grows BY ATTRIBUTE COMMAND…: what COMMAND does to a count
grows() {
    local before
    before=$(value "$2")
    [ -n "$before" ] || fail "$2 is not there"
    "${@:3}" >/dev/null || true
    same "$((before + $1))" "$(value "$2")" "$2 after: ${*:3}"
}

start_postgres
start_slapd - < <(manager_conf | monitored -)
settled # its statements are counted, too
ready() { ldapsearch -x -LLL -o nettimeout=5 -H "$URI" -b dc=example,dc=com '(uid=.)' 1.1; } # as in slapd-pgsql-operations(7)
expect 0 ready

# ---- each kind and outcome
grows 1 olmPgSearchAnswered search -b dc=example,dc=com '(uid=ann)'
grows 1 olmPgSearchEmpty search -b dc=example,dc=com '(uid=nobody)'
grows 1 olmPgSearchRefused search -b uid=nobody,dc=example,dc=com
grows 1 olmPgSearchLimited search -z 1 -b dc=example,dc=com '(objectClass=posixAccount)'
grows 1 olmPgBindAnswered ldapwhoami -x -H "$URI" -D uid=ann,dc=example,dc=com -w ann-secret
grows 1 olmPgBindRefused ldapwhoami -x -H "$URI" -D uid=ann,dc=example,dc=com -w wrong
grows 1 olmPgCompareAnswered ldapcompare -x -H "$URI" uid=ann,dc=example,dc=com uid:ann
grows 1 olmPgCompareRefused ldapcompare -x -H "$URI" uid=nobody,dc=example,dc=com uid:ann
grows 1 olmPgPasswordChangeRefused ldappasswd -x -H "$URI" -D cn=admin,dc=example,dc=com -w admin -s new uid=ann,dc=example,dc=com
# one statement for a user, and one row
grows 1 olmPgStatements search -b dc=example,dc=com '(&(uid=ann)(objectClass=posixAccount))' uid
grows 1 olmPgRows search -b dc=example,dc=com '(&(uid=ann)(objectClass=posixAccount))' uid
same 8 "$(value olmPgPoolSize)" "the size of the pool"
same 0 "$(value olmPgPoolInUse)" "connections in use, when nothing is done"
same 0 "$(value olmPgAnonymousRunning)" "searches without a login, when nothing is done"
same 0 "$(value olmPgAnonymousWaiting)" "searches without a login that wait"

# ---- how long it took: the last bucket has all of them
searches=0
for outcome in Answered Empty Refused Limited Busy Unavailable Failed Abandoned; do searches=$((searches + $(value "olmPgSearch$outcome"))); done
same "inf $searches" "$(value olmPgSearchTime | tail -n 1)" "all searches, by time"
same 18 "$(value olmPgSearchTime | wc -l)" "bounds"
[ "$(value olmPgSearchTimeSum)" -gt 0 ] || fail "searches took no time"

# ---- all of it is in the manual
operation='^olmPg(Search|Bind|Compare|PasswordChange|Add|Modify|Rename|Delete)(Answered|Empty|Refused|Limited|Busy|Unavailable|Failed|Abandoned|Time|TimeSum)$'
shown=$(watch -b cn=Databases,cn=Monitor '(olmPgSuffix=dc=example,dc=com)' + | grep -o '^olmPg[A-Za-z]*' | sort -u)
[ "$(wc -l <<<"$shown")" -gt 50 ] || fail "there are too few attributes: $shown"
same "" "$(grep -vE "$operation" <<<"$shown" | grep -vxF -f <(grep -oE 'olmPg[A-Za-z]+' "$PROJECT/doc/slapd-pgsql-operations.7") || true)" \
    "attributes that the manual does not know"

# ---- as exporters read them: a counter an entry
counter() { watch -b cn=Monitor "(&(objectClass=monitorCounterObject)(cn=* $1))" monitorCounter | sed -n 's/^monitorCounter: //p'; }
same "$(value olmPgBindAnswered)" "$(counter olmPgBindAnswered)" "the counter of binds"
same "$searches" "$(counter 'olmPgSearchTime inf')" "the counter of all searches"
dn=$(watch -b cn=Monitor '(cn=* olmPgRows)' 1.1 | sed -n 's/^dn: //p')
contains "$dn" ',cn=PostgreSQL,cn=Monitor'
same "$(value olmPgRows)" "$(watch -s base -b "$dn" monitorCounter | sed -n 's/^monitorCounter: //p')" "a counter by its name"
expect 32 watch -s base -b 'cn=Database 2 olmPgNothing,cn=PostgreSQL,cn=Monitor'

# ---- a change of the directives
before=$(value olmPgSearchAnswered)
as_config ldapmodify >/dev/null <<'END'
dn: olcDatabase={1}pgsql,cn=config
changetype: modify
replace: olcPgPoolSize
olcPgPoolSize: 3
END
same 3 "$(value olmPgPoolSize)" "the size of the pool after the change"
same "$before" "$(value olmPgSearchAnswered)" "searches answered, after the change"
grows 1 olmPgSearchAnswered search -b dc=example,dc=com '(uid=ann)'

# ---- the database down: unavailable, and the counts can still be read
stop_postgres immediate
grows 1 olmPgSearchUnavailable search -b dc=example,dc=com '(uid=ann)'
grows 1 olmPgBindUnavailable ldapwhoami -x -H "$URI" -D uid=ann,dc=example,dc=com -w ann-secret
expect 52 ready

# ---- who may see it
same "" "$(search -b cn=Monitor '(olmPgSuffix=*)' '*' + || true)" "what anybody sees"
contains "$(search -D cn=admin,dc=example,dc=com -w admin -b cn=Monitor '(olmPgSuffix=*)' +)" olmPgSearchAnswered

# ---- whether a container is ready, when slapd itself is gone
stop_slapd
expect 255 ready
