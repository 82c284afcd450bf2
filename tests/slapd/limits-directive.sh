# The limits directive works as with back-mdb, for all subjects, limits and pages.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/mdb.sh"
start_postgres
base=dc=example,dc=com twin=dc=example,dc=org
q "DELETE FROM \"Groups\" WHERE cn = 'empty'"
limits() {
    cat <<END
limits dn.exact="uid=gus,$base" size=2
limits group/groupOfNames/member="cn=sysadmins,$base" size=unlimited time=unlimited
limits anonymous size=4 time=60
limits users size.soft=3 size.hard=8 size.pr=5 size.prtotal=9
END
}
{
    manager_conf | sed -e 's/^moduleload back_pgsql/&\nmoduleload back_mdb/' -e "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
    limits
    twin_conf
    limits
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
fill_twin

both() { # CODE ENTRIES USER ARGS…, of ours and of back-mdb
    local code=$1 entries=$2 who=() suffix
    [ "$3" = nobody ] || who=(-D "uid=$3,$base" -w "$3-secret")
    shift 3
    for suffix in $base $twin; do
        expect "$code" search "${who[@]}" -b $suffix "$@"
        same "$entries" "$(grep -c '^dn: ' <<<"$OUT" || true)" "entries of: ${who[1]:-nobody} -b $suffix $*"
    done
}
both 4 4 nobody
both 4 4 nobody -z 10
both 4 1 nobody -z 1
both 0 3 nobody '(|(uid=ann)(uid=bob)(uid=carl))'
both 0 4 nobody '(objectClass=posixGroup)'
both 4 2 gus
both 4 2 gus -z 3
both 4 1 gus -z 1
both 0 2 gus '(|(uid=ann)(uid=bob))'
both 0 15 ann
both 0 15 bob -z 15
both 4 14 bob -z 14
both 4 3 hal
both 4 7 hal -z 7
both 0 4 hal -z 8 '(objectClass=posixGroup)'
both 4 8 hal -z 9 # above the hard limit
both 4 8 hal -z max
both 0 15 ann -E '!pr=2/noprompt'
both 4 9 hal -E '!pr=2/noprompt'
both 0 4 hal -E '!pr=3/noprompt' '(objectClass=posixGroup)'
both 11 0 hal -E '!pr=6/noprompt' # larger pages than allowed
both 4 4 nobody -E '!pr=3/noprompt'
# Who joins the group has its limits.
q "INSERT INTO \"UserGroups\" SELECT \"uidNumber\", 2000, now(), now() FROM \"Users\" WHERE uid = 'hal'"
both 0 15 hal
