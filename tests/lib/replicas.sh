# replicas.sh: stock slapd servers with back-mdb that copy the test's database by syncrepl.
. "$TESTS/lib/cache.sh"
base=dc=example,dc=com
with_feed() { # [LINE…]: the configuration on standard input becomes a provider's, with more directives
    echo "serverID ${SERVER_ID:-1}"
    sed 's/^moduleload back_pgsql/&\nmoduleload syncprov/'
    printf '%s\n' 'pgsql-feed on' 'pgsql-feed-interval 0.05' "pgsql-feed-state $T/feed${SERVER_ID:-}" \
        "limits dn.exact=\"${BIND_DN:-cn=admin,$base}\" size=unlimited time=unlimited" "$@" 'overlay syncprov'
    [ -z "${SYNCPROV:-}" ] || echo "$SYNCPROV" # its directives
}
feed_conf() { manager_conf | with_feed "$@"; } # [LINE…]
start_provider() { # LINE…: PostgreSQL that reports changes, and the provider with more directives
    start_postgres
    notified_changes
    start_slapd - < <(feed_conf "$@")
    logged feed-started
}
# The same with cn=config, whose database is $database, and a replica that is connected.
start_provider_online() { # LINE…
    start_postgres
    notified_changes
    mkdir "$T/slapd.d"
    feed_conf "$@" >"$T/slapd.conf"
    "${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "slaptest: $(<"$T/slaptest.log")"
    start_slapd "$T/slapd.d"
    logged feed-started
    start_replica push refreshAndPersist
    copied "the first copy" 20
    database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
}
change() { printf '%s\n' "dn: $database" 'changetype: modify' "$@" | as_config ldapmodify; } # LINE…: of the database in cn=config
restart_provider() { # [SIGNAL]: KILL as a crash, by default a clean end
    if [ "${1:-TERM}" = TERM ]; then
        stop_slapd
    else
        kill -s "$1" "$SLAPD"
        wait "$SLAPD" || true
        SLAPD=
    fi
    start_slapd "$T/slapd.conf"
}
syncrepl_of() { # RID URI TYPE OPTION…: the lines of a consumer
    printf '%s' "syncrepl rid=$1 provider=$2 searchbase=$base type=$3 filter=\"${FILTER:-(objectClass=*)}\" retry=\"1 +\" interval=00:00:00:01 schemachecking=off bindmethod=simple binddn=\"${BIND_DN:-cn=admin,$base}\" credentials=${CREDENTIALS:-admin}"
    printf ' %s' "${@:4}"
    echo
}
# A consumer at ${REPLICA[NAME]}, of the providers in $PROVIDERS (default: $URI).
declare -A REPLICA REPLICA_PROCESS REPLICA_LOG_BEGIN
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
    REPLICA_LOG_BEGIN[$1]=$(stat -c %s "$folder/log" 2>/dev/null || echo 0)
    setpriv --pdeathsig TERM -- slapd -h "${REPLICA[$1]}" -f "$folder/slapd.conf" -d "sync,stats" >>"$folder/log" 2>&1 &
    REPLICA_PROCESS[$1]=$!
    eventually 20 listens "${REPLICA[$1]}"
}
stop_replica() { # NAME
    kill -TERM "${REPLICA_PROCESS[$1]}"
    wait "${REPLICA_PROCESS[$1]}" || true
}
# same_entries SECONDS URI…: all servers get the entries of the first.
same_entries() { "$TESTS/lib/same-entries" $(($1 * TIMEOUT_FACTOR)) "$base" "cn=admin,$base" admin "${@:2}"; }
copied() { # WHAT [SECONDS]: all replicas become equal to the provider
    local difference
    difference=$(same_entries "${2:-5}" "$URI" "${REPLICA[@]}") || fail "$1: a replica differs: $difference"
}
copied_to() { # NAME WHAT [SECONDS]: this one does
    local difference
    difference=$(same_entries "${3:-5}" "$URI" "${REPLICA[$1]}") || fail "$2: the replica $1 differs: $difference"
}
at_replica() { URI=${REPLICA[$1]} search -D "cn=admin,$base" -w admin -b "$base" "${@:2}"; } # NAME ARGUMENTS…
# replicated NAME FILTER TEXT…: what the replica finds gets to contain each TEXT; without any, it finds nothing.
replicated() { eventually 10 replica_shows "$@"; }
replica_shows() {
    local found text
    found=$(at_replica "$1" "$2") || return
    [ $# != 2 ] || [ -z "$found" ] || return
    for text in "${@:3}"; do [[ $found == *"$text"* ]] || return; done
}
replica_log() { tail -c "+$((${REPLICA_LOG_BEGIN[$1]:-0} + 1))" "$T/replica-$1/log"; } # NAME: since it was started last
notified_changes() { tell_of_changes '"Users"' '"Groups"' '"UserGroups"'; }
add_users() { # FIRST LAST [GROUP]: users with these numbers, and private groups or that one
    q "INSERT INTO \"Users\" (\"uid\", \"uidNumber\", \"gidNumber\", \"cn\", \"sn\", \"givenName\", \"mail\", \"homeDirectory\", \"userPassword\", \"createdAt\", \"updatedAt\")
       SELECT 'u' || n, n, ${3:-n}, 'User ' || n, 'User', 'User', n || '@example.com', '/home/u' || n, 'x', now(), now() FROM generate_series($1, $2) n"
}
# The provider with TLS and an account, as doc/replicas.md has it. Needs tests/lib/certificates.sh, and `certificate provider`.
replicator=cn=replicator,$base
secure_conf() { # [LINE…]
    mkdir -p "$T/replicator${SERVER_ID:-}"
    printf '%s\n' "TLSCertificateFile $T/provider.pem" "TLSCertificateKeyFile $T/provider.key"
    feed_conf "pgsql-feed-passwords $replicator" "limits dn.exact=$replicator size=unlimited time=unlimited" \
        "access to attrs=userPassword by dn.exact=$replicator read by * auth" 'access to * by * read' "$@" |
        sed "s|^database pgsql|database ldif\nsuffix $replicator\nrootdn $replicator\nrootpw secret\ndirectory $T/replicator${SERVER_ID:-}\n\n&|; s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
}
# A second change while the first one, of many rows, is copied: once the log of the replica push has the pattern.
change_while_copied() { # SQL PATTERN SQL
    local second
    {
        until grep -q -- "$2" "$T/replica-push/log"; do pause 0.005; done
        echo "BEGIN; $3; COMMIT;"
    } | "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -v ON_ERROR_STOP=1 manager &
    second=$!
    q "$1"
    wait $second
}
