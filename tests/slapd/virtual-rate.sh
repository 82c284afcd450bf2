# So many unknown names as the rate permits are registered, and cn=Monitor counts them.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/admission.sh"
start_postgres
virtual_users_table
q 'GRANT virtual_users_read, virtual_users_admit TO ldap'
base=dc=example,dc=com
{
    admission_conf 'pgsql-virtual-rate 5/3600'
    printf '%s\n' 'database monitor' "access to * by dn.exact=\"uid=ann,$base\" read by * none"
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
counted() { as_ann -b cn=Databases,cn=Monitor "(olmPgSuffix=$base)" "olmPgVirtual$1" | sed -n "s/^olmPgVirtual$1: //p"; }
count() { q 'SELECT count(*) FROM virtual_users'; }

# Names that other guards refuse do not count, and neither do those that are registered.
for n in {0..9}; do
    same "" "$(admitted "(uid=foosvc$n$n)")" "a name that does not match"
    same "" "$(found "(uid=early$n)")" "what a client without access finds"
done
same uid=name0 "$(admitted '(uid=name0)')" "the first name"
for _ in {0..9}; do same uid=name0 "$(admitted '(uid=name0)')" "the first name once more"; done

# Of 40 names at a time, 4 more are registered; the others do not exist, which is no error.
searches=()
for name in name{1..9} {many,more,most}{0..9} name0; do
    as_ann "(uid=$name)" 1.1 >"$T/found.$name" 2>&1 &
    searches+=($!)
done
for search in "${searches[@]}"; do wait "$search" || fail "a search has the result $?"; done
same 5 "$(count)" "the names that are registered"
registered | tr ' ' '\n' | sed "s/.*/dn: uid=&,$base/" | sort >"$T/all"
same "$(<"$T/all")" "$(cat "$T"/found.* | grep . | sort)" "the entries that were found"
eventually 3 refusal_logged late1 rate as_ann '(uid=late1)'
expect 32 as_ann -b "uid=late2,$base" -s base
expect 32 ldapcompare -x -H "$URI" -D "uid=ann,$base" -w ann-secret "uid=late3,$base" uid:late3
same 5 "$(count)" "the names that are registered afterward"

# What is counted.
same 5 "$(counted Admitted)" "names that were admitted"
same 0 "$(counted Given)" "entries that were given"
before=$(counted Refused)
for n in {1..3}; do as_ann "(uid=late$n)" >/dev/null; done
same "$((before + 3))" "$(counted Refused)" "names that were refused"
[ "$(grep -c 'outcome=refused' "$T/slapd.log")" -lt "$before" ] || fail "each refusal is logged"

# A registered name is found whatever the rate is.
while read -r _ dn; do expect 0 search -b "$dn" -s base; done <"$T/all"

# When the period is over, other names are admitted.
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
printf '%s\n' "dn: $database" 'changetype: modify' 'replace: olcPgVirtualRate' 'olcPgVirtualRate: 1/3' | as_config ldapmodify >/dev/null
admits() { [ "$(admitted "(uid=$1)")" = "uid=$1" ]; }
begin=$(now)
eventually 10 admits first1
eventually 10 admits second1
[ $(($(now) - begin)) -ge 3000000 ] || fail "two names within $(($(now) - begin)) µs, with a rate of one in 3 s"
same 7 "$(count)" "the names that are registered at last"
