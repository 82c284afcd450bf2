#!/bin/bash
# The image serves LDAPS from variables alone, restarts after a crash, and ends gracefully.
#
# It takes the image that packaging/build-image has left in build/image; run without arguments, the script says so if there is none.
. "$(dirname "$0")/lib.bash"
[ "$(id -u)" = 0 ] || skip "containers of one's own need root"
image=(${IMAGE:-"$PROJECT"/build/image/slapd-pgsql-*.oci.tar})
[ -f "${image[0]}" ] || skip "there is no image; packaging/build-image makes it"
need unshare nsenter setpriv ip openssl curl
unshare --mount --pid --net --uts --fork mount -t tmpfs none /run 2>/dev/null || skip "this machine may not make namespaces"

# What registries and engines read: every blob has the name of its content, the layer is the one that the config means.
mkdir "$T/oci" "$T/root"
tar -C "$T/oci" -xf "${image[0]}"
json() { perl -MJSON::PP -e 'local $/; my $at = decode_json(<STDIN>); $at = ref $at eq "ARRAY" ? $at->[$_] : $at->{$_} for @ARGV; print ref $at ? encode_json($at) : $at' "$@"; }
at() { cat "$T/oci/blobs/sha256/${1#sha256:}"; }
for file in "$T"/oci/blobs/sha256/*; do same "${file##*/}" "$(sha256sum <"$file" | cut -d ' ' -f 1)" "a blob's digest"; done
manifest=$(at "$(json manifests 0 digest <"$T/oci/index.json")")
config=$(at "$(json config digest <<<"$manifest")")
layer=$T/oci/blobs/sha256/$(json layers 0 digest <<<"$manifest" | cut -d : -f 2)
same "$(json rootfs diff_ids 0 <<<"$config")" "sha256:$(gzip -dc "$layer" | sha256sum | cut -d ' ' -f 1)" "the layer's digest"
same "blobs/sha256/${layer##*/}" "$(json 0 Layers 0 <"$T/oci/manifest.json")" "the layer for docker load"
entry=$(json config Entrypoint 0 <<<"$config")
health=$(json config Healthcheck Test 1 <<<"$config")
same '{}' "$(json config ExposedPorts 636/tcp <<<"$config")" "the port"
! command -v skopeo >/dev/null || skopeo inspect --config "oci-archive:${image[0]}" >/dev/null || fail "skopeo cannot read the image"
tar -C "$T/root" -xpf "$layer"
unpacked=$(du -sm --apparent-size "$T/root" | cut -f 1)
say "$(($(stat -c %s "$layer") / 1048576)) MiB, unpacked $unpacked MiB"
[ "$unpacked" -lt 120 ] || fail "the image has grown to $unpacked MiB"

start_postgres
manager_queries
settings=("${MANAGER[@]}" "SQL_URI=postgres://ldap@/manager?host=/mnt&port=$PGPORT" REQUIRE_AUTH_FOR_SEARCH=false LDAP_BASE_DN=dc=example,dc=com)
mkdir "$T/volume" "$T/other-volume"

# boot COMMAND VARIABLE=VALUE…: COMMAND becomes process 1 of a container named ldap1 with a network of its own, where PostgreSQL's
# socket is at /mnt and $VOLUME at /var/lib/slapd-pgsql. Its words go to $T/slapd.log.
CONTAINER= INIT= VOLUME=$T/volume
boot() {
    mkdir -p "$T/root/dev"
    setpriv --pdeathsig KILL -- unshare --mount --pid --net --uts --fork --kill-child bash -c '
        set -e
        root=$1 pg=$2 volume=$3
        shift 3
        hostname ldap1
        [ "$1" != /sbin/init ] || ip link add eth0 type veth peer name other
        mount -t proc proc "$root/proc"
        mount -t tmpfs run "$root/run"
        mount -t tmpfs dev "$root/dev"
        for device in null zero random urandom; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
        mount --bind "$pg" "$root/mnt"
        mount --bind "$volume" "$root/var/lib/slapd-pgsql"
        exec env -i PATH="$PATH" "${@:2}" chroot "$root" "$1"' bash "$T/root" "$T/pg" "$VOLUME" "$@" >>"$T/slapd.log" 2>&1 </dev/null &
    CONTAINER=$!
    eventually 5 pgrep -P "$CONTAINER"
    INIT=$(pgrep -P "$CONTAINER")
}
inside() { nsenter --target "$INIT" --mount --pid --net --uts --root --wd -- env -i PATH=/usr/sbin:/usr/bin "$@"; }
status() { inside "$health"; }
in_state() { [ "$(status | json state)" = "$1" ]; }
client() { nsenter --target "$INIT" --net -- ldapsearch -x -LLL -o ldif-wrap=no -o TLS_REQCERT=never -H "${URI:-ldaps://127.0.0.1}" "$@"; }
subject() { nsenter --target "$INIT" --net -- openssl s_client -connect 127.0.0.1:636 </dev/null 2>/dev/null | openssl x509 -noout "${@:--subject}"; }
halt() { # SIGNAL: it ends the container, with status 0
    kill -s "$1" "$INIT"
    wait "$CONTAINER" || fail "after SIG$1 the container ended with status $?"
}
# However the test ends: the container goes before the files below it.
end_container() {
    local status=$?
    set +e
    [ -z "$CONTAINER" ] || { kill -KILL "$CONTAINER" && wait "$CONTAINER"; } 2>/dev/null
    (exit "$status")
    cleanup # lib.sh's, which looks at $?
}
trap end_container EXIT
mkdir -p "$T/root/var/lib/slapd-pgsql"

