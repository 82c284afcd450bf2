# A column olmPgVirtual marks registered names for filters, access rules and binds.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/admission.sh"
start_postgres
virtual_users_table
q 'GRANT virtual_users_read, virtual_users_admit TO ldap'
base=dc=example,dc=com
# doc/virtual-users.md tells to add the column; the password is there to show that it opens nothing.
password=$(q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = 'ann'")
admission_conf "access to filter=(olmPgVirtual=TRUE) attrs=gecos by * none" |
    sed "s/\"userPassword\" AS password\$/&, NULL::boolean AS \"olmPgVirtual\"/
        s|NULL, NULL, NULL FROM virtual_users_current|NULL, NULL, '$password', true FROM virtual_users_current|" >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
same uid=alice1 "$(admitted '(uid=alice1)')" "the first search"

# Filters, as clients combine them, and the attribute itself.
virtual='(olmPgVirtual=TRUE)'
for filter in "$virtual" "(&(uid=alice1)$virtual)" "(&(objectClass=posixAccount)$virtual)"; do same uid=alice1 "$(found "$filter")" "what $filter finds"; done
same "" "$(found "(&(uid=alice1)(!$virtual))")" "what a client without virtual users finds"
same 10 "$(found "(&(objectClass=posixAccount)(!$virtual))" | wc -w)" "users without virtual ones"
search_base() { sed -n 's/^ldap_user_search_base = //p' "$PROJECT/doc/virtual-users.md"; }
same "dc=example,dc=com?subtree?(!$virtual)" "$(search_base)" "the line of sssd.conf in the document"
attributes() { search -b "$base" "(uid=$1)" olmPgVirtual gecos | sed -n 's/^\(olmPgVirtual\|gecos\): //p' | xargs; }
same TRUE "$(attributes alice1)" "what alice1 shows"
same "Ann Archer" "$(attributes ann)" "what ann shows"

# No password opens the entry, though its row has the hash of one.
expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,$base" -w ann-secret
expect 49 ldapwhoami -x -H "$URI" -D "uid=alice1,$base" -w ann-secret
log_has "pgsql bind dn=\"uid=alice1,$base\" client=127.0.0.1 suffix=\"$base\" step=sql outcome=refused reason=\"virtual user\""
expect 5 ldapcompare -x -H "$URI" "uid=alice1,$base" olmPgVirtual:FALSE
