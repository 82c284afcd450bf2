# ppolicy, lastbind and dds store in columns; without a column clients are refused.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/overlays.sh"
start_postgres
staff_with_more
column() { q "SELECT $1 FROM staff WHERE login = '$2'"; } # COLUMN NAME

# The time of the last login, by the overlay and by slapd itself.
for line in 'authTimestamp overlay lastbind' 'pwdLastSuccess lastbind on'; do
    attribute=${line%% *}
    with_overlay lastbind "state AS \"$attribute\"" "${line#* }"
    logins 49 clerk wrong
    same '' "$(column state clerk)" "the time after a refused login"
    logins 0 clerk clerk-secret
    contains "$(column state clerk)" "$(date -u +%Y)"
    contains "$(search -b "uid=clerk,ou=staff,$base" "$attribute")" "$attribute: $(column state clerk)"
    with_overlay lastbind '' "${line#* }" # without a column
    logins 0 clerk clerk-secret
    same '' "$(column state clerk)" "the time without a column"
done

# Entries that expire.
q 'CREATE TABLE guests (login text PRIMARY KEY, surname text, shown text, seconds int, until text); GRANT SELECT, INSERT, UPDATE, DELETE ON guests TO ldap'
OURS='pgsql-kind guests container=ou=guests rdn=uid class=top,inetOrgPerson,dynamicObject
pgsql-list guests SELECT login AS uid, surname AS sn, shown AS cn, seconds AS "entryTtl", until AS "entryExpireTimestamp" FROM guests
pgsql-write guests operations=add,modify,delete' with_overlay dds '' 'overlay dds
dds-default-ttl 1d
dds-min-ttl 1
dds-interval 1'
expect 0 limited ldapadd -x -H "$URI" -D "cn=admin,$theirs" -w admin <<<"dn: ou=guests,$theirs
objectClass: organizationalUnit
ou: guests"
guest() { sed 's/ou=staff/ou=guests/; s/^objectClass:.*/&\nobjectClass: dynamicObject/'; }
both 0 "$(person tom | guest)"
contains "$(q 'SELECT seconds, until FROM guests')" '86400|20'
both 65 "$(entry tom 'delete: objectClass' 'objectClass: dynamicObject' | guest)"
for suffix in "$theirs" "$base"; do
    expect 0 limited ldapexop -x -H "$URI" -D "cn=admin,$suffix" -w admin refresh "uid=tom,ou=guests,$suffix" 1
    same 'newttl=1' "$OUT" "the new time to live"
done
expired() { [ "$(q 'SELECT count(*) FROM guests')" = 0 ]; }
eventually 10 expired
both 65 "$(entry clerk 'add: objectClass' 'objectClass: dynamicObject')"
ours 53 "$(person kim | sed 's/^objectClass:.*/&\nobjectClass: dynamicObject/')" # of a kind without the class

BEFORE="database mdb
suffix cn=policies
rootdn cn=policies
rootpw admin
directory $T/logs/ours"
with_policy() { # COLUMNS LINE…: ppolicy with these lines of a policy
    with_overlay ppolicy "$1" 'lastbind on
overlay ppolicy
ppolicy_default cn=default,cn=policies
ppolicy_use_lockout'
    expect 0 limited ldapadd -x -H "$URI" -D cn=policies -w admin <<<"dn: cn=policies
objectClass: organizationalRole
cn: policies

dn: cn=default,cn=policies
objectClass: organizationalRole
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
$(printf '%s\n' "${@:2}")"
}
by() { WHO=uid=$1,ou=staff PASSWORD=$1-secret; } # NAME

with_policy '' 'pwdCheckQuality: 2' 'pwdMinLength: 5' 'pwdLockout: TRUE' 'pwdMaxFailure: 2' 'pwdSafeModify: TRUE' 'pwdInHistory: 2'
by clerk
both 19 "$(person ann 'userPassword: abc')"
both 0 "$(person ann 'userPassword: ann-secret')"
by ann
both 50 "$(entry ann 'replace: userPassword' 'userPassword: ann-second')"
both 19 "$(entry ann 'delete: userPassword' 'userPassword: ann-secret' - 'add: userPassword' 'userPassword: x')"
both 0 "$(entry ann 'delete: userPassword' 'userPassword: ann-secret' - 'add: userPassword' 'userPassword: ann-second')"
logins 0 ann ann-second
# Without a column for them failures are not remembered.
for ((i = 0; i < 3; ++i)); do logins 49 ann wrong; done
expect 0 limited ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w ann-second
# A lock or a reset that would have no effect is refused.
by clerk
for change in 'pwdAccountLockedTime: 000001010000Z' 'pwdReset: TRUE' 'pwdPolicySubentry: cn=default,cn=policies'; do
    ours 53 "$(entry ann "replace: ${change%%:*}" "$change")"
    contains "$ERR" "${change%%:*}: the database has no place for this attribute"
