#!/bin/bash
# slapd-pgsql-pair updates both servers in turn without a failed lookup in SSSD.
#
# The machines are network namespaces of these names, on a bridge in a network that begins and ends with this test, as do all processes.
if [ -z "${OWN_NETWORK:-}" ] && unshare --net --mount --pid --fork true 2>/dev/null; then
    OWN_NETWORK=yes exec setpriv --pdeathsig KILL -- unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0"
fi
. "$(dirname "$0")/clients.sh"
[ -n "${OWN_NETWORK:-}" ] || skip "this machine may not make namespaces"
need ip
LDAP1=198.51.100.11 LDAP2=198.51.100.12 LDAPS_PORT=636 # addresses that nobody has (RFC 5737)
mkdir -p /run/netns
mount -t tmpfs netns /run/netns
ip link set lo up
ip link add name machines type bridge 2>/dev/null || skip "this machine has no bridges"
ip address add 198.51.100.1/24 dev machines
ip link set machines up
# An address without a machine is unreachable after 0.3 s; the kernel's default of 3 s would be measured in place of the update.
echo 100 >/proc/sys/net/ipv4/neigh/machines/retrans_time_ms 2>/dev/null || skip "this machine does not allow to set the network's times"
printf '%s\n' '127.0.0.1 localhost' "$LDAP1 ldap1" "$LDAP2 ldap2" >"$T/hosts"
mount --bind "$T/hosts" /etc/hosts

start_postgres -c 'listen_addresses=*'
echo 'host all all 198.51.100.0/24 scram-sha-256' >>"$T/pg/data/pg_hba.conf"
# SSSD has to ask for each of them: nobody has looked them up before.
q "INSERT INTO \"Users\" (\"uidNumber\", uid, \"homeDirectory\", cn, sn, \"givenName\", mail, \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT 10000 + n, 'new' || n, '/home/new' || n, 'New ' || n, n, 'New', 'new' || n || '@example.com', '*', now(), now()
   FROM generate_series(1, 3000) AS n" >/dev/null
q 'SELECT pg_reload_conf()' >/dev/null

# What both machines are told; their names they know by themselves.
cat >"$T/deployment" <<END
LDAP_BASE_DN=dc=example,dc=com
REQUIRE_AUTH_FOR_SEARCH=false
SQL_URI=postgres://ldap:ldap@198.51.100.1:$PGPORT/manager
SQL_QUERY_ALL_USERS='SELECT $USER_COLUMNS FROM "Users"'
SQL_QUERY_ONE_USER='SELECT $USER_COLUMNS FROM "Users" WHERE "uid" = ?'
SQL_QUERY_ALL_GROUPS='SELECT g."cn" AS name, g."gidNumber" AS gid_number FROM "Groups" g'
SQL_QUERY_GROUPS_BY_MEMBER='SELECT g."cn" AS name, g."gidNumber" AS gid_number FROM "Groups" g
  INNER JOIN "UserGroups" ug ON g."gidNumber" = ug."gidNumber" INNER JOIN "Users" u ON ug."uidNumber" = u."uidNumber" WHERE u."uid" = ?'
BACK_PGSQL_MODULE=$MODULE
END

# Deletes the machine $TAG with all that it has kept, if there is one, and makes it anew: a network namespace, a host name, slapd.
cat >"$T/replace" <<END
set -eu
if [ -e "$T/\$TAG.pid" ]; then
    process=\$(cat "$T/\$TAG.pid")
    kill -KILL "\$process" # as an engine does it: the processes before the network
    while kill -0 "\$process" 2>/dev/null; do sleep 0.05; done
    ip netns delete "\$TAG"
    rm -r "$T/\$TAG" "$T/\$TAG.pid"
    sleep 1
