# slaptest says what is wrong with rules and queries for roles; slapacl(8) tells what roles permit.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/delegation.sh"
. "$TESTS/lib/slaptest.sh"
start_postgres
delegation_tables
actions='is none of search, read, add, modify, rename, move, delete and password'
options='is none of attrs=<attribute>,…, attrs=*, except=<attribute>,…, names=<kind>, targets=any, targets=unprivileged and self'
parameter='the query has no parameter: ? is the name of the entry, :key its key'

most=$(delegation_database; delegation_assignments; delegation_rules) access=$(delegation_access)
# One line more; what slaptest says, or nothing if it accepts the line.
while IFS='|' read -r line text; do
    tested "$([ -n "$text" ] && echo 1 || echo 0)" "${text:-config file testing succeeded}" "$line" < <(
        printf '%s\n' "$most" "$line" "$access")
done <<END
pgsql-role|keyword <pgsql-role> missing <role> <kind> <actions> argument
pgsql-role x|pgsql-role x: the kind is missing
pgsql-role x users|pgsql-role x users: the list of actions is missing
pgsql-role x users write|pgsql-role x users write: "write" $actions
pgsql-role x users SEARCH|pgsql-role x users SEARCH: "SEARCH" $actions
pgsql-role x users search,|pgsql-role x users search,: "" $actions
pgsql-role x users ,search|pgsql-role x users ,search: "" $actions
pgsql-role x users search, read|pgsql-role x users search, read: "" $actions
pgsql-role x nosuch search|pgsql-role x: there is no kind "nosuch"; * stands for every kind
pgsql-role x Users search|pgsql-role x: there is no kind "Users"; * stands for every kind
pgsql-role x users,groups search|pgsql-role x: there is no kind "users,groups"; * stands for every kind
pgsql-role x users read attrs=|attrs=: slapd's schema has no attribute ""
pgsql-role x users read attrs=nosuch|attrs=nosuch: slapd's schema has no attribute "nosuch"
pgsql-role x users read attrs=mail,|attrs=mail,: slapd's schema has no attribute ""
pgsql-role x users read attrs=@person|attrs=@person: slapd's schema has no attribute "@person"
pgsql-role x users read attrs=userPassword|attrs=userPassword: passwords have an action of their own, password
pgsql-role x users read except=userPassword|except=userPassword: passwords have an action of their own, password
pgsql-role x users read except=*|except=*: slapd's schema has no attribute "*"
pgsql-role x users read attrs|"attrs" $options
pgsql-role x users read attr=mail|"attr=mail" $options
pgsql-role x users read password=write|"password=write" $options
pgsql-role x users read names=|"names=" $options
pgsql-role x users modify names=nosuch|pgsql-role x: there is no kind "nosuch"; * stands for every kind
pgsql-role x users read targets=|"targets=" is none of targets=any and targets=unprivileged
pgsql-role x users read targets=all|"targets=all" is none of targets=any and targets=unprivileged
pgsql-role x users add self|with self the actions are search, read, modify, rename and password
pgsql-role x users move,read self|with self the actions are search, read, modify, rename and password
pgsql-role x users delete self|with self the actions are search, read, modify, rename and password
pgsql-role x * search self|
pgsql-role x users search,search|
pgsql-role "x y" users read attrs=mail,MAIL except=mail|
pgsql-roles|keyword <pgsql-roles> missing <kind> <query> argument
pgsql-roles computers|pgsql-roles computers: the query cannot be parsed at position 1: the query is empty
pgsql-roles users SELECT 'x', '' WHERE :key > 0|the kind already has a query for roles; join several with UNION ALL
pgsql-roles nosuch SELECT 'x', '' WHERE :key > 0|unknown kind "nosuch"
pgsql-roles computers SELECT role, position FROM roles|$parameter
pgsql-roles computers SELECT role, position FROM roles WHERE person = :id|$parameter
pgsql-roles computers SELECT role, position FROM roles WHERE role = 'a|unterminated string literal (near "'a")
pgsql-roles computers SELECT role, position FROM roles WHERE person = :key AND role = ?|pgsql-roles computers
pgsql-roles computers SELECT role, position FROM nosuch WHERE person = :key|pgsql-roles computers: PostgreSQL refuses the query: ERROR:  
pgsql-roles computers SELEC role, position FROM roles WHERE person = :key|pgsql-roles computers: PostgreSQL refuses the query: ERROR:  
pgsql-roles computers DELETE FROM roles WHERE person = :key RETURNING role, position|pgsql-roles computers
pgsql-roles computers SELECT role FROM roles WHERE person = :key|pgsql-roles computers: the query does not return two columns
pgsql-roles computers SELECT role, position, person FROM roles WHERE person = :key|pgsql-roles computers: the query does not return two columns
pgsql-roles computers SELECT role, position FROM roles WHERE person = :key|
pgsql-roles computers SELECT role, position FROM roles WHERE role = ?|
access to * by dynacl/pgsql-roles/x write|dynacl/pgsql-roles takes no options and no pattern
access to * by dynacl/pgsql-roles=x write|dynacl/pgsql-roles takes no options and no pattern
access to * by dynacl/pgsql-role write|unable to configure dynacl "pgsql-role"
END

