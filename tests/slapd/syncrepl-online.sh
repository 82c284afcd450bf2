# A consumer that is configured online writes nothing, and the log says why.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
mkdir "$T/slapd.d" "$T/provider"
{ manager_conf | sed 's/^moduleload back_pgsql/&\nmoduleload back_mdb\nmoduleload syncprov/'; } >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "slaptest: $(<"$T/slaptest.log")"
start_slapd "$T/slapd.d"
ours=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
before=$(search -b $base)
# The provider is another database of the same server, with other entries.
expect 0 as_config ldapadd <<END
dn: olcDatabase=mdb,cn=config
objectClass: olcMdbConfig
olcDatabase: mdb
olcSuffix: dc=provider
olcRootDN: cn=admin,dc=provider
olcRootPW: admin
olcDbDirectory: $T/provider

dn: olcOverlay=syncprov,olcDatabase={2}mdb,cn=config
objectClass: olcSyncProvConfig
olcOverlay: syncprov
END
expect 0 ldapadd -x -H "$URI" -D cn=admin,dc=provider -w admin <<'END'
dn: dc=provider
objectClass: dcObject
objectClass: organization
o: provider
dc: provider

dn: uid=new,dc=provider
objectClass: account
uid: new
END
expect 0 as_config ldapmodify <<END
dn: $ours
changetype: modify
add: olcSyncrepl
olcSyncrepl: rid=1 provider=$URI searchbase=dc=provider suffixmassage=$base type=refreshAndPersist bindmethod=simple binddn=cn=admin,dc=provider credentials=admin retry="1 +"
END
logged config-refused 'syncrepl cannot fill a pgsql database'
log_has be_add
tried() { [ "$(grep -c be_add "$T/slapd.log")" -ge "$1" ]; }
for attempt in 1 2 3; do
    eventually 20 tried $attempt
    same "$before" "$(search -b $base)" "the entries"
    expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,$base" -w ann-secret
done
expect 0 as_config ldapmodify <<<"dn: $ours"$'\nchangetype: modify\ndelete: olcSyncrepl'
same "$before" "$(search -b $base)" "the entries, afterwards"
