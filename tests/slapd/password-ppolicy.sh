# slapd's overlay ppolicy decides which passwords are good enough, and logins work below it.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q 'GRANT UPDATE ON "Users" TO ldap' >/dev/null
mkdir "$T/policies"
{
    base_conf | sed '/^database config/,$d'
    printf '%s\n' 'moduleload back_mdb' 'moduleload ppolicy' 'database config' 'rootpw config' 'database mdb' 'suffix cn=policies' "directory $T/policies"
    manager_conf | sed -e '1,/^database pgsql/d' -e 's/"userPassword" AS password/&, "updatedAt" AS "pwdChangedTime", CASE "status" WHEN '"'suspended' THEN '000001010000Z'"' END AS "pwdAccountLockedTime"/' | sed '1i database pgsql'
    cat <<'END_OF_CONF'
pgsql-password-change users UPDATE "Users" SET "userPassword" = $1, "updatedAt" = now() WHERE "uid" = $2 AND "userPassword" = $3
pgsql-password-hash m=1024 t=1 p=1
access to attrs=userPassword by self =xw by * auth
access to * by * read
overlay ppolicy
ppolicy_default cn=default,cn=policies
END_OF_CONF
} >"$T/slapd.conf"
cat >"$T/policies.ldif" <<'END_OF_LDIF'
dn: cn=policies
objectClass: organizationalRole
cn: policies

dn: cn=default,cn=policies
objectClass: organizationalRole
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
pwdCheckQuality: 2
pwdMinLength: 10
pwdSafeModify: TRUE
pwdLockout: TRUE
pwdMaxFailure: 2
pwdMinAge: 3600
END_OF_LDIF
"${PRELOAD[@]}" slapadd -f "$T/slapd.conf" -b cn=policies -l "$T/policies.ldif" >"$T/slapadd.log" 2>&1 || fail "slapadd: $(<"$T/slapadd.log")"
start_slapd "$T/slapd.conf"
bind() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$2"; }
passwd() { # USER PASSWORD OPTIONS…: prints what ldappasswd says, its status is the result code
    local out status=0
    out=$(ldappasswd -x -e ppolicy -H "$URI" -D "uid=$1,$base" -w "$2" "${@:3}") || status=$?
    echo "$out"
    [[ ! $out =~ Result:.*\(([0-9]+)\) ]] || status=${BASH_REMATCH[1]}
    return "$status"
}

expect 0 bind bob bob-secret
expect 19 passwd bob bob-secret -a bob-secret -s short
contains "$OUT$ERR" "Password fails quality checking policy"
expect 0 bind bob bob-secret
expect 50 passwd bob bob-secret -s long-enough-it-is
contains "$OUT$ERR" "Must supply old password"
expect 49 passwd bob bob-secret -a bob-wrong -s long-enough-it-is
expect 0 passwd bob bob-secret -a bob-secret -s long-enough-it-is
expect 0 bind bob long-enough-it-is
expect 49 bind bob bob-secret

# The time of the last change comes from a column.
expect 19 passwd bob long-enough-it-is -a long-enough-it-is -s long-enough-again
contains "$OUT$ERR" "too young"
q "UPDATE \"Users\" SET \"updatedAt\" = now() - interval '2 hours'"
expect 0 passwd bob long-enough-it-is -a long-enough-it-is -s long-enough-again

# A generated one is too short for this policy. What is of no use is not shown.
expect 19 passwd carl carl-secret -a carl-secret
lacks "$OUT" "New password"
expect 0 bind carl carl-secret

# What needs memory, such as the count of failures, is not kept; logins go on.
for _ in 1 2 3 4; do expect 49 bind carl wrong; done
expect 0 bind carl carl-secret

# A lock that is in the database counts.
expect 49 bind dora dora-secret
q "UPDATE \"Users\" SET \"status\" = 'active' WHERE \"uid\" = 'dora'"
expect 0 bind dora dora-secret
