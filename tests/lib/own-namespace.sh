# own-namespace.sh: runs a test, as root, in a network, mounts, processes and a host name of its own, which end with it.
#
# Use, before lib.sh:   . "$(dirname "$0")/../lib/own-namespace.sh"     and after it   need_namespace
if [ "$(id -u)" = 0 ] && [ -z "${OWN_NAMESPACE:-}" ] && unshare --net --mount --pid --uts --fork true 2>/dev/null; then
    OWN_NAMESPACE=yes exec setpriv --pdeathsig KILL -- unshare --net --mount --pid --uts --fork --kill-child --mount-proc -- bash "$0"
fi
need_namespace() {
    [ -n "${OWN_NAMESPACE:-}" ] || skip "this user may not make namespaces"
    need ip
    ip link set lo up
}
