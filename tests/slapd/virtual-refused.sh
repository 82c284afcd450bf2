# slaptest says what is wrong with directives about virtual entries.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/admission.sh"
. "$TESTS/lib/slaptest.sh"
start_postgres
virtual_users_table
q 'GRANT virtual_users_read, virtual_users_admit TO ldap; CREATE TABLE hosts (id integer, name text, unit integer); GRANT SELECT ON hosts TO ldap'

plain=$(admission_conf | sed '/^pgsql-virtual/,/FROM virtual_user(/d; /^pgsql-virtual-names/d; /^access/d')
query='SELECT $1 AS username, 40001 AS uid_number, 40001 AS gid_number'
roles="pgsql-roles users SELECT 'r', '' WHERE :key > 'a';pgsql-role r users read;access to * by dynacl/pgsql-roles write"
units='pgsql-kind units rdn=ou class=top,organizationalUnit key=id;pgsql-list units SELECT id, name AS ou FROM hosts'
hosts='pgsql-kind hosts rdn=cn class=top,device parent=units:unit;pgsql-list hosts SELECT id, name AS cn, unit FROM hosts'
no_grammar='expected FIRST-LAST, such as 30000-59999'
no_rate='expected NAMES/SECONDS, such as 30/60, of 1 to 10000 names and 1 to 86400 seconds'
machines='systemd and the kernel use the numbers from 60001 to 65535'
# Lines, separated by ; and what slaptest says, or nothing if it accepts them. V; and N; are lines that are right, S_ is a query.
check() { # LINES TEXT
    local lines=$1
    lines=${lines//V;/pgsql-virtual users uid write S_;} lines=${lines//N;/pgsql-virtual-names users [a-z]+[0-9];}
    lines=${lines//S_/$query}
    tested "$([ -n "$2" ] && echo 1 || echo 0)" "${2:-config file testing succeeded}" "$1" < <(printf '%s\n' "$plain" "${lines//;/$'\n'}")
}
while IFS='~' read -r lines text; do check "$lines" "$text"; done <<END
V;N;~
pgsql-virtual~keyword <pgsql-virtual> missing <kind> <attribute> [write] <query> argument
pgsql-virtual users~pgsql-virtual users: the attribute is missing
pgsql-virtual users uid~pgsql-virtual users uid: the query is missing
pgsql-virtual users uid write~pgsql-virtual users uid write: the query is missing
pgsql-virtual users uid WRITE S_;N;~PostgreSQL refuses the query: ERROR:  syntax error
pgsql-virtual nosuch uid S_~unknown kind "nosuch"
pgsql-virtual users nosuch S_~slapd's schema has no attribute "nosuch"
pgsql-virtual users cn S_;N;~pgsql-virtual users cn: the attribute is none of uid, which names the entries, uidNumber and gidNumber
pgsql-virtual users uidNumber write S_~pgsql-virtual users uidNumber: write is for names; a number registers nothing
V;V;N;~the kind already has a query for unknown values of uid
V;~pgsql-virtual users uid: pgsql-virtual-names users is missing, which tells the names that may become entries; for instance: pgsql-virtual-names users [a-z]+[0-9]
N;~pgsql-virtual-names users: there is no pgsql-virtual users
V;N;N;~pgsql-virtual-names users: the kind has a pattern already; join both with |
V;N;pgsql-virtual-names groups a~pgsql-virtual-names groups: there is no pgsql-virtual groups
V;N;pgsql-virtual-names nosuch a~pgsql-virtual-names nosuch: there is no pgsql-virtual nosuch
V;pgsql-virtual-names~keyword <pgsql-virtual-names> missing <kind> <regular expression> argument
V;pgsql-virtual-names users~pgsql-virtual-names users: the regular expression is missing
V;pgsql-virtual-names users [a-z~the regular expression does not compile: Unmatched [
V;pgsql-virtual-names users a)(b~the regular expression does not compile: Unmatched (
V;pgsql-virtual-names users (a~the regular expression does not compile: Unmatched (
V;pgsql-virtual-names users a\\~the regular expression does not compile: Trailing backslash
V;pgsql-virtual-names users (?:a)~the regular expression does not compile: Invalid preceding regular expression
V;pgsql-virtual-names users "[a-z]+[0-9]|guest"~
V;N;pgsql-virtual-deny~keyword <pgsql-virtual-deny> missing <name> <name> argument
V;N;pgsql-virtual-deny *~"*": a * may only follow the beginning of names
V;N;pgsql-virtual-deny a*b~"a*b": a * may only follow the beginning of names
V;N;pgsql-virtual-deny a b* c~
V;N;pgsql-virtual-numbers 999-2000~numbers below 1000 belong to the accounts of machines
V;N;pgsql-virtual-numbers 60001-60100~$machines
V;N;pgsql-virtual-numbers 30000-60001~$machines
V;N;pgsql-virtual-numbers 65535-70000~$machines
V;N;pgsql-virtual-numbers 65536-2147483647~
V;N;pgsql-virtual-numbers 1000-60000~
V;N;pgsql-virtual-numbers 2147483648-2147483650~numbers end at 2147483647
V;N;pgsql-virtual-numbers 59999-30000~$no_grammar
V;N;pgsql-virtual-numbers 30000~$no_grammar
V;N;pgsql-virtual-numbers 30000-~$no_grammar
V;N;pgsql-virtual-numbers -30000~$no_grammar
V;N;pgsql-virtual-numbers 30000-40000x~$no_grammar
V;N;pgsql-virtual-numbers 30000-99999999999999999999~$no_grammar
V;N;pgsql-virtual-rate 30~$no_rate
V;N;pgsql-virtual-rate 30/~$no_rate
V;N;pgsql-virtual-rate 0/60~$no_rate
V;N;pgsql-virtual-rate 30/0~$no_rate
V;N;pgsql-virtual-rate 10001/60~$no_rate
V;N;pgsql-virtual-rate 30/86401~$no_rate
V;N;pgsql-virtual-rate 30/60s~$no_rate
V;N;pgsql-virtual-rate 10000/86400~
pgsql-virtual users uid write SELECT 'x' AS username, 1 AS uid_number, 1 AS gid_number;N;~the query has 0 parameters, but this one takes exactly one (? or \$1)
pgsql-virtual users uid write SELECT ? AS username, ? AS uid_number, 1 AS gid_number;N;~the query has 2 parameters, but this one takes exactly one (? or \$1)
pgsql-virtual users uid write SELECT \$1 AS username, 'a;N;~the query cannot be parsed at position 24: unterminated string literal
pgsql-virtual users uid write S_ FROM nosuch;N;~pgsql-virtual users uid: PostgreSQL refuses the query: ERROR:  relation "nosuch" does not exist
pgsql-virtual users uid write SELECT \$1 AS username, 1 AS gid_number;N;~pgsql-virtual users uid: the query returns no column "uid_number", which every entry needs for uidNumber; it returns "username", "gid_number"
pgsql-virtual users uid write S_, 'x' AS password;N;~the column "password", which has password hashes: virtual users cannot log in with a password
pgsql-virtual users uid write S_, 'x' AS nosuch;N;~pgsql-virtual users uid: the query returns the column "nosuch", which pgsql-list users does not return
pgsql-virtual users uid write S_, 1 AS username;N;~pgsql-virtual users uid: the query returns two columns named "username"
pgsql-virtual users uid S_;N;$roles~pgsql-virtual users uid: without write it cannot be combined with pgsql-roles, which permit to see rows
V;N;$roles~
pgsql-virtual users uid SELECT \$1 AS username, 'x' AS uid_number, 40001 AS gid_number;N;~pgsql-virtual users uid: PostgreSQL refuses the query: ERROR:  UNION types integer and text cannot be matched
pgsql-virtual users uid SELECT \$1 AS username, 40001::bigint AS uid_number, 40001 AS gid_number;N;~pgsql-virtual users uid: the column "uid_number" has another type than in pgsql-list users; cast it
pgsql-virtual users uid S_;N;~
$units;$hosts;pgsql-virtual hosts cn SELECT \$1 AS cn;pgsql-virtual-names hosts a~pgsql-virtual hosts cn: rows place the entries of the kind (parent=), so that a name does not tell where its entry would be
END
nothing_wrong