done
both 19 "$(entry ann 'replace: pwdFailureTime' 'pwdFailureTime: 20260101000000Z')"

with_policy 'locked AS "pwdAccountLockedTime", changed AS "pwdChangedTime", state AS "pwdReset", seen AS "pwdLastSuccess"' \
    'pwdLockout: TRUE' 'pwdMinAge: 3600' 'pwdMaxAge: 7200' 'pwdMaxIdle: 86400'
by clerk
both 0 "$(person ann 'userPassword: ann-secret')"
contains "$(column changed ann)" "$(date -u +%Y)"
both 19 "$(entry ann 'replace: userPassword' 'userPassword: again')"
both 0 "$(entry ann 'replace: pwdAccountLockedTime' 'pwdAccountLockedTime: 000001010000Z')"
logins 49 ann ann-secret
both 0 "$(entry ann 'delete: pwdAccountLockedTime')"
logins 0 ann ann-secret
q "UPDATE staff SET seen = '20200101000000Z' WHERE login = 'ann'" # no login for years
expect 49 limited ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w ann-secret
q "UPDATE staff SET seen = NULL WHERE login = 'ann'"
both 0 "$(entry ann 'replace: pwdReset' 'pwdReset: TRUE')"
same TRUE "$(column state ann)" "the reset in the row"
both 0 "$(entry ann 'replace: userPassword' 'userPassword: again')"
same '' "$(column state ann)" "the reset after a change"
# An old password is refused.
q "UPDATE staff SET changed = '20200101000000Z', seen = to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS\"Z\"') WHERE login = 'ann'"
expect 49 limited ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w again

# With a column for the failures, too many of them lock the account until the administrator unlocks it.
with_policy 'locked AS "pwdAccountLockedTime", times AS "pwdFailureTime", changed AS "pwdChangedTime"' 'pwdLockout: TRUE' 'pwdMaxFailure: 3' 'pwdMaxAge: 7200'
by clerk
both 0 "$(person ann 'userPassword: ann-secret')"
logins 49 ann wrong
same 1 "$(q "SELECT cardinality(times) FROM staff WHERE login = 'ann'")" "the failures in the row"
logins 0 ann ann-secret
same '' "$(q "SELECT times[1] FROM staff WHERE login = 'ann'")" "the failures after a login"
for ((i = 0; i < 3; ++i)); do logins 49 ann wrong; done
logins 49 ann ann-secret
contains "$(column locked ann)" "$(date -u +%Y)"
both 0 "$(entry ann 'delete: pwdAccountLockedTime')"
logins 0 ann ann-secret
q "UPDATE staff SET changed = '20200101000000Z' WHERE login = 'ann'" # an old password
expect 49 limited ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w ann-secret
# A login with an old password is possible so often, and one with a reset password is for a new password only.
with_policy 'times AS "pwdGraceUseTime", changed AS "pwdChangedTime", state AS "pwdReset"' 'pwdMaxAge: 7200' 'pwdGraceAuthnLimit: 1' 'pwdMustChange: TRUE'
by clerk
both 0 "$(person ann 'userPassword: ann-secret')"
q "UPDATE staff SET changed = '20200101000000Z', state = NULL WHERE login = 'ann'"
expect 0 limited ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w ann-secret
same 1 "$(q "SELECT cardinality(times) FROM staff WHERE login = 'ann'")" "the logins with an old password"
expect 49 limited ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w ann-secret
both 0 "$(entry ann 'replace: userPassword' 'userPassword: ann-secret' - 'replace: pwdReset' 'pwdReset: TRUE')"
same TRUE "$(column state ann)" "the reset after a change by the administrator"
expect 50 limited ldapsearch -x -H "$URI" -D "uid=ann,ou=staff,$base" -w ann-secret -b "uid=ann,ou=staff,$base" -s base 1.1
