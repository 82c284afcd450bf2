# prometheus.sh: a directory with everything that has metrics, a replica, slapd-pgsql-metrics, a node exporter, and a Prometheus that reads them.
. "$TESTS/lib/replicas.sh"
. "$TESTS/lib/certificates.sh"

measured_conf() {
    secure_conf "$(<"$TESTS/data/writes.conf")" 'pgsql-cache 16' 'pgsql-serve-stale 3600' 'pgsql-pool-size 4' \
        'pgsql-virtual users uid write SELECT "uid" AS username, "uidNumber" AS uid_number, "gidNumber" AS gid_number FROM "Users" WHERE "uid" = $1' \
        'pgsql-virtual-names users [a-z]+[0-9]'
    echo 'database monitor'
}
start_measured() { # starts PostgreSQL and slapd, for TLS at $LDAPS
    local port ldaps_port
    authority ca
    certificate provider ca IP:127.0.0.1
    start_postgres
    notified_changes
    q 'GRANT INSERT, UPDATE, DELETE ON "Users", "Groups", "UserGroups" TO ldap'
    free_port port
    free_port ldaps_port
    LDAPS=ldaps://127.0.0.1:$ldaps_port
    URI="ldap://127.0.0.1:$port $LDAPS"
    start_slapd - < <(measured_conf)
    URI=ldap://127.0.0.1:$port
    settled
    eventually 20 cache_used 1
}
start_measured_replica() { # at $COPY
    logged feed-started
    echo secret >"$T/password"
    expect 0 perl "$PROJECT/packaging/slapd-pgsql-replica" write --provider "$LDAPS" --bind-dn "$replicator" --password-file "$T/password" --ca-file "$T/ca.pem" \
        --directory "$T/replica" --output "$T/replica.conf"
    sed -i "s|^pidfile .*|pidfile $T/replica/slapd.pid|; s|retry=5 +|retry=1 +|" "$T/replica.conf"
    COPY=ldapi://${T//\//%2F}%2Fcopy
    run_measured_replica "$T/replica.conf"
    mkdir "$T/textfile"
}
run_measured_replica() { # CONF
    setpriv --pdeathsig TERM -- slapd -h "$COPY" -f "$1" -d none >>"$T/replica.log" 2>&1 &
    REPLICA_SLAPD=$!
    eventually 20 listens "$COPY"
}
write_lag() { # OPTION…
    "$PROJECT/packaging/slapd-pgsql-replica" lag --config "$T/replica.conf" --uri "$COPY" --textfile "$T/textfile/slapd-pgsql-replica.prom" "$@"
}
start_node_exporter() { # at $NODE: shows the replica's lag, which is written each second
    (while :; do write_lag --wait 0 2>/dev/null || true; pause 1; done) &
    free_port NODE
    setpriv --pdeathsig TERM -- prometheus-node-exporter --web.listen-address="127.0.0.1:$NODE" --collector.disable-defaults --collector.textfile \
        --collector.textfile.directory="$T/textfile" 2>"$T/node.log" &
    NODE=127.0.0.1:$NODE
}
start_metrics() { # at $METRICS
    free_port METRICS
    setpriv --pdeathsig TERM -- "$PROJECT/packaging/slapd-pgsql-metrics" --uri "$URI" --listen "$METRICS" 2>"$T/metrics.log" &
    METRICS=127.0.0.1:$METRICS
    eventually 10 grep -q ' are at ' "$T/metrics.log"
}
start_prometheus() { # at $PROMETHEUS: reads $METRICS and $NODE every second
    free_port PROMETHEUS
    printf '%s\n' 'global: {scrape_interval: 1s, evaluation_interval: 1s}' "rule_files: [$PROJECT/packaging/prometheus/slapd-pgsql.rules.yml]" \
        'scrape_configs:' '  - job_name: slapd-pgsql' "    static_configs: [{targets: ['$METRICS'], labels: {instance: ldap1}}]" \
        '  - job_name: node' "    static_configs: [{targets: ['$NODE'], labels: {instance: replica1}}]" >"$T/prometheus.yml"
    setpriv --pdeathsig TERM -- prometheus --config.file="$T/prometheus.yml" --storage.tsdb.path="$T/tsdb" --web.listen-address="127.0.0.1:$PROMETHEUS" \
        --log.level=warn 2>"$T/prometheus.log" &
    PROMETHEUS=http://127.0.0.1:$PROMETHEUS
    eventually 30 curl -sf "$PROMETHEUS/-/ready"
}
promql() { # EXPRESSION: its value, or nothing
    curl -sf --data-urlencode "query=$1" "$PROMETHEUS/api/v1/query" |
        perl -MJSON::PP -e 'print map { "$_->{value}[1]\n" } decode_json(join "", <STDIN>)->{data}{result}->@*'
}

# A little of everything, N times: found, missing and cached entries, logins, writes, names without a row.
traffic() { # N
    local - i user=uid=ann,ou=people,$base
    set +e # the database may be down
    for ((i = 0; i < $1; i++)); do
        search -b "$base" '(uid=ann)' uid
        search -b "$base" "(uid=nobody$i)" uid
        search -b "$base" "(uid=other$i)" uid
        ldapwhoami -x -H "$URI" -D "$user" -w ann-secret
        ldapwhoami -x -H "$URI" -D "$user" -w wrong
        printf '%s\n' "dn: $user" 'changetype: modify' 'replace: mail' "mail: ann$i@example.com" | ldapmodify -x -H "$URI" -D "cn=admin,$base" -w admin
        printf '%s\n' "dn: $user" 'changetype: modify' 'replace: mail' "mail: x@example.com" | ldapmodify -x -H "$URI"
    done >/dev/null 2>&1
    return 0
}
