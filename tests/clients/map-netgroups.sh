#!/bin/bash
# SSSD and nslcd show the netgroups of doc/maps/netgroups.md, with both schemas.
. "$(dirname "$0")/../lib/maps.sh" doc/maps/netgroups.md
need nslcd

ask_nslcd() {
    start_nslcd
    sed -i 's/^netgroup: sss$/netgroup: ldap/' "$T/sssd/etc/nsswitch.conf"
}
netgroup() { in_sssd getent netgroup "$@"; }

start_map
q "INSERT INTO netgroup (name) VALUES ('circle'), ('other'), ('unseen');
   INSERT INTO netgroup_member VALUES ('circle', 'other'), ('other', 'circle'), ('other', 'operators'), ('circle', 'circle')"
for value in 'a,b' '(a' 'a)' 'a b' ''; do
    expect 3 "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -v ON_ERROR_STOP=1 manager <<<"INSERT INTO netgroup_triple VALUES ('web', '$value')"
    contains "$ERR" 'netgroup_triple_host_check'
done
odd_rows() {
    q "ALTER TABLE netgroup_triple DROP CONSTRAINT IF EXISTS netgroup_triple_host_check, DROP CONSTRAINT IF EXISTS netgroup_triple_login_check;
       INSERT INTO netgroup VALUES ('odd'); INSERT INTO netgroup_triple VALUES ('odd', 'mail_1', NULL), ('odd', 'mail1', 'root@x'), ('odd', 'mail2', NULL)"
}
everywhere() { # WHAT-ODD-SHOWS: by SSSD, then by nslcd
    local client
    start_machine
    for client in sssd nslcd; do
        [ $client = sssd ] || ask_nslcd
        run_document doc/maps/netgroups.md
        same 'circle                ( ,ann,) (-,bob,)' "$(netgroup circle)" "a circle, by $client"
        expect 2 netgroup missing
        same "$1 odd" "$(netgroup odd | xargs -n 1 | sort | xargs)" "unusual names, by $client"
    done
}

serve_map conf
indexes_known netgroup netgroup_pkey
indexes_known netgroup_triple netgroup_triple_netgroup_idx
indexes_known netgroup_member netgroup_member_pkey
odd_rows
everywhere '(mail2,,)'
logged value-skipped '(mail_1,,)'
stop_sssd

POSIX_SCHEMA=rfc2307bis
serve_map config
SSSD_EXTRA=$ASK_AGAIN_SOON
everywhere '(mail1,root@x,) (mail2,,) (mail_1,,)'

# An outage: SSSD keeps what it has seen, and nslcd has no answer; neither has an empty netgroup.
stop_postgres
expect 52 search -b "ou=netgroups,$base" '(cn=web)'
expect 2 netgroup web
sed -i 's/^netgroup: ldap$/netgroup: sss/' "$T/sssd/etc/nsswitch.conf"
in_sssd sss_cache -E
run_document doc/maps/netgroups.md
expect 2 netgroup unseen
start_postgres
eventually 30 netgroup unseen