fi
case \$TAG in ldap1) address=$LDAP1 ;; *) address=$LDAP2 ;; esac
ip netns add "\$TAG"
ip link add name "\$TAG" type veth peer name eth0 netns "\$TAG"
ip link set "\$TAG" master machines up
ip -n "\$TAG" link set lo up
ip -n "\$TAG" address add "\$address/24" dev eth0
ip -n "\$TAG" link set eth0 up
cd / # not where a .env may lie
setsid ip netns exec "\$TAG" unshare --uts sh -c 'hostname "\$0"; exec env -i PATH="\$PATH" STATE_DIR="$T/\$0" "$PROJECT/packaging/slapd-from-env" \
    --env-file "$T/deployment"' "\$TAG" >>"$T/\$TAG.log" 2>&1 </dev/null &
echo \$! >"$T/\$TAG.pid"
END

# ssh leads to the machine, or at least to its files.
mkdir "$T/bin"
cat >"$T/bin/ssh" <<END
#!/bin/sh
while [ "\$1" != -- ]; do shift; done
STATE_DIR=$T/\$2 exec sh -c "\$3"
END
chmod +x "$T/bin/ssh"
printf '%s\n' 'ldap1 ldap1' 'ldap2 ldap2' "replace: sh '$T/replace'" >"$T/pair"
# SSSD tries a server that failed again after 30 s (fail_over.c, retry_timeout), be it well or not.
pair() { PATH=$T/bin:$PATH "$PROJECT/packaging/slapd-pgsql-pair" -f "$T/pair" -s 31 -w 30 "$@"; }
certificate() { openssl s_client -connect "$1:636" </dev/null 2>/dev/null | openssl x509 -noout -subject -fingerprint; }

for tag in ldap1 ldap2; do TAG=$tag sh "$T/replace"; done
eventually 30 pair verify
before=$(certificate ldap1; certificate ldap2)
contains "$before" 'CN = ldap1'
contains "$before" 'CN = ldap2'
start_sssd ldap1 ldap2

# One line a lookup, until the file $T/enough is there: user, when it was answered and how long it took (microseconds), exit status.
look_up_new_users() {
    in_sssd bash -c '
        for ((n = 1; n <= 3000; n++)); do
            start=${EPOCHREALTIME/./} status=0
            getent -s sss passwd "new$n" >/dev/null || status=$?
            end=${EPOCHREALTIME/./}
            echo "new$n $end $((end - start)) $status"
            [ ! -e "$1/enough" ] || break
            sleep 0.03
        done' bash "$T"
}
TIME_LIMIT=110 look_up_new_users >"$T/lookups" &
lookups=$!
some_lookups() { [ "$(wc -l <"$T/lookups")" -ge 10 ]; }
eventually 10 some_lookups

expect 0 pair rolling
say "$OUT"
for n in 1 2; do contains "$OUT" "okay::ldap$n:ldap$n:replaced, healthy after "; done
after=$(certificate ldap1; certificate ldap2)
for line in 2 4; do # a new machine has nothing of the old one
    [ "$(sed -n ${line}p <<<"$before")" != "$(sed -n ${line}p <<<"$after")" ] || fail "a certificate outlived its machine"
done
seen=$(wc -l <"$T/lookups")
more_lookups() { [ "$(wc -l <"$T/lookups")" -ge $((seen + 10)) ]; }
eventually 10 more_lookups
touch "$T/enough"
wait "$lookups"

same '' "$(awk '$4 != 0' "$T/lookups")" 'the list of failed lookups'
say "$(awk '$3 > longest { longest = $3 } last && $2 - last > gap { gap = $2 - last } { last = $2 }
    END { printf "%d lookups, none failed; the longest took %d ms, the longest time without an answer was %d ms", NR, longest / 1000, gap / 1000 }' "$T/lookups")"
same '' "$(awk '$3 > 5000000' "$T/lookups")" 'the list of lookups that took more than 5 s'
[ "$TIMEOUT_FACTOR" != 1 ] || same '' "$(awk 'last && $2 - last > 1000000 { print } { last = $2 }' "$T/lookups")" 'the list of lookups more than 1 s after the one before'
