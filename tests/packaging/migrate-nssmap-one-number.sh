#!/bin/bash
# One number for all names, as in libnss_map: each name is found, nothing is stored.
. "$(dirname "$0")/lib.bash"
. "$TESTS/lib/nssmap.sh"
start_postgres
base=dc=example,dc=com
entry() { search -b "$base" "$@" | sed -n 's/^\(dn\|cn\|homeDirectory\|loginShell\|gidNumber\|uidNumber\): /\1=/p' | sed "s/,$base//" | sort | xargs -d '\n'; } # FILTER

for line in 'virtual:x:15000:15000:virtual user:/home/virtual:/bin/bash' 'virtual:x:15000:15000:virtual user:/home/virtual/:/bin/bash'; do
    nssmap "$line"
    expect 0 migrate --nssmap nssmap.conf --one-number --names '[a-z]+[0-9]|[a-z]+\.dev'
    contains "$ERR" 'warning: SSSD takes users with one number for one user'
    { database_conf; echo "$OUT"; } >"$T/slapd.conf"
    expect 0 slaptest -f "$T/slapd.conf"
    contains "$ERR" '[number-shared]'
    lacks "$ERR" untested
    start_slapd "$T/slapd.conf"
    posix='gidNumber=15000 homeDirectory=/home/virtual/'
    for name in alice1 bob2 hans.dev virtual; do
        same "cn=virtual user dn=uid=$name $posix$name loginShell=/bin/bash uidNumber=15000" "$(entry "(&(uid=$name)(objectClass=posixAccount))")" "the entry of $name"
    done
    same "cn=virtual user dn=uid=virtual ${posix}virtual loginShell=/bin/bash uidNumber=15000" "$(entry '(uidNumber=15000)')" "the one name of the number"
    for filter in '(&(objectClass=posixGroup)(gidNumber=15000))' '(&(objectClass=posixGroup)(cn=virtual))'; do
        same "cn=virtual dn=cn=virtual gidNumber=15000" "$(entry "$filter")" "what $filter finds"
    done
    for filter in '(uid=root)' '(uid=foosvc)' '(uidNumber=15001)' '(memberUid=alice1)' '(cn=alice1)' '(uid=*)' '(uid=al*)'; do
        same "" "$(entry "$filter")" "what $filter finds"
    done
    expect 49 ldapwhoami -x -H "$URI" -D "uid=alice1,$base" -w alice1
    stop_slapd
done

# The number of the file can be replaced; without names slapd refuses the lines, in both forms.
nssmap "o-neil:x:12:12:O'Neil:/srv/homes:/bin/sh"
expect 0 migrate --nssmap nssmap.conf --one-number=20000 --ldif
contains "$ERR" 'libnss_map raises the number 12 of the user to 500'
contains "$OUT" "olcPgVirtual: users uidNumber SELECT 'o-neil'::varchar AS username, 20000 AS uid_number, 20000 AS gid_number, 'O''Neil'::varchar"
contains "$OUT" 'olcPgVirtualNumbers: 20000-20000'
lacks "$OUT" olcAccess
expect 0 migrate --nssmap nssmap.conf --one-number=20000
{ database_conf; echo "$OUT"; } >"$T/slapd.conf"
expect 1 slaptest -f "$T/slapd.conf"
contains "$ERR" 'pgsql-virtual-names users: the regular expression is missing'