(ulimit -S -n 1024 && exec true) && ulimit -S -n 1024 # as some engines do
boot "$entry" "${settings[@]}"
eventually 20 in_state ready
first=$(subject -fingerprint)
contains "$(subject)" 'CN = ldap1' # LDAP_COMMON_NAME is the host's name
expect 0 client -b dc=example,dc=com '(uid=ann)' uidNumber
contains "$OUT" 'uidNumber: 2000'
expect 0 status
same 0 "$(json restarts <<<"$OUT")" "restarts at the beginning"
same false "$(inside s6-svstat -o up /run/slapd-pgsql/metrics)" "whether metrics are served without METRICS_LISTEN"
slapd=$(json pid <<<"$OUT")
same openldap "$(inside stat -c %U "/proc/$slapd")" "slapd's user"
same 16384 "$(inside awk '/^Max open files/ { print $4 }' "/proc/$slapd/limits")" "slapd's limit of open files"
! inside cat "/proc/$slapd/environ" | grep -q SQL_ || fail "the database's address is in slapd's environment"
contains "$(<"$T/slapd.log")" 'created a self-signed certificate for ldap1' # logs go to standard output

# slapd is restarted after a crash, which is counted. Orphans are reaped.
inside sh -c 'sleep 0.1 & kill -KILL '"$slapd"
restarted() { [ "$(status | json restarts)" = 1 ] && in_state ready; }
eventually 20 restarted
contains "$(status)" '"last_end": {"signal": 9,'
eventually 5 inside sh -c '! grep -l "^State:.Z" /proc/[0-9]*/status'

# The administrator's restart and stop.
expect 0 inside slapd-pgsql-status --restart --wait 20
same 2 "$(json restarts <<<"$OUT")" "restarts after one more"
expect 0 inside slapd-pgsql-status --stop --wait 20
same down "$(json wanted <<<"$OUT")" "what is wanted"
expect 0 inside slapd-pgsql-status --start --wait 20

# An operation under way is answered before SIGTERM ends the container.
q 'BEGIN; LOCK TABLE "Users"; SELECT pg_sleep(100)' >/dev/null 2>&1 &
locked() { [ "$(q "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'Users' AND l.mode = 'AccessExclusiveLock'")" = 1 ]; }
eventually 5 locked
client -b dc=example,dc=com '(uid=bob)' uid >"$T/answer" &
search=$!
waits() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'ldap'")" = 1 ]; }
eventually 5 waits
kill -s TERM "$INIT"
eventually 10 grep -q 'shutdown requested' "$T/slapd.log"
q "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'" >/dev/null
wait "$CONTAINER" || fail "after SIGTERM the container ended with status $?"
wait "$search" || fail "the search under way ended with status $?"
contains "$(<"$T/answer")" 'uid: bob'

# Again, with the volume of the first: the certificate is kept. It is the start that is timed: nothing has to be made.
start=$(now)
boot "$entry" "${settings[@]}" LDAP_MONITOR_PASSWORD=watch METRICS_LISTEN=0.0.0.0:9639
eventually 20 client -b '' -s base 1.1
say "started in $((($(now) - start) / 1000)) ms"
same "$first" "$(subject -fingerprint)" "the certificate"

# The metrics, by a user without rights.
metrics() { nsenter --target "$INIT" --net -- curl -s http://127.0.0.1:9639/metrics; }
measured() { metrics | grep -qx 'slapd_pgsql_up 1'; }
eventually 20 measured
contains "$(metrics)" 'slapd_pgsql_pool_size{suffix="dc=example,dc=com"} 8'
exporter=$(inside s6-svstat -o pid /run/slapd-pgsql/metrics)
same "$(inside id -u nobody)" "$(inside sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$exporter/status")" "the user that serves them"
halt TERM

# As LXC and Proxmox VE start it: /sbin/init, which also carries out their network settings; SIGPWR says shut down.
VOLUME=$T/other-volume
printf '%s\n' 'auto lo' 'iface lo inet loopback' '' 'auto eth0' 'iface eth0 inet static' '    address 192.0.2.5/24' >"$T/root/etc/network/interfaces"
boot /sbin/init "${settings[@]}"
eventually 20 in_state ready
URI=ldaps://192.0.2.5
expect 0 client -b dc=example,dc=com '(uid=ann)' 1.1
[ "$first" != "$(subject -fingerprint)" ] || fail "another volume, and the same certificate"
halt PWR
rm "$T/root/etc/network/interfaces"

# What cannot start says why, and goes on trying; the container can still be asked and ended.
boot "$entry" LDAP_BASE_DN=dc=example,dc=com
refused() { [[ $(status) == '{"state": "waiting", "wanted": "up", "answers": false,'*'"last_end": {"exit": 2,'* ]]; }
eventually 20 refused
expect 1 status
contains "$(<"$T/slapd.log")" 'SQL_URI: is not set'
halt TERM
same '' "$(pgrep -P "$CONTAINER")" "what is left of the container"
CONTAINER=
