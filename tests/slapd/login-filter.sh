# A row refused by the login filter or shadowExpire is found but cannot log in.
. "$(dirname "$0")/../lib.sh"
start_postgres -c log_statement=all
base=dc=example,dc=com
bind() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$1-secret"; }
state() { q "UPDATE \"Users\" SET \"status\" = '$2' WHERE \"uid\" = '$1'"; }

# The four queries as they are: the condition brings what they do not return.
{ manager_conf; echo "pgsql-login-filter users username IN (SELECT \"uid\" FROM \"Users\" WHERE \"status\" = 'active')"; } >"$T/filtered.conf"
start_slapd "$T/filtered.conf"
settled # its own questions are not counted below
expect 0 bind bob
expect 49 bind dora
log_has "dn=\"uid=dora,$base\""
log_has 'denied by pgsql-login-filter users: username IN'
expect 49 bind eve # pending
same 10 "$(dns -b $base '(objectClass=posixAccount)' | wc -l)" "users that searches find"
expect 6 ldapcompare -x -H "$URI" "uid=dora,$base" uid:dora

# It is looked at with every login, in the statement that reads the hash.
state dora active
expect 0 bind dora
: >"$T/pg/postgres.log"
state bob suspended
expect 49 bind bob
same 1 "$(grep -c 'execute ' "$T/pg/postgres.log")" "statements for a login"
statement=$(grep -A 1 'execute ' "$T/pg/postgres.log")
contains "$statement" 'e."password", ((username IN (SELECT "uid"'
contains "$statement" '"userPassword" AS password'
state bob active

# Hidden: not there for anybody, and still told apart in the log.
stop_slapd
q 'UPDATE "Users" SET "gidNumber" = 2003, "status" = $$suspended$$ WHERE "uid" = $$dora$$; UPDATE "Users" SET "status" = $$pending$$ WHERE "uid" = $$fay$$'
{ cat "$T/filtered.conf"; echo pgsql-hide-denied on; } >"$T/hidden.conf"
start_slapd "$T/hidden.conf"
same "ann bob carl gus hal ivy jan" "$(dns -b $base '(objectClass=posixAccount)' | sed 's/uid=\([a-z]*\),.*/\1/' | xargs)" "users that are shown"
for filter in '(uid=dora)' '(uidNumber=2003)' '(mail=dora@example.com)' '(cn=fay)' '(gidNumber=2005)' '(memberUid=fay)'; do
    same "" "$(dns -b $base "$filter")" "what $filter shows"
done
expect 32 search -b "uid=dora,$base" -s base
expect 32 ldapcompare -x -H "$URI" "uid=dora,$base" uid:dora
same "memberUid: ann
memberUid: bob
memberUid: carl
memberUid: hal
memberUid: ivy
memberUid: jan" "$(search -b $base '(cn=ldapusers)' memberUid | grep ^member | sort)" "members of a group"
: >"$T/slapd.log"
expect 49 bind dora
log_has 'denied by pgsql-login-filter users: '
expect 0 bind bob
stop_slapd

# A boolean column; what is unknown is not true. shadowExpire is the day that is too late.
q 'ALTER TABLE "Users" ADD may_log_in boolean DEFAULT true, ADD expires text; UPDATE "Users" SET may_log_in = NULL WHERE "uid" = $$carl$$;
   UPDATE "Users" SET may_log_in = false WHERE "uid" = $$gus$$'
manager_conf | sed 's/"userPassword" AS password/&, may_log_in, expires AS "shadowExpire"/' >"$T/column.conf"
echo 'pgsql-login-filter users may_log_in' >>"$T/column.conf"
: >"$T/slapd.log"
start_slapd "$T/column.conf"
not_logged column-unused may_log_in
expect 0 bind bob
expect 49 bind carl
expect 49 bind gus
today=$(($(date +%s) / 86400))
expires() { q "UPDATE \"Users\" SET expires = $1 WHERE \"uid\" = 'bob'"; }
for day in "'$((today + 1))'" "'0'" "'-1'" NULL "''" "'99999999999999999999'"; do
    expires "$day"
    expect 0 bind bob
done
for day in "$today" $((today - 400)) 1; do
    expires "'$day'"
    expect 49 bind bob
done
log_has 'reason="account expired (shadowExpire)"'
contains "$(search -b $base '(uid=bob)' shadowExpire)" "shadowExpire: 1"
expires "'soon'"
expect 49 bind bob
log_has 'reason="invalid shadowExpire"'

# In cn=config it comes and goes; a database that has changed under it is an error, and admits no one.
stop_slapd
mkdir "$T/slapd.d"
"${PRELOAD[@]}" slaptest -f "$T/filtered.conf" -F "$T/slapd.d" >/dev/null 2>&1 || fail "slaptest"
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { printf '%s\n' "dn: $database" "changetype: modify" "$@" | as_config ldapmodify; }
expect 49 bind dora
expect 0 change "delete: olcPgLoginFilter"
expect 0 bind dora
# A comment ends with its line; one that extends to the end of the query could hide a condition.
expect 80 change "add: olcPgLoginFilter" "olcPgLoginFilter: users full_name <> 'Dora Draper' -- she is on leave"
contains "$ERR" "extends to the end of the query"
expect 0 change "add: olcPgLoginFilter" "olcPgLoginFilter:: $(base64 -w0 <<<$'users full_name <> \'Dora Draper\' -- she is on leave\n AND true')"
expect 49 bind dora
expect 0 bind bob
expect 0 change "add: olcPgHideDenied" "olcPgHideDenied: TRUE"
same "" "$(dns -b $base '(uid=dora)')" "dora, hidden"
expect 0 change "replace: olcPgLoginFilter" "olcPgLoginFilter: users username IN (SELECT \"uid\" FROM \"Users\" WHERE \"status\" = 'active')"
expect 0 bind bob
q 'ALTER TABLE "Users" RENAME "status" TO state'
expect 80 bind bob
expect 80 bind dora
logged kind-unusable 'pgsql-login-filter users: PostgreSQL refuses the condition'

# What cannot be a login filter.
for wrong in 'users full_name' 'users nosuch = 1' 'users 1'; do
    expect 0 change "replace: olcPgLoginFilter" "olcPgLoginFilter: $wrong"
    expect 80 bind bob
done
logged kind-unusable 'it may use what pgsql-list users returns: "username", "uid_number"'
expect 80 change "replace: olcPgLoginFilter" "olcPgLoginFilter: users username = ?"
contains "$ERR" "the condition has 1 parameters"
expect 80 change "replace: olcPgLoginFilter" "olcPgLoginFilter: users true" "olcPgLoginFilter: users false"
contains "$ERR" "already has a login filter"
expect 80 change "replace: olcPgLoginFilter" "olcPgLoginFilter: users username = 'open"
contains "$ERR" "the condition cannot be parsed"
expect 80 change "replace: olcPgLoginFilter" "olcPgLoginFilter: people true"
expect 49 ldapwhoami -x -H "$URI" -D "uid=nosuch,ou=x,$base" -w x # and slapd goes on
