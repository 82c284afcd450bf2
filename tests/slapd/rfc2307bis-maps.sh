# With rfc2307bis, hosts, networks and services have the classes of nis.
. "$(dirname "$0")/../lib.sh"
start_postgres
conf() { # SCHEMA
    manager_conf | sed "s|/etc/ldap/schema/nis.schema|$1|"
    cat <<'END'
pgsql-kind hosts container=ou=hosts rdn=cn class=top,device,ipHost
pgsql-list hosts SELECT 'web1' AS cn, ARRAY['192.0.2.11', '2001:db8::11'] AS "ipHostNumber"
pgsql-kind networks container=ou=networks rdn=cn class=top,ipNetwork
pgsql-list networks SELECT 'office' AS cn, '192.0.2.0' AS "ipNetworkNumber", '255.255.255.0' AS "ipNetmaskNumber"
pgsql-kind services container=ou=services rdn=cn class=top,ipService
pgsql-list services SELECT 'intranet' AS cn, 8085 AS "ipServicePort", '{tcp,udp}'::text[] AS "ipServiceProtocol"
END
}
entries() {
    local filter
    for filter in '(&(objectClass=ipHost)(ipHostNumber=2001:DB8::11))' '(ipNetworkNumber=192.0.2.0)' '(&(ipServicePort=8085)(ipServiceProtocol=udp))'; do
        expect 0 search -b dc=example,dc=com "$filter"
        [ -n "$OUT" ] || fail "nothing matches $filter"
        echo "$OUT"
    done
}
definitions() { search -s base -b cn=subschema attributeTypes objectClasses | grep -oE "^[a-zA-Z]+: \( [0-9.]+ NAME 'ip(Host|Network|Netmask|Service)[a-zA-Z]*'" | sort; }
start_slapd - < <(conf /etc/ldap/schema/nis.schema)
entries=$(entries) definitions=$(definitions)
stop_slapd
same 8 "$(wc -l <<<"$definitions")" "the number of definitions"
start_slapd - < <(conf "$PROJECT/schema/rfc2307bis.schema")
same "$entries" "$(entries)" "the entries"
same "$definitions" "$(definitions)" "the definitions"
stop_slapd

# The same from the file for cn=config.
mkdir "$T/slapd.d"
conf "" | sed '/^include $/d; /^database pgsql/,$d' >"$T/slapd.conf"
expect 0 "${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d"
start_slapd "$T/slapd.d"
expect 0 as_config ldapadd -f "$PROJECT/schema/rfc2307bis.ldif"
same "$definitions" "$(definitions)" "the definitions in cn=config"
