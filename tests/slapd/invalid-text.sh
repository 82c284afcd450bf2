# NUL bytes and invalid UTF-8 match nothing and cause no database error.
. "$(dirname "$0")/../lib.sh"
start_postgres
start_slapd - < <(manager_conf)
base=dc=example,dc=com

for filter in '(uid=ann\00)' '(uid=\00)' '(uid=a\00*)' '(uid=*\00*)' '(uid=\ff)' '(uid=ann\ff\fe)' '(uid=*\c3)' '(cn=\c3\28)' \
    '(uid=\ed\a0\80)' '(memberUid=a\00nn)' '(memberUid=\c3\a4)' '(memberUid=\ff)' '(homeDirectory=/home\00/ann)' \
    '(uidNumber=2000\00)' '(mail=\ff*)' '(&(objectClass=posixAccount)(uid=ann\00))' '(uid:caseExactMatch:=ann\00)'; do
    expect 0 search -b $base "$filter"
    same "" "$OUT" "entries of $filter"
done

# The rest of a filter still counts.
same "uid=ann,$base" "$(dns -b $base '(|(uid=ann)(uid=\ff)(uid=b\00ob))')" "ann or nonsense"

for rdn in 'uid=ann\00' 'uid=\00' 'uid=\ff' 'cn=\c3\28' 'uid=\ed\a0\80'; do
    status=0
    search -b "$rdn,$base" -s base >"$T/found" 2>&1 || status=$?
    [[ $status == 32 || $status == 34 ]] || fail "a base of $rdn gets $status, not noSuchObject or invalidDNSyntax"
    lacks "$(<"$T/found")" "uid: "
done

expect 21 ldapcompare -x -H "$URI" uid=ann,$base uid::/w==
status=0
ldapcompare -x -H "$URI" uid=ann,$base uid::YW5uAA== >/dev/null 2>&1 || status=$? # ann and a NUL
[[ $status == 5 || $status == 21 ]] || fail "comparing with a NUL gets $status"

lacks "$(<"$T/slapd.log")" "err=80"
lacks "$(<"$T/slapd.log")" "invalid byte sequence"
