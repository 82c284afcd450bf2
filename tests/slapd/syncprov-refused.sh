# Overlay syncprov and syncrepl are refused at the start, and the reason is told.
. "$(dirname "$0")/../lib.sh"
reason='it does not see changes made in PostgreSQL'
modules() { sed 's/^moduleload back_pgsql/&\nmoduleload syncprov\nmoduleload ppolicy/'; }
mkdir "$T/local"
local_database() { printf '%s\n' 'database ldif' "suffix $1" "rootdn cn=local,$1" "directory $T/local"; }
tested() { # CODE: what slaptest says of the configuration on standard input is in $OUT and $ERR
    cat >"$T/slapd.conf"
    expect "$1" "${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -d none
}

for overlays in 'overlay syncprov' 'overlay ppolicy|overlay syncprov' 'overlay syncprov|overlay ppolicy'; do
    { manager_conf | modules; tr '|' '\n' <<<"$overlays"; } >"$T/refused.conf"
    refused "$T/refused.conf" "overlay syncprov cannot serve database pgsql dc=example,dc=com: $reason"
    tested 1 <"$T/refused.conf"
    contains "$OUT$ERR" "$reason"
done
{ manager_conf | modules; echo 'overlay syncprov'; manager_conf | sed -n '/^database pgsql/,$p' | sed 's/dc=example,dc=com/dc=other/'; } >"$T/refused.conf"
refused "$T/refused.conf" "database pgsql dc=example,dc=com: $reason"

# A database that ours is glued to: a consumer of it would get our entries without a way to keep them, or lose them.
for overlays in 'overlay syncprov' 'overlay glue|overlay syncprov'; do
    { manager_conf | modules; echo subordinate; local_database dc=com; tr '|' '\n' <<<"$overlays"; } >"$T/refused.conf"
    refused "$T/refused.conf" "database pgsql dc=example,dc=com: $reason"
done
{ manager_conf | modules; echo subordinate; local_database dc=com; } | tested 0
{ manager_conf | modules; local_database dc=local; echo 'overlay syncprov'; } | tested 0
{ manager_conf | modules; echo 'overlay ppolicy'; } | tested 0

{ manager_conf | modules; printf '%s\n' 'syncrepl rid=1 provider=ldap://127.0.0.1:1 searchbase=dc=example,dc=com type=refreshOnly bindmethod=simple'; } >"$T/refused.conf"
refused "$T/refused.conf" "syncrepl cannot fill a pgsql database"
