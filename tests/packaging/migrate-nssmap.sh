#!/bin/bash
# A file of libnss_map becomes settings that register users with the same home directories.
. "$(dirname "$0")/lib.bash"
. "$TESTS/lib/virtual-users.sh"
. "$TESTS/lib/nssmap.sh"
start_postgres
base=dc=example,dc=com
chosen=(--names '[a-z]+[0-9]' --base "$base" --clients 127.0.0.0/8 --clients ::1)
find_user() { search -b "$base" "$@" | sed -n 's/^\(homeDirectory\|loginShell\|gecos\|cn\|gidNumber\|mail\|uidNumber\): /\1=/p' | sort | xargs -d '\n'; } # FILTER

# Nobody is registered before names and machines are chosen.
nssmap 'virtual:x:15000:15000:virtual user for nss_map:/home/virtual:/bin/bash'
expect 0 migrate --nssmap nssmap.conf
same "" "$ERR" "the warnings"
contains "$OUT" "chown -hR --from=15000 NAME:NAME /home/virtual/NAME"
taken=$(sed -n 's/.*virtual_users_taken needs:   //p' <<<"$OUT")
same "SELECT 'virtual'::varchar AS name, 15000 AS number" "$taken" "what no new user may have"
q "CREATE VIEW virtual_users_taken AS $taken UNION ALL SELECT \"uid\", \"uidNumber\" FROM \"Users\""
virtual_users_file
q 'GRANT virtual_users_read, virtual_users_admit TO ldap'
{ database_conf; echo "$OUT"; } >"$T/slapd.conf"
expect 1 slaptest -f "$T/slapd.conf"
contains "$ERR" 'pgsql-virtual-names users: the regular expression is missing'
sed -i 's/^\(pgsql-virtual-names users\)$/\1 [a-z]+[0-9]/' "$T/slapd.conf"
expect 0 slaptest -f "$T/slapd.conf"
start_slapd "$T/slapd.conf"
same "" "$(find_user '(uid=alice1)')" "what a name without access for its registration finds"
stop_slapd
same "" "$(q 'SELECT name FROM virtual_users')" "the registered names"

# A database that has users needs other queries, and is refused until it has them.
expect 0 migrate --nssmap nssmap.conf "${chosen[@]}"
{ manager_conf; echo "$OUT"; } >"$T/slapd.conf"
expect 1 slaptest -f "$T/slapd.conf"
contains "$ERR" 'the kind already has a list query'

# Both spellings of the home directory have one slash before the name; quotes are data.
guests=0
for line in 'virtual:x:15000:15000:virtual user for nss_map:/home/virtual:/bin/bash' 'test_user:x:10000:10001:Test User,,,:/home/:/bin/sh' \
    "o'neil:x:100:600:O'Neil \"?\" \$1 \\x:/srv/it's//:/bin/zsh" 'root:x:15000:15000::/:/bin/dash'; do
    nssmap "$line"
    expect 0 migrate --nssmap nssmap.conf "${chosen[@]}"
    { database_conf; sed 's/^#\(access to \*\)/\1/' <<<"$OUT"; } >"$T/slapd.conf"
    expect 0 slaptest -f "$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    guests=$((guests + 1)) who=guest$guests
    contains "$(find_user "(uid=$who)")" uidNumber=
    number=$(q "SELECT number FROM virtual_users WHERE name = '$who' AND number BETWEEN 30000 AND 59999")
    IFS=: read -r account _ _ gid gecos home shell <<<"$line"
    expected="cn=${gecos:-$who} gecos=${gecos:-$who} gidNumber=$number homeDirectory=${home%"${home##*[^/]}"}/$who loginShell=$shell uidNumber=$number"
    for filter in "(uid=$who)" "(uidNumber=$number)" "(&(uid=$who)(objectClass=posixAccount))"; do
        same "$expected" "$(find_user "$filter")" "what $filter finds"
    done
    same "cn=$who gidNumber=$number" "$(find_user "(&(objectClass=posixGroup)(memberUid=$who))")" "the group of $who"
    same "cn=$account gidNumber=$((gid < 500 ? 500 : gid))" "$(find_user "(cn=$account)")" "the group of existing files"
    same "" "$(find_user '(uid=foosvc)')$(find_user '(uid=ann1$)')" "names that the expression does not describe"
    expect 49 ldapwhoami -x -H "$URI" -D "uid=$who,$base" -w "$who"
    stop_slapd
done

# The same for a slapd that runs with cn=config; its database has no users before.
nssmap 'virtual:x:15000:15000:Vîrtual user:/home/virtual/:/bin/bash'
expect 0 migrate --nssmap nssmap.conf --ldif
echo "$OUT" >"$T/printed.ldif"
sed 's/^olcPgVirtualNames: users$/& [a-z]+[0-9]/; s/^#\([^#]\)/\1/; s|192.0.2.0%255.255.255.0|127.0.0.0%255.0.0.0|' "$T/printed.ldif" >"$T/change.ldif"
mkdir "$T/slapd.d"
{ database_conf; printf '%s\n' 'pgsql-kind hosts rdn=cn class=device' "pgsql-list hosts SELECT 'web1' AS cn"; } >"$T/slapd.conf"
expect 0 slaptest -f "$T/slapd.conf" -F "$T/slapd.d"
start_slapd "$T/slapd.d"
expect 80 as_config ldapmodify -f "$T/printed.ldif"
contains "$ERR" 'pgsql-virtual-names users: the regular expression is missing'
expect 0 as_config ldapmodify -f "$T/change.ldif"
contains "$(find_user '(uid=hans9)')" 'homeDirectory=/home/virtual/hans9 loginShell=/bin/bash uidNumber='
contains "$(search -b "$base" '(uid=hans9)' cn)" "cn:: $(printf 'Vîrtual user' | base64)"
