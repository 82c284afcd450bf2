# prometheus.sh: a directory with everything that has metrics, slapd-pgsql-metrics, and a Prometheus that reads them.
. "$TESTS/lib/cache.sh"
base=dc=example,dc=com

measured_conf() {
    manager_conf
    cat "$TESTS/data/writes.conf"
    printf '%s\n' 'pgsql-cache 16' 'pgsql-serve-stale 3600' 'pgsql-pool-size 4' \
        'pgsql-virtual users uid write SELECT "uid" AS username, "uidNumber" AS uid_number, "gidNumber" AS gid_number FROM "Users" WHERE "uid" = $1' \
        'pgsql-virtual-names users [a-z]+[0-9]' 'database monitor'
}
start_measured() { # starts PostgreSQL and slapd
    start_postgres
    tell_of_changes '"Users"' '"Groups"' '"UserGroups"'
    q 'GRANT INSERT, UPDATE, DELETE ON "Users", "Groups", "UserGroups" TO ldap'
    start_slapd - < <(measured_conf)
    settled
    eventually 20 cache_used 1
}
start_metrics() { # at $METRICS
    free_port METRICS
    setpriv --pdeathsig TERM -- "$PROJECT/packaging/slapd-pgsql-metrics" --uri "$URI" --listen "$METRICS" 2>"$T/metrics.log" &
    METRICS=127.0.0.1:$METRICS
    eventually 10 grep -q ' are at ' "$T/metrics.log"
}
start_prometheus() { # at $PROMETHEUS: reads $METRICS every second
    free_port PROMETHEUS
    printf '%s\n' 'global: {scrape_interval: 1s, evaluation_interval: 1s}' "rule_files: [$PROJECT/packaging/prometheus/slapd-pgsql.rules.yml]" \
        'scrape_configs:' '  - job_name: slapd-pgsql' "    static_configs: [{targets: ['$METRICS'], labels: {instance: ldap1}}]" >"$T/prometheus.yml"
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
