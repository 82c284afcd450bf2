# Searches that search again while they are answered finish with few connections.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "INSERT INTO \"Users\" (\"uid\",\"uidNumber\",\"homeDirectory\",\"cn\",\"sn\",\"givenName\",\"mail\",\"userPassword\",\"createdAt\",\"updatedAt\")
   SELECT 'u' || i, 10000 + i, '/h', 'c', 's', 'g', i || '@x', 'x', now(), now() FROM generate_series(1, 600) i;
   CREATE TABLE lists (cn text PRIMARY KEY, \"memberURL\" text);
   INSERT INTO lists SELECT 'list ' || i, 'ldap:///$base??sub?(uidNumber>=' || 10000 + i || ')' FROM generate_series(1, 4) i;
   GRANT SELECT ON lists TO ldap"
conf() { # CONNECTIONS
    manager_conf | sed -e 's/^moduleload back_pgsql/&\nmoduleload dynlist/' -e 's|^include .*/inetorgperson.schema|&\ninclude /etc/ldap/schema/dyngroup.schema|'
    cat <<END
sizelimit unlimited
pgsql-pool-size $1
pgsql-timeout 20
pgsql-kind lists rdn=cn class=top,groupOfURLs
pgsql-list lists SELECT cn, "memberURL" FROM lists
overlay dynlist
dynlist-attrset groupOfURLs memberURL member
access to attrs=userPassword by * auth
access to attrs=mail by set="[cn=sysadmins,$base]/memberUid & user/uid" read by * none
access to * by * read
END
}
one() { # N: what one of the clients sees
    search -D "uid=gus,$base" -w gus-secret -b $base '(objectClass=groupOfURLs)' member >"$T/lists.$1" &
    search -D "uid=bob,$base" -w bob-secret -b $base '(objectClass=posixAccount)' mail >"$T/mails.$1"
    local status=$?
    wait $! && return $status
}
for connections in 1 2 5; do
    conf $connections >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    clients=()
    for n in 1 2 3 4 5 6; do one $n & clients+=($!); done
    for client in "${clients[@]}"; do wait "$client" || fail "a search with $connections connections"; done
    for n in 1 2 3 4 5 6; do
        same "610 2394" "$(grep -c '^mail: ' "$T/mails.$n") $(grep -c '^member: ' "$T/lists.$n")" "mails and members with $connections connections"
    done
    stop_slapd
done
