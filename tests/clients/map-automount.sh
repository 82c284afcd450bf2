#!/bin/bash
# autofs mounts what doc/maps/automount.md says, through SSSD and by itself.
. "$(dirname "$0")/../lib/maps.sh" doc/maps/automount.md
need automount

bis() { block 'pgsql-kind maps container=ou=automount rdn=automountMapName'; }
directives() { bis; }
stand_in systemctl 'restart autofs' 'setsid automount --timeout=600'
autofs_machine() { # sss|ldap [REPLACED]: a machine whose autofs reads the maps so
    q "DELETE FROM automount WHERE key IN ('new', 'spare', 'perl')"
    start_machine
    if [ "$1" = sss ]; then
        block 'master_map_name' | sed '1i [ autofs ]' >"$T/sssd/etc/autofs.conf"
    else
        sed -i 's/^automount: sss$/automount: ldap/' "$T/sssd/etc/nsswitch.conf"
        { block '[ autofs ]' | grep -vE "${2:-^$}"; [ -z "${2:-}" ] || block 'map_object_class'; echo 'negative_timeout = 1'; } >"$T/sssd/etc/autofs.conf"
        block 'TLS_CACERT' >"$T/sssd/etc/ldap/ldap.conf"
    fi
    in_sssd mount -t tmpfs srv /srv
    if can_mount; then
        run_document doc/maps/automount.md
    else
        run_document doc/maps/automount.md 2
    fi
}
key() { q "INSERT INTO automount (map, key, value) VALUES ('auto.data', '$1', '-fstype=bind :/usr/share/common-licenses')"; }
mounts() { in_sssd ls -d "/srv/data/$1/GPL-3"; } # KEY

can_mount() { [ -e /dev/autofs ]; } # the kernel has autofs; without it automount shows the maps only

start_map
serve_map conf
indexes_known automount automount_key_idx automount_map_key_key
indexes_known automount_map automount_map_pkey
autofs_machine sss
if ! can_mount; then
    stop_sssd
    serve_map config
    autofs_machine ldap
    exit
fi
key new
expect 0 mounts new
stop_sssd

serve_map config
SSSD_EXTRA=$ASK_AGAIN_SOON
autofs_machine sss
# SSSD answers from its cache what it has seen, also for what is not mounted yet.
key spare
in_sssd sss_cache -A
contains "$(in_sssd automount -m 2>/dev/null)" 'spare |'
key perl # for which * has a directory, too
stop_postgres
expect 52 search -b "automountMapName=auto.data,ou=automount,$base" '(automountKey=*)'
in_sssd sss_cache -E
expect 0 mounts texts
expect 0 mounts spare
contains "$(in_sssd automount -m 2>/dev/null)" 'projects |'
mounts perl >"$T/waiting" &
waiting=$!
in_sssd ls -d /srv/data/texts/GPL-3 >/dev/null
start_postgres
wait "$waiting" || fail "what SSSD did not know is not mounted after the outage"
stop_sssd

# autofs alone keeps its mounts; it takes an error neither for an empty map nor for a missing key.
autofs_machine ldap
key perl
stop_postgres
expect 0 mounts texts
expect 2 in_sssd ls -d /srv/data/perl/.
expect 0 in_sssd env -u LDAPNOINIT automount -m
contains "$ERR" 'Server is unavailable'
start_postgres
eventually 20 mounts perl
stop_sssd

# The schema nis.
directives() { block 'pgsql-kind maps container=ou=automount rdn=nisMapName'; }
q "$(block 'CREATE INDEX ON automount (lower(')"
serve_map conf
indexes_known automount automount_lower_idx
autofs_machine ldap '^(map|entry|value)_'
stop_sssd
sssd_conf() { block '[sssd]' | grep -vE '^ldap_autofs_(map|entry)_'; }
autofs_machine sss
