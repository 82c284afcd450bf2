# The oracle reports wrong values and reduces them to the smallest failing searches.
. "$(dirname "$0")/../lib.sh"
need perl slapadd
. "$TESTS/oracle/profiles.sh"
seed=1
start_postgres

altered() { sed '/^loginShell: /s/bash/zsh/' "$1"; }
COUNT=6000 run_profile manager >"$T/seen" && fail "the oracle notices nothing"
seen=$(sed -E 's|ldap://[^ ]*|URI|; s/^ +//; s/^([+-]) +/\1 /; s/^search [0-9]* //' "$T/seen")
contains "$seen" "of seed 1, in its smallest form:
ldapsearch -x -LLL -H URI -b dc=example,dc=com -s sub '(objectClass=*)' loginShell
ldapsearch -x -LLL -H URI -b dc=example,dc=com -s sub '(objectClass=*)' loginShell
is answered differently, with - by the oracle only and + by us only:"
contains "$seen" "dn: uid=0,ou=people,dc=example,dc=com
- loginShell: /bin/zsh
+ loginShell: /bin/bash"
contains "$seen" " loginShell:/bin/bash
is answered differently, with - by the oracle only and + by us only:
result 5 (matched \"\") of the oracle, 6 (matched \"\") of ours"
contains "$seen" "'(loginShell=/bin/bash)' 1.1
is answered differently, with - by the oracle only and + by us only:"
