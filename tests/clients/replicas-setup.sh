#!/bin/bash
# Every command in doc/replicas.md works, on two providers, a replica and a proxy.
#
# The machines are network namespaces of these names, each with an /etc, a /run and a /var/lib/ldap of its own.
. "$(dirname "$0")/own-system.sh"
. "$TESTS/lib/cache.sh"
. "$TESTS/lib/certificates.sh"
need haproxy
page=doc/replicas.md prom=/var/lib/prometheus/node-exporter/slapd-pgsql-replica.prom

ip link add name machines type bridge 2>/dev/null || skip "this machine has no bridges"
ip address add 198.51.100.1/24 dev machines
ip link set machines up
printf '%s\n' '127.0.0.1 localhost' '198.51.100.1 db1.example.com db2.example.com ldap.example.com' '198.51.100.11 ldap1.example.com' \
    '198.51.100.12 ldap2.example.com' '198.51.100.13 replica1.example.com' >/etc/hosts
stop_postgres
authority ca
certificate db ca DNS:db1.example.com,DNS:db2.example.com
start_postgres -c 'listen_addresses=*' -c ssl=on -c "ssl_cert_file=$T/db.pem" -c "ssl_key_file=$T/db.key"
block $page 'hostssl manager' >>"$T/pg/data/pg_hba.conf"
q "SELECT pg_reload_conf(); ALTER ROLE ldap PASSWORD 'password'" >/dev/null
declare -A HOLDER
machine() { # NAME ADDRESS
    local here=$T/machine/$1
    mkdir -p "$here/ldap" "$here/run/slapd"
    chown openldap: "$here/ldap" "$here/run/slapd"
    cp -a /etc "$here/etc"
    setpriv --pdeathsig KILL unshare --net --mount bash -c '
        mount --bind "$1/etc" /etc && mount --bind "$1/run" /run && mount --bind "$1/ldap" /var/lib/ldap && ip link set lo up && touch "$1/ready" && exec sleep infinity' \
        bash "$here" &
    HOLDER[$1]=$!
    eventually 10 test -e "$here/ready"
    ip link add name "$1" type veth peer name eth0 netns "${HOLDER[$1]}"
    ip link set "$1" master machines up
    on "$1" ip address add "$2/24" dev eth0
    on "$1" ip link set eth0 up
    certificate "$1" ca "DNS:$1.example.com,DNS:ldap.example.com" "$1.example.com"
    mkdir -p "$here/etc/ldap/tls"
    cp "$T/ca.pem" "$here/etc/ldap/tls/ca.crt"
    cp "$T/$1.pem" "$here/etc/ldap/tls/server.crt"
    install -m 640 -g openldap "$T/$1.key" "$here/etc/ldap/tls/server.key"
}
on() { nsenter --net="/proc/${HOLDER[$1]}/ns/net" --mount="/proc/${HOLDER[$1]}/ns/mnt" --root="/proc/${HOLDER[$1]}/root" --wd="/proc/${HOLDER[$1]}/root" -- "${@:2}"; }
machine ldap1 198.51.100.11
machine ldap2 198.51.100.12
machine replica1 198.51.100.13
mkdir -p /etc/ldap/tls /etc/haproxy
cp "$T/ca.pem" /etc/ldap/tls/ca.crt

