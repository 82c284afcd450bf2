#!/bin/bash
# SSSD reads by entryUSN what has changed, nothing else, and misses no change.
. "$(dirname "$0")/../lib/maps.sh" doc/maps/sudo.md
need sudo

# The sample deployment and the sudo rules, without a modifyTimestamp.
directives() {
    block 'pgsql-' | sed 's/, changed AS "modifyTimestamp"//'
    printf '%s\n' 'sizelimit unlimited' 'pgsql-usn on' 'pgsql-feed-interval 0.05' "pgsql-feed-state $T/numbers"
}
SSSD_EXTRA="$ASK_AGAIN_SOON
enumerate = true
ldap_enumeration_refresh_timeout = 2
ldap_enumeration_refresh_offset = 0
ldap_sudo_smart_refresh_interval = 2
ldap_sudo_full_refresh_interval = 3600
[nss]
enum_cache_timeout = 1"

# What SSSD has got since slapd's log had SINCE lines: the entries of each search for changes, or for all, that has ended.
since() { SINCE=$(wc -l <"$T/slapd.log"); }
answers() { # CLASS changes|all
    tail -n "+$((SINCE + 1))" "$T/slapd.log" | CLASS="(objectClass=$1)" WANTED=$2 awk '
        { match($0, /conn=[0-9]+ op=[0-9]+ /); search = substr($0, RSTART, RLENGTH) }
        / SRCH base=/ && index($0, ENVIRON["CLASS"]) && (/entryUSN>=/ ? "changes" : "all") == ENVIRON["WANTED"] { wanted[search] }
        / SEARCH RESULT / && search in wanted { sub(/.* nentries=/, ""); print $1 + 0 }'
}
got() { [ "$(answers "$1" changes | grep -v '^0$' | xargs)" = "$2" ]; } # CLASS NUMBERS: of the searches that found something
asked() { [ "$(answers "$1" changes | wc -l)" -ge "$2" ]; }             # CLASS TIMES
# So many entries of each class have changed, SSSD has asked for nothing else, and what it asks after that finds nothing.
delta() { # USERS GROUPS RULES: each a number, or '' for none
    local class
    eventually 20 got posixAccount "$1"
    eventually 20 got posixGroup "$2"
    eventually 20 got sudoRole "$3"
    for class in posixAccount posixGroup sudoRole; do same "" "$(answers $class all)" "searches for all entries of $class"; done
    since
    for class in posixAccount posixGroup sudoRole; do
        eventually 20 asked $class 2
        same "" "$(answers $class changes | grep -v '^0$' || true)" "entries of $class that SSSD gets again"
    done
}
listed() { in_sssd getent -s sss "$1"; } # passwd|group
has_members() { [ "$(listed group | sed -n "s/^$1:.*://p" | tr , '\n' | sort | xargs)" = "$2" ]; } # GROUP USERS
named() { [[ $'\n'$(listed passwd) == *$'\n'"$1:"*":$2:"* ]]; } # USER NAME

start_map
q "SELECT back_pgsql_watch('\"Users\"', '\"Groups\"', '\"UserGroups\"')" >/dev/null
serve_map conf
logged feed-started
since
start_machine
all_known() { asked posixAccount 1 && asked posixGroup 1 && asked sudoRole 1; } # after all entries
eventually 40 all_known
same 10 "$(answers posixAccount all)" "the users at first"
since
delta '' '' ''

# A member of a group, whose row does not change, changes that group only.
q "INSERT INTO \"UserGroups\" VALUES (2001, 2002, now(), now())"
eventually 20 has_members devs 'ann bob carl gus'
delta '' 1 ''

# A transaction that began before another, and commits after SSSD has the other's change.
mkfifo "$T/first.sql"
"$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q manager <"$T/first.sql" >/dev/null &
exec {first}>"$T/first.sql"
echo "BEGIN; UPDATE \"Users\" SET \"cn\" = 'Ann First', \"updatedAt\" = now() WHERE \"uid\" = 'ann';" >&"$first"
begun_first() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'")" = 1 ]; }
eventually 5 begun_first
q "UPDATE \"Users\" SET \"cn\" = 'Bob Second', \"updatedAt\" = now() WHERE \"uid\" = 'bob'"
eventually 20 named bob 'Bob Second'
delta 1 '' ''
echo 'COMMIT;' >&"$first"
eventually 20 named ann 'Ann First'
delta 1 '' ''

# A sudo rule, by the smart refresh; the query shows no time.
as() { in_sssd su "$1" -c "${*:2}"; }
expect 1 as jan 'sudo -n id'
since
q "INSERT INTO sudo_rule (name, users, hosts, commands, options) VALUES ('jan', '{jan}', '{ALL}', '{/usr/bin/id}', '{!authenticate}')"
delta '' '' 1
expect 0 as jan 'sudo -n id'

# slapd restarts: SSSD goes on with the numbers that it has, also for what has changed meanwhile.
stop_slapd
q "UPDATE \"Users\" SET \"cn\" = 'Carl Meanwhile' WHERE \"uid\" = 'carl'"
since
start_slapd "$T/slapd.conf"
eventually 40 named carl 'Carl Meanwhile'
delta 1 '' ''

# With the settings of the page SSSD also uses numbers if it starts before slapd shows one.
stop_sssd
stop_slapd
stop_postgres
start_slapd "$T/slapd.conf"
since
SSSD_EXTRA="$(page=doc/maps/enumerate.md block 'ldap_rootdse_last_usn')
$SSSD_EXTRA"
start_machine
refused() { begun 'SEARCH RESULT .*err=52 ' 1; }
eventually 20 refused
start_postgres
eventually 40 all_known
since
delta '' '' ''
