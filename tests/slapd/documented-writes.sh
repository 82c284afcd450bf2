# The writes in slapd-pgsql-guide(7) work with the tables, rights and rules on the page.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/manual.sh"
start_postgres
login() { expect "$1" ldapwhoami -x -H "$URI" -D "uid=$2,$base" -w "$3"; } # CODE NAME PASSWORD
shown() { search -b $base "(uid=$1)" "${@:2}" | sed -n '/^dn:/d; s/^[^:]*: //p' | sort | xargs; } # NAME ATTRIBUTE…
example='A complete example' variant='Accounts that can be disabled'

# The example, with the rights that it grants.
q "$(block "$example" 1)"
serve < <(block "$example" 2)
run "$example" 3
same '+1 555 0100 +1 555 0101 /home/kim 10000' "$(shown kim uidNumber telephoneNumber homeDirectory)" "the new user"
same "cn=developers,ou=groups,$base" "$(dns -b $base '(memberUid=kim)')" "the group of the new user"
login 0 kim,ou=people kim-secret
expect 0 as_admin ldapdelete "uid=kim,ou=people,$base"
same left "$(q "SELECT state FROM person WHERE login = 'kim'")" "the state of a deleted user"
CODE=19 run "$example" 3
stop_slapd

# Its variant: a client disables an account.
q "DELETE FROM person; DELETE FROM team; GRANT DELETE ON person TO ldap"
serve < <(block "$example" 2 | sed '/^pgsql-list users/,/FROM person/d; /^pgsql-write users/d; /^pgsql-column-value users/d; /^pgsql-delete-entry users/d'
    block "$variant" 1)
expect 0 bash -c "$(block "$example" 3 | grep -v telephoneNumber)"
same active "$(shown kim employeeType)" "the state of a new user"
login 0 kim,ou=people kim-secret
run "$variant" 2
same disabled "$(q "SELECT state FROM person WHERE login = 'kim'")" "the state of a disabled user"
login 49 kim,ou=people kim-secret
expect 0 as_admin ldapmodify <<<"dn: uid=kim,ou=people,$base
changetype: modify
delete: employeeType"
same active "$(shown kim employeeType)" "the state after a delete of the attribute"
login 0 kim,ou=people kim-secret
stop_slapd

# A help desk that sets passwords, but not the administrator's. Here it is bob.
q 'GRANT UPDATE ON "Users" TO ldap'
for directive in 'pgsql-password-change users UPDATE "Users" SET "userPassword" = ? WHERE "uid" = ? AND "userPassword" = ?' 'pgsql-write users operations=modify'; do
    serve < <(manager_conf | sed '1,/^rootpw config/d'; echo "$directive"; block 'ACCESS CONTROL' 4 | sed 's/uid=hugo/uid=bob/')
    bob=(-x -H "$URI" -D "uid=bob,$base" -w bob-secret)
    expect 0 ldappasswd "${bob[@]}" -s reset "uid=carl,$base"
    login 0 carl reset
    expect 1 ldappasswd "${bob[@]}" -s reset "uid=ann,$base"
    contains "$OUT" 'Insufficient access (50)'
    login 0 ann ann-secret
    expect 50 ldapcompare "${bob[@]}" "uid=carl,$base" userPassword:reset
    expect 0 ldappasswd -x -H "$URI" -D "uid=carl,$base" -w reset -a reset -s own "uid=carl,$base"
    [[ $directive == pgsql-write* ]] || { stop_slapd; continue; }
    expect 0 ldapmodify "${bob[@]}" <<<"dn: uid=carl,$base
changetype: modify
replace: userPassword
userPassword: second"
    login 0 carl second
    expect 50 ldapmodify "${bob[@]}" <<<"dn: uid=carl,$base
changetype: modify
replace: mail
mail: bob@example.com"
done