# The stand-ins for what the other tests of documents do not have.
stand_in "$T/bin/scp" <<'END'
[[ $1 == -p && $2 == ldap1.example.com:/etc/ldap/* ]]
cp -p "$T/machine/ldap1${2#*:}" "$3"
END
stand_in "$T/bin/ssh" <<'END'
[ "$1" = db1.example.com ]
exec sh -c "${*:2}"
END
sed -i "s/^    'purge -y/    'install -y slapd ldap-utils' | 'install -y slapd slapd-contrib ldap-utils' | 'install -y prometheus-node-exporter') dpkg-query -W \"\${@:3}\" >\/dev\/null ;;\n&/" "$T/bin/apt-get"
sed -i "s|^    'restart sssd' .*|&\n    'stop slapd' \| 'start slapd') /etc/init.d/slapd \$1 >>\"\$T/slapd.log\" 2>\&1 ;;\n    'restart haproxy') setpriv --pdeathsig TERM -- haproxy -db -f /etc/haproxy/haproxy.cfg >>\"\$T/haproxy.log\" 2>\&1 </dev/null \& ;;|" "$T/bin/systemctl"

stand_in "$T/bin/systemctl.lag" <<'END'
mkdir -p /var/lib/prometheus/node-exporter
eval "OPTIONS= && $(sed -n 's/^ExecStart=//p' "$PROJECT/packaging/debian/slapd-back-pgsql.slapd-pgsql-replica-textfile.service")"
END
sed -i 's|^    .restart haproxy.*|    "enable --now slapd-pgsql-replica-textfile.timer") exec "$T/bin/systemctl.lag" ;;\n&|' "$T/bin/systemctl"

MACHINES=(ldap1 ldap2)
at_a_prompt() {
    local machine
    for machine in "${MACHINES[@]}"; do
        typed "$1" | (cd "$checkout" && if [ "$machine" = here ]; then PATH=$T/bin:$PATH setsid --wait bash -c "$1"; else PATH=$T/bin:$PATH on "$machine" setsid --wait bash -c "cd $checkout && $1"; fi) || return
    done
}
before_replicas() {
    local n
    case $1 in
        '(umask 077; openssl rand'*) MACHINES=(ldap1) ;;
        'scp '*) [ "${MACHINES[*]}" != ldap1 ] || MACHINES=(ldap2) ;; # later at the replica
        'install -d '*) MACHINES=(ldap1 ldap2) ;;
        'slapd-pgsql-check --grants '*)
            for n in 1 2; do
                block $page '# A provider.' | sed "s/^serverID .*/serverID $n/" >"$T/machine/ldap$n/etc/ldap/slapd.conf"
                chmod 640 "$T/machine/ldap$n/etc/ldap/slapd.conf"
                chgrp openldap "$T/machine/ldap$n/etc/ldap/slapd.conf"
            done
            MACHINES=(ldap1)
            ;;
        'slapd-pgsql-check --brief '*) MACHINES=(ldap1 ldap2) ;;
        *contextCSN) MACHINES=(ldap1) ;;
        *slapd-contrib*) MACHINES=(replica1) ;;
        'getent passwd ann')
            sssd_conf() { block $page '[sssd]'; }
            LDAP1=198.51.100.11 LDAP2=198.51.100.12
            start_sssd
            cp /etc/hosts "$T/sssd/etc/hosts"
            ;;
        'haproxy -c '*)
            block $page defaults >/etc/haproxy/haproxy.cfg
            MACHINES=(here)
            ;;
        'slapd-pgsql-replica lag' | 'slapd-pgsql-replica lag --warning'* | *prometheus-node-exporter | *replica-textfile.timer) MACHINES=(replica1) ;;
        'ldapsearch '*' -H ldaps://ldap.example.com '*) eventually 20 listens ldap://127.0.0.1:636 ;;
    esac
}
after_replicas() {
    case $1 in
        'slapd-pgsql-check --grants'*) same 3 "$(q "SELECT count(*) FROM pg_trigger WHERE tgname = 'back_pgsql_changed'")" triggers ;;
        *contextCSN) same '#001#' "$(grep -o '#0[01][01]#' <<<"$OUT" | xargs)" "the numbers of contextCSN" ;;
        'slapd-pgsql-replica check') same '' "$(grep -v ^okay: <<<"$OUT" || true)" "what check finds" ;;
        'rm -r /var/lib/ldap/replica/'*) [ -z "$(ls "$T/machine/replica1/ldap/replica")" ] || fail "the database of the replica is there" ;;
        'slapd-pgsql-replica lag --wait'*) contains "$OUT" 'okay: replica: up to date, 16 entries' ;;
        'slapd-pgsql-replica lag') contains "$OUT" 'okay: replica: up to date' ;;
        *' jq -r '*) same $'okay\nldaps://ldap1.example.com\nldaps://ldap2.example.com' "$OUT" "the lag" ;;
        *replica-textfile.timer) contains "$(<"$prom")" 'slapd_pgsql_replica_lag_seconds 0' ;;
        ldapwhoami*) contains "$OUT" 'uid=ann,dc=example,dc=com' ;;
        'getent passwd ann') contains "$OUT" 'ann:*:2000:' ;;
        'id ann')
            contains "$OUT" '(sysadmins)'
            expect 0 login ann ann-secret
            ;;
        'ldapsearch '*' -H ldaps://ldap.example.com '*) contains "$OUT" 'uidNumber: 2000' ;;
    esac
}
run_document $page replicas
for name in "${!HOLDER[@]}"; do on "$name" /etc/init.d/slapd stop >/dev/null; done
say "$count commands"
[ "$count" -ge 38 ] || fail "where have the document's commands gone?"
