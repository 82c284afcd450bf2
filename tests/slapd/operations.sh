# Every operation gets a result, whichever overlays are over the database.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
mkdir "$T/log" "$T/cache"
declare -A over=( # overlay: its directives; @ is the suffix
    [none]='' [deref]='' [lastbind]='' [otp]='' [seqmod]='' [sssvlv]=''
    [accesslog]='logdb cn=log|logops all'
    [auditlog]="auditlog $T/audit.ldif"
    [autogroup]='autogroup-attrset groupOfURLs memberURL member'
    [collect]='collectinfo "@" c-l'
    [constraint]='constraint_attribute mail count 3'
    [dds]='dds-default-ttl 3600'
    [dyngroup]='attrpair member memberURL'
    [dynlist]='dynlist-attrset groupOfURLs memberURL member'
    [memberof]='memberof-refint TRUE'
    [pcache]="pcache mdb 100 1 20 100|pcacheAttrset 0 cn|pcacheTemplate (uid=) 0 60|directory $T/cache|maxsize 10000000"
    [ppolicy]='ppolicy_forward_updates'
    [refint]='refint_attributes member memberUid'
    [retcode]='retcode-parent "ou=codes,@"|retcode-item cn=success 0x00'
    [rwm]='rwm-map attribute surname sn'
    [unique]='unique_uri ldap:///?uid?sub'
    [valsort]='valsort-attr memberUid "@" alpha-ascend'
)
together='accesslog auditlog collect constraint dynlist lastbind memberof ppolicy refint rwm sssvlv unique valsort'
for overlay in "${!over[@]}"; do [ "$overlay" = none ] || [ -f "/usr/lib/ldap/$overlay.so" ] || unset "over[$overlay]"; done
database() { # NAME OVERLAY…
    local name=$1 overlay
    printf '%s\n' 'database pgsql' "suffix dc=$name" "rootdn cn=admin,dc=$name" 'rootpw admin' "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager"
    cat "$TESTS/data/queries.conf"
    for overlay in "${@:2}"; do
        [ "${over[$overlay]+there}" != there ] || printf '%s\n' "overlay $overlay" "${over[$overlay]//@/dc=$name}" | tr '|' '\n'
    done
}
{
    echo 'pidfile /dev/null'
    base_conf | sed '/^moduleload/,$d' | sed 's|^include .*/nis.schema|&\ninclude /etc/ldap/schema/dyngroup.schema\ninclude /etc/ldap/schema/collective.schema|'
    for module in back_pgsql back_mdb "${!over[@]}"; do [ "$module" = none ] || echo "moduleload $module"; done
    printf '%s\n' 'database mdb' 'suffix cn=log' 'rootdn cn=admin,cn=log' "directory $T/log" 'maxsize 100000000'
    database none
    for overlay in "${!over[@]}"; do [ "$overlay" = none ] || database "$overlay" "$overlay"; done
    database together $together
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"

operations() { perl "$TESTS/lib/operations" "$URI" "dc=$1" 2>&1; }
refused() { printf " %s$1:$2" add add-again delete modify rename move; }
expected=" bind:0$(refused '' 53)$(refused -proxied 53)$(refused -noop 53) password:53 refresh:12 unknown:2 whoami:0 compare:6 search:0 wrong:49 login:0$(refused -user 53)"
for name in "${!over[@]}" together; do
    case $name in dds) refresh=65 ;; *) refresh=12 ;; esac # no dynamic object; no support for any
    same "${expected/refresh:12/refresh:$refresh}" "$(operations "$name")" "the results of operations under $name"
done
expect 53 ldapdelete -x -H "$URI" -D cn=admin,dc=none -w admin uid=eve,dc=none
contains "$ERR" 'entries cannot be deleted here; delete the row in PostgreSQL'
