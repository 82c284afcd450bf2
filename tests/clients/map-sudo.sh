#!/bin/bash
# sudo obeys the rules of doc/maps/sudo.md, also during an outage.
. "$(dirname "$0")/../lib/maps.sh" doc/maps/sudo.md
need sudo

start_map
serve_map conf
start_machine
run_document doc/maps/sudo.md
indexes_known sudo_rule sudo_rule_pkey sudo_rule_changed_idx
stop_sssd

# In cn=config the same, with rules of all kinds.
serve_map config
SSSD_EXTRA=$'ldap_sudo_smart_refresh_interval = 2\nldap_sudo_full_refresh_interval = 3600\nentry_cache_sudo_timeout = 1\n'$ASK_AGAIN_SOON
q "INSERT INTO sudo_rule (name, position, users, hosts, commands, options, not_before, not_after) VALUES
    ('past', 5, '{ann,jan}', '{ALL}', '{/usr/bin/arch}', '{!authenticate}', NULL, now() - interval '1 hour'),
    ('future', 5, '{ann}', '{ALL}', '{/usr/bin/env}', '{!authenticate}', now() + interval '1 hour', NULL),
    ('now', 5, '{ann}', '{ALL}', '{/usr/bin/true}', '{!authenticate}', now() - interval '1 hour', now() + interval '1 hour'),
    ('negated', 5, '{ann}', '{ALL}', '{!/usr/bin/uptime,/usr/bin/uptime,/usr/bin/nproc,!/usr/bin/nproc}', '{!authenticate}', NULL, NULL),
    ('others', 5, '{ALL,!bob}', '{ALL,!web1}', '{/usr/bin/uname}', '{!authenticate}', NULL, NULL),
    ('anyone', 5, '{ALL,!bob}', '{ALL}', '{/usr/bin/tty}', '{!authenticate}', NULL, NULL),
    ('nowhere', 5, '{ALL}', '{}', '{/usr/bin/who}', '{!authenticate}', NULL, NULL),
    ('group', 5, '{fay}', '{ALL}', '{/usr/bin/id}', '{!authenticate}', NULL, NULL);
   UPDATE sudo_rule SET run_as_groups = '{daemon}' WHERE name = 'group'"
start_machine
as() { in_sssd su "$1" -c "${*:2}"; } # NAME COMMAND…
may() { as "$1" "sudo -n $2"; }
rules() { in_sssd sudo -l -U "$1"; }

run_document doc/maps/sudo.md 2
listed=$(rules ann)
for command in true uptime '!/usr/bin/uptime'; do contains "$listed" "$command"; done
for command in arch env uname who; do lacks "$listed" "/usr/bin/$command"; done
expect 0 may ann true
for command in env arch who uname; do expect 1 may ann $command; done
for command in uptime nproc; do
    expect 1 may ann $command
    contains "$ERR" 'not allowed to execute'
done
same daemon "$(may fay '-g daemon id -gn')" "fay's group"
contains "$(rules bob)" /usr/bin/tty # as the page says: SSSD ignores !bob
expect 1 may eve id
contains "$(rules eve)" /usr/bin/tty

# A password, and the order of rules.
same 0 "$(as ann 'echo ann-secret | sudo -S -p "" -k id -u')" "the user that ann becomes"
expect 1 as ann 'echo wrong | sudo -S -p "" -k id -u'
q "INSERT INTO sudo_rule (name, position, users, hosts, commands, options) VALUES
    ('first', 6, '{carl}', '{ALL}', '{/usr/bin/id}', '{!authenticate}'), ('last', 7, '{carl}', '{ALL}', '{!/usr/bin/id}', '{!authenticate}')"
refused_to_carl() { [[ $(may carl id 2>&1) == *'not allowed to execute'* ]]; }
eventually 20 refused_to_carl
q "UPDATE sudo_rule SET position = 5 WHERE name = 'last'"
eventually 20 may carl id

# A rule that ends, and one that is deleted.
eventually 5 may gus '-u www-data id'
q "$(block 'UPDATE sudo_rule')"
ended() { ! may "$@"; }
eventually 20 ended gus '-u www-data id'
q "DELETE FROM sudo_rule WHERE name = 'now'"
eventually 20 ended ann true

# An outage: the rules of the cache remain, and slapd answers with an error.
listed=$(rules carl)
contains "$listed" /usr/bin/id
stop_postgres
expect 52 search -b "ou=sudoers,$base" '(objectClass=sudoRole)'
in_sssd sss_cache -E
expect 0 may carl id
same "$listed" "$(rules carl)" "carl's rules during the outage"
start_postgres
q "INSERT INTO sudo_rule (name, users, hosts, commands, options) VALUES ('again', '{jan}', '{ALL}', '{/usr/bin/id}', '{!authenticate}')"
eventually 30 may jan id

# Without sudo_timed SSSD shows a rule outside of its time, and sudo refuses it.
stop_sssd
sssd_conf() { block '[sssd]' | grep -v '^sudo_timed'; }
start_machine
contains "$(rules jan)" 'NOPASSWD: /usr/bin/arch'
expect 0 may jan id
expect 1 may jan arch
