#!/bin/bash
# --compare reports each difference between two servers, with a verdict and its reason.
. "$(dirname "$0")/lib.bash"
need python3
perl -MNet::LDAP::Server -e 1 2>/dev/null || skip "Net::LDAP::Server is missing; packaging/setup --tests installs it"

start_postgres
# What the gateway reads: the very rows of the database.
rows() { q "COPY ($1) TO STDOUT" >"$T/rows/$2"; }
mkdir "$T/rows"
rows 'SELECT "uid", "uidNumber", "gidNumber", "cn", "sn", "givenName", "mail", "homeDirectory" FROM "Users"' users
rows 'SELECT "cn", "gidNumber" FROM "Groups"' groups
rows 'SELECT "uid", g."cn" FROM "UserGroups" JOIN "Users" USING ("uidNumber") JOIN "Groups" g ON g."gidNumber" = "UserGroups"."gidNumber"' members
gateway() { # [NAME=VALUE…]: $OLD
    free_port old_port
    setpriv --pdeathsig TERM -- env "$@" "$TESTS/lib/old-gateway" "$old_port" dc=example,dc=com "$T/rows" 2>>"$T/gateway.log" &
    OLD=ldap://127.0.0.1:$old_port
    eventually 10 ldapsearch -x -H "$OLD" -b '' -s base
}
gateway
manager_queries
serve "${MANAGER[@]}" REQUIRE_AUTH_FOR_SEARCH=false
compare() { expect "$1" perl "$PROJECT/packaging/slapd-pgsql-migrate" --compare "$OLD" "$URI" "${@:2}"; }
# verdicts CLIENT WHAT: the differences of this search, a line each: + ours is right, ! look; how often; about; because.
verdicts() {
    python3 - "$1" "$2" 3<<<"$OUT" <<'END'
import json, os, sys
for search in json.load(os.fdopen(3))["searches"]:
    if [search["client"], search["description"]] == sys.argv[1:]:
        for d in search["differences"]:
            print("+" if d["right"] else "!", d["times"], d["object"] + ":", d["because"])
END
}

# The faults of the gateway: ours is right each time, and the reason is seen in the entries.
compare 0 --json --access-filter '(memberOf=cn=devs,dc=example,dc=com)'
lacks "$OUT" '"right" : false'
same '' "$(verdicts SSSD 'a netgroup')$(verdicts 'Proxmox VE' 'a login')$(verdicts SSSD 'a user who does not exist')" "what is the same"
only_old='only the old server answers with an entry: new server is correct: it does not match the filter, for'
same "+ 90 $only_old its uidnumber is 200N" "$(verdicts nslcd 'a user by number' | sed 's/is 200[0-9]$/is 200N/' | grep 'only the old')" "users by number"
contains "$(verdicts SSSD 'whether an account may log in')" "+ 7 $only_old it has no memberof"
contains "$(verdicts nslcd 'shadow of a user')" "+ 10 $only_old its objectclass is"
contains "$(verdicts SSSD 'groups of a user (rfc2307bis)')" "$only_old it has no member"
contains "$(verdicts 'Proxmox VE' 'all groups')" '+ 3 member is new: new server is correct: groups show their members as DNs'
contains "$(verdicts SSSD 'all groups')" '+ 3 memberuid is new: new server is correct: groups show their members'
contains "$(verdicts SSSD 'all groups')" '+ 1 only the new server answers with an entry: new server is correct: it is the private group'
contains "$(verdicts nslcd 'all users')" '+ 1 gecos is missing: new server is correct: it takes ASCII only'
contains "$(verdicts all 'the rootDSE')" '+ 1 supportedcontrol is new: new server is correct: paged results work'

# For people, and of fewer users.
compare 0 --sample 2 --user jan
contains "$OUT" "$(printf '%-52s %4d asked   same' 'Proxmox VE: a login' 3)"
contains "$OUT" "e.g. uid=jan,dc=example,dc=com: nothing before, /bin/bash now"
contains "$OUT" ' 0 to review'

compare 2 --ca-file "$T/rows/users" # no certificate of ours in there
contains "$ERR" 'cannot connect'

# A value has nothing to say to the terminal.
q "UPDATE \"Users\" SET \"sn\" = E'Ja\\x1b[2Jn' WHERE \"uid\" = 'jan'"
compare 1 --sample 1 --user jan
contains "$OUT" 'Ja\x1b[2Jn now'
lacks "$OUT" $'\e[2J'
q "UPDATE \"Users\" SET \"sn\" = split_part(\"cn\", ' ', 2) WHERE \"uid\" = 'jan'"

