# A database glued to one of back-mdb returns the entries of both, also paged.
. "$(dirname "$0")/../lib.sh"
start_postgres
modules() { sed -e 's/^moduleload back_pgsql/&\nmoduleload back_mdb/'; }
local_database() { # SUFFIX
    mkdir -p "$T/mdb"
    printf '%s\n' 'database mdb' "suffix \"$1\"" "rootdn \"cn=local,$1\"" 'rootpw local' "directory $T/mdb" 'maxsize 100000000'
}
paged() { # SIZES… of a search below $top with ARGS: the pages are the whole
    local whole
    whole=$(dns -b "$top" "$1")
    for size in 1 2 3 4 5 10 15 16 17 18 19 20 21 22 23 100; do
        same "$whole" "$(dns -E "!pr=$size/noprompt" -b "$top" "$1")" "pages of $size of $1"
    done
}

# Ours below: the company's directory is local, and only the people come from PostgreSQL.
top=dc=com
{ manager_conf | modules; echo subordinate; local_database $top; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 0 ldapadd -x -H "$URI" -D cn=local,$top -w local <<END
dn: dc=com
objectClass: dcObject
objectClass: organization
o: the company
dc: com

dn: ou=machines,dc=com
objectClass: organizationalUnit
ou: machines

dn: cn=ann,ou=machines,dc=com
objectClass: device
cn: ann

dn: uid=local,ou=machines,dc=com
objectClass: account
objectClass: posixAccount
uid: local
cn: Local Only
uidNumber: 900
gidNumber: 2001
homeDirectory: /home/local
END
same 20 "$(dns -b $top | wc -l)" "entries of both"
same "cn=ann,ou=machines,dc=com
uid=ann,dc=example,dc=com" "$(dns -b $top '(|(uid=ann)(&(objectClass=device)(cn=ann)))')" "ann and her machine"
same 11 "$(dns -b $top '(objectClass=posixAccount)' | wc -l)" "accounts of both"
same "dc=example,dc=com
ou=machines,dc=com" "$(dns -s one -b $top)" "one level"
same "$top" "$(dns -s base -b $top)" "the base"
same 16 "$(dns -b dc=example,$top | wc -l)" "ours alone"
same "uid=ann,dc=example,dc=com" "$(dns -b uid=ann,dc=example,$top)" "an entry of ours"
same 3 "$(dns -b ou=machines,$top | wc -l)" "theirs alone"
expect 32 search -b uid=nosuch,dc=example,$top
expect 32 search -b ou=nosuch,$top
expect 6 ldapcompare -x -H "$URI" uid=ann,dc=example,$top uidNumber:2000
expect 0 ldapwhoami -x -H "$URI" -D uid=ann,dc=example,$top -w ann-secret
expect 4 search -z 10 -b $top
same 10 "$(grep -c ^dn: <<<"$OUT")" "entries of both within a limit of 10"
same "$top" "$(search -s base -b '' namingContexts | sed -n 's/^namingContexts: //p')" "the naming context"
paged '(objectClass=*)'
paged '(objectClass=posixAccount)'
paged '(uid=local)'
paged '(uid=nosuch)'

stop_slapd

# Ours above: the local part is below our suffix.
top=dc=example,dc=com
rm -r "$T/mdb"
{ manager_conf | modules >"$T/ours.conf"; sed '/^database pgsql/,$d' "$T/ours.conf"; local_database ou=machines,$top; echo subordinate
  sed -n '/^database pgsql/,$p' "$T/ours.conf"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 0 ldapadd -x -H "$URI" -D cn=local,ou=machines,$top -w local <<END
dn: ou=machines,$top
objectClass: organizationalUnit
ou: machines

dn: uid=local,ou=machines,$top
objectClass: account
objectClass: posixAccount
uid: local
cn: Local Only
uidNumber: 900
gidNumber: 2001
homeDirectory: /home/local
END
same 18 "$(dns -b $top | wc -l)" "entries of both"
same 11 "$(dns -b $top '(objectClass=posixAccount)' | wc -l)" "accounts of both"
same "$top" "$(dns -s base -b $top)" "the base"
same 16 "$(dns -s one -b $top | wc -l)" "one level"
same 2 "$(dns -b ou=machines,$top | wc -l)" "theirs alone"
expect 4 search -z 17 -b $top
same 17 "$(grep -c ^dn: <<<"$OUT")" "entries of both within a limit of 17"
paged '(objectClass=*)'
paged '(objectClass=posixAccount)'
paged '(uid=local)'
expect 0 ldapwhoami -x -H "$URI" -D uid=ann,$top -w ann-secret
same "$top" "$(search -s base -b '' defaultNamingContext | sed -n 's/^defaultNamingContext: //p')" "the default naming context"
