# The guards of virtual names hold for odd patterns, names and databases.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/admission.sh"
start_postgres
virtual_users_table
q 'GRANT virtual_users_read, virtual_users_admit TO ldap'
base=dc=example,dc=com
: >"$T/wrong"
wrong() { printf '%s\n' "$1" >>"$T/wrong"; }
with_pattern() { # PATTERN LINE…: a new start
    [ -z "$SLAPD" ] || stop_slapd
    admission_conf 'pgsql-virtual-rate 1000/60' "${@:2}" | sed '/^pgsql-virtual-names/d' >"$T/slapd.conf"
    echo "pgsql-virtual-names users $1" >"$T/names"
    sed -i "/^pgsql-virtual-rate/r $T/names" "$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    settled
}
registers() { [ "$(admitted "(uid=$1)")" = "uid=$1" ] || wrong "$1 is not registered: $2"; }
refuses() { [ -z "$(admitted "(uid=$1)")" ] || wrong "$1 is registered: $2"; }

# A parenthesis without a partner, which regcomp(3) takes for a letter, does not end the pattern.
with_pattern '[a-z]+[0-9])|guest'
refuses ax1yz 'it begins with a name of the pattern [a-z]+[0-9])|guest, and is none'
registers guest 'the pattern is [a-z]+[0-9])|guest'

# Names are compared in lower case.
with_pattern '[a-z]+[0-9]' 'pgsql-virtual-deny Eve1 DB*'
refuses eve1 'Eve1 is denied'
refuses dbx2 'DB* is denied'

# A group whose name SQL cannot compare exactly is a group like others.
q "INSERT INTO \"Groups\" VALUES (2100, 'Köche', false, now(), now())"
registers kate1 'no group has the name'
q 'DELETE FROM "Groups" WHERE "gidNumber" = 2100'

# A read-only database registers nothing.
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
printf '%s\n' "dn: $database" 'changetype: modify' 'replace: olcReadOnly' 'olcReadOnly: TRUE' | as_config ldapmodify >/dev/null
refuses late1 'the database is read-only'

# A range without free numbers is no fault of the configuration.
q 'UPDATE virtual_users_range SET (first, last) = (30000, 30000)'
q "SELECT virtual_user('last1')" >/dev/null
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" >"$T/slaptest.log" 2>&1 || wrong "slaptest, with no free number: $(head -n 1 "$T/slaptest.log")"
q 'UPDATE virtual_users_range SET (first, last) = (30000, 59999)'
stop_slapd

# A name that the list query would not show is not registered.
rm "$T/slapd.log"
{ manager_conf; sed -n '/^pgsql-virtual/,$p' "$T/slapd.conf"; } >"$T/no-list.conf"
start_slapd "$T/no-list.conf"
settled
admitted '(uid=lost1)' >/dev/null
[[ " $(registered) " != *' lost1 '* ]] || wrong 'lost1 is registered, and no search shows it'
cat "$T/wrong" >&2
[ ! -s "$T/wrong" ] || fail "guards do not hold"
