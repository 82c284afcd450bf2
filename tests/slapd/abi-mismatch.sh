# A module built for another slapd refuses to load and names both versions.
. "$(dirname "$0")/../lib.sh"
running=$(slapd -VV 2>&1 | grep -Eo 'slapd [0-9]+\.[0-9]+\.[0-9]+' | head -n 1)
running=${running#slapd }
[ -n "$running" ] || fail "slapd -VV names no version"

load() { base_conf | sed "s|^modulepath .*|modulepath $BUILD/tests:/usr/lib/ldap|; s|^moduleload back_pgsql|moduleload $1|"; }

load other_version >"$T/version.conf"
refused "$T/version.conf" "built for slapd 2.4.1" "$running"

load other_layout >"$T/layout.conf"
refused "$T/layout.conf" "built for slapd $running" "this slapd" "slap_schema"

# The module itself, loaded the same way, is taken.
base_conf >"$T/right.conf"
start_slapd "$T/right.conf"
expect 0 search -b '' -s base