# What nobody can tell is not called right: rows that are another database's, values that differ, a server that fails.
printf '%s\n' $'zoe\t2999\t2001\tZoe Zim\tZim\tZoe\tzoe@example.com\t/home/zoe' >>"$T/rows/users"
q "UPDATE \"Users\" SET \"mail\" = 'bobby@example.com', \"sn\" = 'BAKER ' WHERE \"uid\" = 'bob'"
q "INSERT INTO \"Groups\" VALUES (2010, 'late', false, now(), now())"
compare 1 --json
same "! 1 mail is another value: needs review: compare what the queries return" "$(verdicts SSSD 'a user by name' | grep mail)" "mail"
lacks "$(verdicts SSSD 'all users')" 'sn is'
contains "$(verdicts SSSD 'a user by name')" '! 1 only the old server answers with an entry: needs review: the new server does not have this entry'
contains "$(verdicts SSSD 'all groups')" '! 1 only the new server answers with an entry: needs review: the old server does not have it'
contains "$(verdicts SSSD 'whether an account may log in')" '! 1 result 0 success, now 32 noSuchObject: needs review: the new server does not have this entry'
gateway SHOW_HASHES=1
compare 1 --json --sample 1 --user zoe
contains "$(verdicts SSSD 'a user by name')" "+ 1 userpassword is in the old server's answers: new server is correct: no answer shows a hash"
lacks "$OUT" argon2
stop_postgres
compare 1 --json --sample 1
contains "$(verdicts SSSD 'a user by name')" '! 1 result 0 success, now 52 unavailable: needs review: the new server fails'
start_postgres
stop_slapd

# Searches that need a login: said, and possible.
serve "${MANAGER[@]}" LDAP_UNENCRYPTED=true
compare 1 --json --sample 1 --base dc=example,dc=com
contains "$(verdicts SSSD 'a user by name')" '! 1 result 0 success, now 50 insufficientAccessRights: needs review: the new server requires a login'
echo bob-secret >"$T/password"
compare 1 --json --sample 1 --bind-dn uid=bob,dc=example,dc=com --password-file "$T/password"
lacks "$OUT" insufficientAccess

# Two servers that fail alike are not the same, and one that answers where the other wants a login is not simply right.
closed=$URI
expect 2 perl "$PROJECT/packaging/slapd-pgsql-migrate" --compare "$closed" "$closed" --base dc=example,dc=com
contains "$ERR" 'neither server shows a user'
expect 1 perl "$PROJECT/packaging/slapd-pgsql-migrate" --compare "$closed" "$OLD" --json --sample 1 --base dc=example,dc=com
contains "$(verdicts SSSD 'a user by name')" '! 1 result 50 insufficientAccessRights, now 0 success: needs review: the new server answers without a login'
alike() { # CODE CODE: what is said of two such results without entries
    perl -I"$PROJECT/packaging/lib" -MSlapdPgsql::Difference -e 'my ($old, $new) = map { { code => $_, message => "why", entries => {} } } @ARGV;
        print map { "$_->{right} $_->{object}: $_->{because}\n" }
            SlapdPgsql::Difference::differences({ base => "dc=x", scope => "sub", filter => "(uid=a)", attributes => [] }, $old, $new, sub { die })' "$@"
}
same '' "$(alike 0 0)$(alike 32 32)" "two answers that are the same"
same '0 result 52 unavailable from both: needs review: both servers fail, so nothing can be compared' "$(alike 52 52)" "two failures"
same '1 result 52 unavailable, now 0 success: new server is correct: the old server fails' "$(alike 52 0)" "a failure of the old server"

# What cannot be compared.
expect 2 perl "$PROJECT/packaging/slapd-pgsql-migrate" --compare "$OLD" ldap://127.0.0.1:1
contains "$ERR" 'slapd-pgsql-migrate: ldap://127.0.0.1:1: cannot connect'
expect 2 perl "$PROJECT/packaging/slapd-pgsql-migrate" --compare "$OLD" http://127.0.0.1
contains "$ERR" "slapd-pgsql-migrate: http://127.0.0.1: is not the URI of an LDAP server"
compare 2 --ca-file "$T/nowhere"
contains "$ERR" "--ca-file: '$T/nowhere' cannot be read"
echo wrong >"$T/password"
compare 2 --bind-dn uid=bob,dc=example,dc=com --password-file "$T/password"
contains "$ERR" 'bind refused'
compare 2 --user nobody
contains "$ERR" "neither server"
compare 2 --access-filter '(x'
contains "$ERR" "--access-filter: '(x' is not a filter"
