# Delegated administration does what its acceptance table says with its rules in cn=config; changes of the rules count at once.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/delegation.sh"
need perl
start_postgres
delegation_tables
{ delegation_database; printf 'access to %s by * none\n' 'attrs=userPassword by anonymous auth' '*'; } >"$T/slapd.conf"
mkdir "$T/slapd.d"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
settled
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
configure() { printf '%s\n' "dn: $database" 'changetype: modify' "$@" | as_config ldapmodify; }
settings() { as_config ldapsearch -LLL -o ldif-wrap=no -s base -b "$database" | grep -E '^olc(Pg|Access)' | sort; }
assignments() { delegation_assignments | sed -z 's/\n  */ /g' | sed 's/^pgsql-roles/olcPgRoles:/'; }
value() { settings | sed -n "s/^\(olcPg$1: \({[0-9]*}\)\?$2\)/\1/p"; } # ATTRIBUTE BEGIN: the line

# A client that keeps its connection: the result of a line's operation.
# shellcheck disable=SC2016
client='
use Net::LDAP; use Net::LDAP::Extension::SetPassword;
my ($uri, $base) = @ARGV;
$| = 1;
my $ldap = Net::LDAP->new($uri) or die "$@";
$ldap->bind("uid=hugo,$base", password => "secret")->code and die;
print $ldap->set_password(user => "uid=ann,ou=bremen,$base", newpasswd => "new")->code, "\n" while <STDIN>;'
coproc CLIENT { exec perl -e "$client" "$URI" "$base"; }
hugos_result() {
    local code
    echo >&"${CLIENT[1]}"
    read -r code <&"${CLIENT[0]}"
    echo "$code"
}
expect 32 as brad ldapsearch -b "$base"
same 32 "$(hugos_result)" "the result without roles"

# The delivered file, with the three lines that it says have to be adapted.
sed "s/^dn: .*/dn: $database/; /^olcPgRoles: /d" "$PROJECT/schema/default-roles.ldif" >"$T/roles.ldif"
assignments >"$T/assignments"
sed -i "/^add: olcPgRoles/r $T/assignments" "$T/roles.ldif"
expect 0 as_config ldapmodify -f "$T/roles.ldif"
same 0 "$(hugos_result)" "the result with roles, on the same connection"
q 'SELECT reset()' >/dev/null
run_delegation
settings >"$T/settings"

# Rules come and go while clients are connected; what is refused changes nothing.
rule=$(value Role 'helpdesk-operator users.*')
expect 0 configure 'delete: olcPgRole' "$rule"
same 32 "$(hugos_result)" "the result without the rule"
expect 0 configure 'add: olcPgRole' 'olcPgRole: helpdesk-operator users search'
same 50 "$(hugos_result)" "the result with a smaller rule"
expect 80 configure 'add: olcPgRole' 'olcPgRole: helpdesk-operator nosuch password'
contains "$ERR" 'there is no kind "nosuch"'
same 50 "$(hugos_result)" "the result after a change that was refused"
expect 0 configure 'add: olcPgRole' 'olcPgRole: helpdesk-operator users password'
same 0 "$(hugos_result)" "the result with both rules"
expect 0 configure 'delete: olcPgRole' "$(value Role 'helpdesk-operator users search')" "$(value Role 'helpdesk-operator users password')"
expect 0 configure 'add: olcPgRole' "${rule/: *\}/: }"

# The query for the roles changes.
users=$(value Roles 'users .*')
expect 0 configure 'delete: olcPgRoles' "$users" - 'add: olcPgRoles' 'olcPgRoles: users SELECT NULL::text, NULL::text WHERE :key IS NULL'
same 32 "$(hugos_result)" "the result without assignments"
expect 0 configure 'delete: olcPgRoles' "$(value Roles 'users .*')" - 'add: olcPgRoles' "${users/: *\}/: }"
same 0 "$(hugos_result)" "the result with assignments"
expect 80 configure 'delete: olcPgRoles'
contains "$ERR" 'pgsql-role: no pgsql-roles tells who has the role'
expect 80 configure 'delete: olcPgRole'
contains "$ERR" 'pgsql-roles: no pgsql-role tells what a role permits'
same "$(sed 's/{[0-9]*}//' "$T/settings" | sort)" "$(settings | sed 's/{[0-9]*}//' | sort)" "the settings afterward"

# After a restart all is as before.
uri=$URI
stop_slapd
URI=$uri start_slapd "$T/slapd.d"
settled
q 'SELECT reset()' >/dev/null
run_delegation
