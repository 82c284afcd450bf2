# slapo-rwm maps base and attribute names as it does over back-mdb.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/mdb.sh"
start_postgres
base=dc=example,dc=com
q "DELETE FROM \"Groups\" WHERE cn = 'empty'"
# A base that is ours under another name (slapd-relay(5)), one of the back-mdb copy, and other names on the database itself.
relay() { printf '%s\n' 'database relay' "suffix \"$1\"" 'overlay rwm' "rwm-suffixmassage \"$1\" \"$2\"" 'rwm-map attribute login uid'; }
{
    manager_conf | sed -e 's/^moduleload back_pgsql/&\nmoduleload back_mdb\nmoduleload back_relay\nmoduleload rwm/' \
        -e "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
    twin_conf
    relay o=ours "$base"
    relay o=twin dc=example,dc=org
} >"$T/slapd.conf"
sed -i '0,/^pidfile/s//attributetype ( 2.25.1 NAME '"'login'"' SUP uid )\n&/' "$T/slapd.conf"
start_slapd "$T/slapd.conf"
fill_twin

both() { # ARGS of a search below o=ours: the same below "o=twin", and what they found is in $OUT
    local theirs status=0
    theirs=$(search "${@//o=ours/o=twin}" 2>&1 | sed 's/o=twin/o=ours/g' | entries; exit "${PIPESTATUS[0]}") || status=$?
    theirs+=" $status" status=0
    OUT=$(search "$@" 2>&1 | entries; exit "${PIPESTATUS[0]}") || status=$?
    same "$theirs" "$OUT $status" "the answer to: $*"
}
both -b o=ours
same 15 "$(grep -c '^dn: [^|]*o=ours|' <<<"$OUT")" "entries below the other base"
contains "$OUT" "|member: uid=gus,o=ours|"
contains "$OUT" "|login: ann|"
for scope in base one children; do both -b o=ours -s $scope; done
for filter in '(login=ann)' '(login=A*)' '(&(objectClass=posixAccount)(!(login=ann)))' '(member=uid=ann,o=ours)' \
    '(entryDN=uid=ann,o=ours)' '(uidNumber=2003)' '(nosuch=x)' '(|(memberUid=gus)(login=bob))' '(o:dn:=ours)' '(uid:dn:=ann)'; do
    both -b o=ours "$filter"
    both -b o=ours "$filter" login member
done
same "cn=devs,o=ours cn=ldapusers,o=ours cn=sysadmins,o=ours" "$(dns -b o=ours '(member=uid=ann,o=ours)' | xargs)" "ann's groups"
same "uid=ann,o=ours" "$(dns -b o=ours '(login=ANN)')" "ann by her login"
both -b uid=ann,o=ours
both -b UID=Ann,O=Ours -s base mail
both -b uid=nosuch,o=ours
both -b cn=x,uid=ann,o=ours
both -b o=ours -z 3 -s base
same "$(dns -b o=ours)" "$(dns -b o=ours -E '!pr=4/noprompt')" "pages"
lacks "$(search -b $base)" o=ours

compare() { # CODE RDN ASSERTION
    expect "$1" ldapcompare -x -H "$URI" "$2,o=ours" "$3"
    expect "$1" ldapcompare -x -H "$URI" "$2,o=twin" "${3//o=ours/o=twin}"
}
compare 6 uid=ann login:ANN
compare 5 uid=ann login:bob
compare 6 cn=devs member:uid=ann,o=ours
compare 5 cn=devs member:uid=bob,o=ours
compare 16 cn=devs login:devs
compare 32 uid=nosuch login:x

# A login is that of the entry itself, and access rules know it.
expect 0 ldapwhoami -x -H "$URI" -D uid=bob,o=ours -w bob-secret
same "dn:uid=bob,$base" "$OUT" "who I am"
expect 49 ldapwhoami -x -H "$URI" -D uid=bob,o=ours -w wrong
expect 49 ldapwhoami -x -H "$URI" -D uid=nosuch,o=ours -w bob-secret
expect 0 search -D uid=bob,o=ours -w bob-secret -b uid=bob,o=ours -s base login
contains "$OUT" "login: bob"
stop_slapd

# On the database itself, with other names for attributes and access for who is logged in.
{
    manager_conf | sed -e 's/^moduleload back_pgsql/&\nmoduleload rwm/' -e "0,/^pidfile/s//attributetype ( 2.25.1 NAME 'login' SUP uid )\n&/"
    printf '%s\n' 'overlay rwm' 'rwm-map attribute login uid' 'access to attrs=userPassword by * auth' 'access to attrs=mail by self read by * none' 'access to * by * read'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
same "dn: uid=ann,$base
login: ann" "$(search -b $base '(login=ann)' login mail | sed '/^$/d')" "ann by her login"
contains "$(search -b $base '(login=ann)')" "homeDirectory: /home/ann"
contains "$(search -D "uid=bob,$base" -w bob-secret -b $base '(&(login=bob)(mail=bob@*))' mail)" "mail: bob@"
expect 6 ldapcompare -x -H "$URI" "uid=ann,$base" login:ann
