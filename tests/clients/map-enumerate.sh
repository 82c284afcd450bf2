#!/bin/bash
# SSSD and nslcd list the users and groups of doc/maps/enumerate.md, their changes and deletions.
. "$(dirname "$0")/../lib/maps.sh" doc/maps/enumerate.md
need nslcd

# A directory without other users and groups, but with a kind, which it needs; and an SSSD that does in seconds what takes it hours.
manager_conf() {
    base_conf
    printf '%s\n' 'database pgsql' "suffix $base" "pgsql-uri postgres://ldap:ldap@127.0.0.1:${PGPORT:-1}/manager" "$(block 'sizelimit ')" \
        'pgsql-kind teams container=ou=teams rdn=ou class=top,organizationalUnit' 'pgsql-list teams SELECT name AS ou FROM team' \
        'pgsql-attribute teams ou compare=lower'
}
sssd_conf() { block '[sssd]' | sed '/^ldap_purge/d'; printf '%s\n' "$SSSD_EXTRA"; }
SSSD_EXTRA="$ASK_AGAIN_SOON
ldap_enumeration_refresh_timeout = 2
ldap_enumeration_refresh_offset = 0
ldap_purge_cache_timeout = 6
entry_cache_timeout = 3
[nss]
enum_cache_timeout = 1"

listed() { in_sssd getent -s sss "$1" | sort; }                                  # passwd|group
shown() { [[ $'\n'$(listed "$1")$'\n' == *$'\n'$2$'\n'* ]]; }                    # passwd|group LINE
names() { [ "$(listed "$1" | cut -d : -f 1 | xargs)" = "$2" ]; }                 # passwd|group NAMES
asked() { begun "filter=.*objectClass=$1).*modifyTimestamp>=" 1; }               # CLASS: for changes only
failed() { begun "SEARCH RESULT .*err=$1 " "$2"; }                               # RESULT TIMES

start_map
serve_map conf
for index in person_pkey person_number_key person_changed_idx; do indexes_known person $index; done
indexes_known team team_pkey team_number_key team_changed_idx
indexes_known team_person team_person_pkey team_person_person_idx
start_machine
eventually 30 names passwd 'ann ben cleo'
run_document doc/maps/enumerate.md

# Changes.
eventually 20 asked posixAccount
eventually 20 asked posixGroup
q "UPDATE person SET name = 'Ann Abbot' WHERE login = 'ann';
   INSERT INTO person (login, number, team, name) VALUES ('dan', 10004, 20000, 'Dan Dale');
   INSERT INTO team (name, number) VALUES ('support', 20002);
   INSERT INTO team_person VALUES ('support', 'ben')"
eventually 20 shown passwd 'ann:*:10001:20000:Ann Abbot:/home/ann:/bin/bash'
eventually 20 names passwd 'ann ben cleo dan'
eventually 20 shown group 'support:*:20002:ben'
q "UPDATE team_person SET team = 'developers' WHERE team = 'support'"
eventually 20 shown group 'support:*:20002:'
eventually 20 shown group 'developers:*:20001:ann,ben'

# Deleted rows.
q "DELETE FROM person WHERE login IN ('ben', 'cleo'); DELETE FROM team WHERE name = 'support'"
eventually 40 names passwd 'ann dan'
eventually 40 names group 'developers staff'
eventually 40 shown group 'developers:*:20001:ann'

# Errors: no list gets shorter, however often SSSD asks.
before=$(listed passwd; listed group)
q 'ALTER TABLE team RENAME TO hidden'
eventually 20 failed 80 3
same "$before" "$(listed passwd; listed group)" "the lists while a table is missing"
q 'ALTER TABLE hidden RENAME TO team'
stop_postgres
eventually 20 failed 52 2
in_sssd sss_cache -E
same "$before" "$(listed passwd; listed group)" "the lists during an outage"
start_postgres
q "INSERT INTO person (login, number, team, name) VALUES ('eve', 10005, 20000, 'Eve Elder')"
eventually 40 names passwd 'ann dan eve'
stop_sssd

# In cn=config, more users than slapd's usual limit.
q "INSERT INTO person (login, number, team, name) SELECT 'p' || n, n, 20000, 'P' FROM generate_series(30001, 31200) n"
serve_map config
start_machine
# SSSD lists nothing while it reads the list.
all_listed() { users=$(listed passwd) groups=$(listed group); [ "$(wc -l <<<"$users")" = 1203 ] && [ -n "$groups" ]; }
eventually 40 all_listed
start_nslcd
same "$users" "$(in_sssd getent -s ldap passwd | sort)" "the users that nslcd lists"
same "$groups" "$(in_sssd getent -s ldap group | sort)" "the groups that nslcd lists"