# What belongs together.
no_access='pgsql-role: no access rule asks for roles, so that they permit nothing; add: access to * by dynacl/pgsql-roles write by * none'
tested 1 'pgsql-roles: no pgsql-role tells what a role permits' 'without rules' < <(delegation_database; delegation_assignments; delegation_access)
tested 1 'pgsql-role: no pgsql-roles tells who has the role' 'without assignments' < <(delegation_database; delegation_rules; delegation_access)
tested 1 "$no_access" 'without access rules' <<<"$most"
tested 1 "$no_access" 'with other access rules' <<<"$most"$'\naccess to * by users read'
tested 0 'config file testing succeeded' 'without roles' < <(delegation_database; delegation_access)
tested 0 'config file testing succeeded' 'with a global access rule' \
    < <(sed 's/^database config/access to * by dynacl\/pgsql-roles write by * none\n&/' <<<"$most")

# slapacl tells of each right what a client would get.
delegation_conf >"$T/slapd.conf"
access() { # NAME ENTRY ALLOWED|DENIED RIGHT…
    local right
    OUT=$("${PRELOAD[@]}" slapacl -f "$T/slapd.conf" -D "$(actor_dn "$1")" -b "$2,$base" "${@:4}" 2>&1) || true
    for right in "${@:4}"; do
        [[ $OUT == *"${right#*/} access to ${right%/*}: $3"* ]] || wrong "slapacl as $1: $right of $2 is not $3: $OUT"
    done
}
access boss uid=bea,ou=berlin ALLOWED mail/read employeeType/read entry/read
access boss uid=bea,ou=berlin DENIED userPassword/read
access brad uid=ann,ou=bremen ALLOWED mail/read cn/search entry/read
access brad uid=ann,ou=bremen DENIED employeeType/read employeeType/write userPassword/read
access brad uid=bea,ou=berlin DENIED entry/read mail/read mail/write entry/disclose
access hugo uid=ann,ou=bremen ALLOWED cn/read uid/read entry/read
access hugo uid=ann,ou=bremen DENIED mail/read mail/write userPassword/read
access self uid=self,ou=bremen ALLOWED sn/read mail/read
access self uid=self,ou=bremen DENIED sn/write userPassword/read
access nobody uid=ann,ou=bremen DENIED entry/disclose cn/read
access boss uid=bea,ou=berlin ALLOWED mail/write employeeType/write
access brad uid=ann,ou=bremen ALLOWED mail/write userPassword/write
access hugo uid=ann,ou=bremen ALLOWED userPassword/write
access hugo uid=hank,ou=bremen DENIED userPassword/write
access self uid=self,ou=bremen ALLOWED mail/write

nothing_wrong
