# Each bind logs one line with client, outcome, reason and duration, but no secret.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
LOG_LEVEL=stats,stats2,trace,args,filter,acl,conns start_slapd - < <(manager_conf)
bind() { ldapwhoami -x -H "$URI" -D "$1" -w "$2"; }

expect 0 bind "uid=bob,$base" bob-secret
expect 49 bind "uid=bob,$base" wrong-word
expect 49 bind "uid=nosuch,$base" some-secret
expect 0 bind "cn=admin,$base" admin
put() { q "UPDATE \"Users\" SET \"userPassword\" = '$2' WHERE \"uid\" = '$1'"; }
put hal 'plain-word'
expect 49 bind "uid=hal,$base" plain-word
stop_postgres
expect 52 bind "uid=bob,$base" bob-secret

same 6 "$(grep -c ' pgsql bind dn=' "$T/slapd.log")" "lines about binds"
line() { # DN STEP OUTCOME REASON
    grep -qE "conn=[0-9]+ op=0 pgsql bind dn=\"$1,$base\" client=127\.0\.0\.1 suffix=\"$base\" step=$2 outcome=$3 reason=\"$4\" ms=[0-9]+$" \
        "$T/slapd.log" || fail "no line: $*"
}
line uid=bob sql accepted ''
line uid=bob sql refused 'wrong password'
line uid=nosuch sql refused 'no such user'
line cn=admin rootpw accepted ''
line uid=hal sql refused 'a value that is not a known hash'
line uid=bob row unavailable '.*'

for word in bob-secret wrong-word some-secret plain-word; do lacks "$(<"$T/slapd.log")" "$word"; done
