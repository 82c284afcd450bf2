# replicas.sh: stock slapd servers with back-mdb that copy the test's database by syncrepl.
. "$TESTS/lib/cache.sh"
base=dc=example,dc=com
feed_conf() { # [LINE…]: the provider, with more directives
    echo "serverID ${SERVER_ID:-1}"
    manager_conf | sed 's/^moduleload back_pgsql/&\nmoduleload syncprov/'
    printf '%s\n' 'pgsql-feed on' 'pgsql-feed-interval 0.05' "pgsql-feed-state $T/feed${SERVER_ID:-}" 'limits dn.exact="cn=admin,dc=example,dc=com" size=unlimited time=unlimited' "$@" 'overlay syncprov'
}
syncrepl_of() { # RID URI TYPE OPTION…: the lines of a consumer
    printf '%s' "syncrepl rid=$1 provider=$2 searchbase=$base type=$3 filter=\"${FILTER:-(objectClass=*)}\" retry=\"1 +\" interval=00:00:00:01 schemachecking=off bindmethod=simple binddn=\"${BIND_DN:-cn=admin,$base}\" credentials=${CREDENTIALS:-admin}"
    printf ' %s' "${@:4}"
    echo
}
# A consumer at ${REPLICA[NAME]}, of the providers in $PROVIDERS (default: $URI).
declare -A REPLICA REPLICA_PROCESS
start_replica() { # NAME TYPE [OPTION…]
    local name=$1 rid=0 provider port folder=$T/replica-$1
    mkdir -p "$folder"
    free_port port
    REPLICA[$name]=ldap://127.0.0.1:$port
    {
        base_conf | sed "s|^moduleload back_pgsql|moduleload back_mdb\nmoduleload argon2|; s|$T/slapd\.|$folder/slapd.|; s|modulepath .*|modulepath /usr/lib/ldap|"
        printf '%s\n' 'database mdb' "suffix $base" "rootdn cn=admin,$base" 'rootpw admin' "directory $folder" 'dbnosync' 'sizelimit unlimited' 'maxsize 1073741824'
        for provider in ${PROVIDERS:-$URI}; do
            rid=$((rid + 1))
            syncrepl_of "00$rid" "$provider" "$2" "${@:3}"
        done
    } >"$folder/slapd.conf"
    run_replica "$name"
}
run_replica() { # NAME
    local folder=$T/replica-$1
    setpriv --pdeathsig TERM -- slapd -h "${REPLICA[$1]}" -f "$folder/slapd.conf" -d "sync,stats" >>"$folder/log" 2>&1 &
    REPLICA_PROCESS[$1]=$!
    eventually 20 listens "${REPLICA[$1]}"
}
stop_replica() { # NAME
    kill -TERM "${REPLICA_PROCESS[$1]}"
    wait "${REPLICA_PROCESS[$1]}" || true
}
content() { # URI: all entries with what replicas copy, in an order of their own
    ldapsearch -x -LLL -o ldif-wrap=no -H "$1" -D "cn=admin,$base" -w admin -b $base '(objectClass=*)' '*' entryUUID structuralObjectClass |
        perl -00 -ne 'my ($dn, @rest) = split /\n/; print join("\n", $dn, sort @rest), "\n\n" if defined $dn and $dn =~ /^dn/' | perl -e 'local $/ = ""; print sort <STDIN>'
}
is_copy() { [ "$(content "$URI")" = "$(content "${REPLICA[$1]}")" ]; } # NAME
copied() { # WHAT [SECONDS]: all replicas become equal to the provider
    local name
    for name in "${!REPLICA[@]}"; do
        eventually "${2:-5}" is_copy "$name" || { diff <(content "$URI") <(content "${REPLICA[$name]}") | head -20 >&2; fail "$1: the replica $name differs"; }
    done
}
notified_changes() { tell_of_changes '"Users"' '"Groups"' '"UserGroups"'; }
# The provider with TLS and an account, as doc/replicas.md has it. Needs tests/lib/certificates.sh, and `certificate provider`.
replicator=cn=replicator,$base
secure_conf() { # [LINE…]
    mkdir -p "$T/replicator${SERVER_ID:-}"
    printf '%s\n' "TLSCertificateFile $T/provider.pem" "TLSCertificateKeyFile $T/provider.key"
    feed_conf "pgsql-feed-passwords $replicator" "limits dn.exact=$replicator size=unlimited time=unlimited" \
        "access to attrs=userPassword by dn.exact=$replicator read by * auth" 'access to * by * read' "$@" |
        sed "s|^database pgsql|database ldif\nsuffix $replicator\nrootdn $replicator\nrootpw secret\ndirectory $T/replicator${SERVER_ID:-}\n\n&|; s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
}
