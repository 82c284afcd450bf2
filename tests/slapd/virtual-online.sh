# Directives about virtual entries in cn=config count at once; wrong ones change nothing.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/admission.sh"
start_postgres
virtual_users_table
q 'GRANT virtual_users_read, virtual_users_admit TO ldap'
base=dc=example,dc=com
admission_conf 'pgsql-virtual-deny dora1 db*' 'pgsql-virtual-rate 1000/60' 'pgsql-virtual-numbers 30000-59999' >"$T/slapd.conf"
mkdir "$T/slapd.d"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
settled
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
configure() { printf '%s\n' "dn: $database" 'changetype: modify' "$@" | as_config ldapmodify; }
settings() { as_config ldapsearch -LLL -o ldif-wrap=no -s base -b "$database" | grep -E '^olc(Pg|Access)' | sed 's/{[0-9]*}//; s/  */ /g' | sort; }
value() { settings | sed -n "s/^olcPg$1: //p"; } # ATTRIBUTE
admits() { same "uid=$1" "$(admitted "(uid=$1)")" "what the search for a name finds"; }
refuses() { # NAME REASON
    same "" "$(admitted "(uid=$1)")" "what the search for a name finds"
    eventually 3 refusal_logged "$1" "$2" as_ann "(uid=$1)"
}

# The converted configuration is the same.
query='SELECT $1 AS username, number AS uid_number, number AS gid_number FROM virtual_user($1) AS number'
same "users uid write $query|users [a-z]+[0-9]|dora1 db*|1000/60|30000-59999" \
    "$(value Virtual)|$(value VirtualNames)|$(value VirtualDeny)|$(value VirtualRate)|$(value VirtualNumbers)" "cn=config"
admits alice1
refuses dora1 'deny list'
refuses alice pattern
settings >"$T/settings"

# Each directive changes.
expect 0 configure 'replace: olcPgVirtualNames' 'olcPgVirtualNames: users guest-[a-z]+|[a-z]{3}[0-9]'
admits guest-alice
refuses bert2 pattern
expect 0 configure 'delete: olcPgVirtualDeny' - 'add: olcPgVirtualDeny' 'olcPgVirtualDeny: guest-b* eve3'
refuses guest-bert 'deny list'
refuses eve3 'deny list'
admits dbx4
expect 0 configure 'replace: olcPgVirtualRate' 'olcPgVirtualRate: 1/3600'
admits guest-carl
refuses guest-dora rate
expect 0 configure 'delete: olcPgVirtualRate' - 'replace: olcPgVirtualNumbers' 'olcPgVirtualNumbers: 20000-29999'
refuses guest-dora 'number'
expect 0 configure 'delete: olcPgVirtualNumbers'
admits guest-dora
same "" "$(value VirtualRate)$(value VirtualNumbers)" "what is left of the directives"

# The query changes, as text and in quotes, also for the next start; without it there are no virtual entries.
text="SELECT \$1 AS username, n AS uid_number, n AS gid_number FROM virtual_user(\$1) n WHERE \$1 <> 'guest-y'"
for value in "write $text" "write \"$text\""; do
    expect 0 configure 'replace: olcPgVirtual' "olcPgVirtual: users uid $value"
    refuses guest-y 'the query returns no row'
    uri=$URI
    stop_slapd
    rm "$T/slapd.log"
    URI=$uri start_slapd "$T/slapd.d"
    refuses guest-y 'the query returns no row'
done
admits guest-x
expect 0 configure 'delete: olcPgVirtual' - 'delete: olcPgVirtualNames'
same "" "$(admitted '(uid=guest-z)')" "a name without pgsql-virtual"
same uid=guest-x "$(admitted '(uid=guest-x)')" "a registered name without pgsql-virtual"
expect 0 configure 'add: olcPgVirtual' "olcPgVirtual: users uid write $query" - 'add: olcPgVirtualNames' 'olcPgVirtualNames: users [a-z]+[0-9]'
expect 0 configure 'replace: olcPgVirtualDeny' 'olcPgVirtualDeny: dora1 db*' - 'add: olcPgVirtualRate' 'olcPgVirtualRate: 1000/60' \
    - 'add: olcPgVirtualNumbers' 'olcPgVirtualNumbers: 30000-59999'
same "$(<"$T/settings")" "$(settings)" "the settings"

# What is wrong is refused with a sentence, and changes nothing.
refuse() { # TEXT LINE…
    expect 80 configure "${@:2}"
    contains "$ERR" "$1"
    same "$(<"$T/settings")" "$(settings)" "the settings after the refusal of ${*:2}"
}
refuse 'pgsql-virtual-names users is missing' 'delete: olcPgVirtualNames'
refuse 'there is no pgsql-virtual users' 'delete: olcPgVirtual'
refuse 'the regular expression does not compile' 'replace: olcPgVirtualNames' 'olcPgVirtualNames: users a)(b'
refuse 'numbers from 60001 to 65535' 'replace: olcPgVirtualNumbers' 'olcPgVirtualNumbers: 60001-60100'
refuse 'expected NAMES/SECONDS' 'replace: olcPgVirtualRate' 'olcPgVirtualRate: 0/60'
refuse 'a * may only follow' 'add: olcPgVirtualDeny' 'olcPgVirtualDeny: *'
refuse 'already has a query for unknown values of uid' 'add: olcPgVirtual' "olcPgVirtual: users uid $query"
admits frank5
