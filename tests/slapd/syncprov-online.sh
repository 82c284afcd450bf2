# Overlay syncprov is refused online with the reason, and everything else goes on.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com reason='it does not see changes made in PostgreSQL'
mkdir "$T/slapd.d" "$T/local" "$T/top"
{
    manager_conf | sed 's/^moduleload back_pgsql/&\nmoduleload ppolicy/'
    local_database() { printf '%s\n' 'database ldif' "suffix $1" "rootdn cn=local,$1" "directory $T/$2"; }
    manager_conf | sed -n '/^database pgsql/,$p' | sed 's/dc=example,dc=com/dc=part,dc=top/'
    echo subordinate
    local_database dc=top top
    local_database dc=local local
} >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "slaptest: $(<"$T/slaptest.log")"
start_slapd "$T/slapd.d"
database_of() { as_config ldapsearch -LLL -b cn=config "(olcSuffix=$1)" 1.1 | sed -n 's/^dn: //p'; }
ours=$(database_of $base)
add_overlay() { # TYPE DATABASE [ATTRIBUTE…]
    local class=olcPPolicyConfig
    [[ $1 != *syncprov ]] || class=olcSyncProvConfig
    printf '%s\n' "dn: olcOverlay=$1,$2" 'objectClass: olcOverlayConfig' "objectClass: $class" "olcOverlay: $1" "${@:3}" | as_config ldapadd
}
overlays() { as_config ldapsearch -LLL -b "$1" -s one 1.1 | sed -n 's/^dn: olcOverlay=\([^,]*\).*/\1/p' | xargs; }
well() {
    same 16 "$(dns -b $base | wc -l)" "entries"
    expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,$base" -w ann-secret
    expect 53 ldapdelete -x -H "$URI" -D "cn=admin,$base" -w admin "uid=eve,$base"
}

# The module is loaded after the database has been opened.
expect 0 as_config ldapmodify <<<$'dn: cn=module{0},cn=config\nchangetype: modify\nadd: olcModuleLoad\nolcModuleLoad: syncprov'
for _ in 1 2; do
    expect 80 add_overlay syncprov "$ours"
    contains "$ERR" "overlay syncprov cannot serve database pgsql $base: $reason"
    well
done
expect 0 add_overlay ppolicy "$ours"
for place in syncprov '{0}syncprov' '{1}syncprov'; do
    expect 80 add_overlay "$place" "$ours" 'olcSpCheckpoint: 100 10'
    contains "$ERR" "$reason"
    same '{0}ppolicy' "$(overlays "$ours")" "the overlays that are left"
    well
done
expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,$base" -w ann-secret -e ppolicy
expect 80 add_overlay syncprov "$(database_of dc=top)" # which is glued to one of ours
contains "$ERR" "database pgsql dc=part,dc=top: $reason"

# Where it can work it does, and it can be removed and added again.
for _ in 1 2; do
    expect 0 add_overlay syncprov "$(database_of dc=local)"
    same '{0}syncprov' "$(overlays "$(database_of dc=local)")" "the overlays of the local database"
    expect 0 as_config ldapdelete "olcOverlay={0}syncprov,$(database_of dc=local)"
done
expect 0 as_config ldapdelete "olcOverlay={0}ppolicy,$ours"
well
stop_slapd
start_slapd "$T/slapd.d"
well
