#!/bin/bash
# A Proxmox VE realm with its defaults gets users with mail, and groups with members.
. "$(dirname "$0")/lib.bash"
perl -MNet::LDAP -MIO::Socket::SSL -e 1 2>/dev/null || skip "Net::LDAP is missing; packaging/setup --tests installs it"
start_postgres
manager_queries
# More than a page of both, 900 and 100, as PVE::LDAP asks for them.
add_user() { # SQL for the name, SQL for the number, FROM
    q "INSERT INTO \"Users\" (\"uid\",\"uidNumber\",\"homeDirectory\",\"cn\",\"sn\",\"givenName\",\"mail\",\"userPassword\",\"createdAt\",\"updatedAt\")
       SELECT $1, $2, '/home/x', 'Some User', 'User', 'Some', $1 || '@example.com',
              (SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = 'bob'), now(), now() $3"
}
add_user "'many' || n" n 'FROM generate_series(3000, 4000) n'
q "INSERT INTO \"Groups\" SELECT n, 'team' || n, false, now(), now() FROM generate_series(3000, 3149) n;
   INSERT INTO \"UserGroups\" SELECT n, n, now(), now() FROM generate_series(3000, 3149) n"
serve "${MANAGER[@]}" LDAP_BASE_DN=dc=example,dc=com LDAP_COMMON_NAME=ldap1 DIRECTORY_BACKEND=sql AUTH_BACKENDS=sql REQUIRE_AUTH_FOR_SEARCH=false

proxmox() { expect 0 "$TESTS/lib/proxmox" "$URI" "$@"; }

proxmox version
contains "$OUT" 'cipher of TLSv1_2'
proxmox users
same "2 pages" "$ERR" "pages of users"
same 1011 "$(wc -l <<<"$OUT")" users
same 1011 "$(cut -d ' ' -f 1 <<<"$OUT" | sort -u | wc -l)" "users, each once"
same "" "$(grep -vE '^uid=([^,]+),dc=example,dc=com \1 \1@example\.com ' <<<"$OUT" || true)" "users without their mail"
contains "$OUT" "uid=ann,dc=example,dc=com ann ann@example.com 3"
cut -d ' ' -f 1 <<<"$OUT" | sort >"$T/users"
proxmox groups
same "2 pages" "$ERR" "pages of groups"
same "devs empty fay ldapusers sysadmins" "$(sed -n 's/^cn=\([^,]*\),.*/\1/p' <<<"$OUT" | grep -v ^team | sort | xargs)" groups
same 150 "$(grep -c '^cn=team[0-9]*,dc=example,dc=com uid=many[0-9]*,dc=example,dc=com$' <<<"$OUT")" "groups of one member"
# Members are compared with users as strings.
same "" "$(comm -23 <(cut -d ' ' -sf 2- <<<"$OUT" | tr ' ' '\n' | sort -u) "$T/users")" "members that are no user"
same "uid=ann,dc=example,dc=com uid=carl,dc=example,dc=com uid=gus,dc=example,dc=com" \
    "$(sed -n 's/^cn=devs,[^ ]* //p' <<<"$OUT" | tr ' ' '\n' | sort | xargs)" "members of devs"

proxmox login bob bob-secret
same 0 "$OUT" "the result of the bind"
proxmox login bob wrong
same 49 "$OUT" "the result of the bind"

# The manager creates a user, puts it into a group and has Proxmox sync at once.
add_user "'new'" 5000 ''
q 'INSERT INTO "UserGroups" VALUES (5000, 2002, now(), now())'
proxmox users
contains "$OUT" 'uid=new,dc=example,dc=com new new@example.com'
proxmox groups
contains "$(grep ^cn=devs, <<<"$OUT")" 'uid=new,dc=example,dc=com'
proxmox login new bob-secret
same 0 "$OUT" "the result of the bind"

# An empty answer would have a full sync remove everybody: a failure is one.
stop_postgres
expect 255 "$TESTS/lib/proxmox" "$URI" users
contains "$ERR" 'search: '

# The page for administrators has the settings that were tried here.
page=$(sed -n '/^ldap: ldap$/,/^```/p' "$PROJECT/doc/clients/proxmox.md" | sed 's/^\t//')
for setting in 'base_dn dc=example,dc=com' 'user_attr uid' 'mode ldaps' 'verify 0' 'sync_attributes email=mail' 'sync-defaults-options scope=both'; do
    grep -qxF "$setting" <<<"$page" || fail "doc/clients/proxmox.md does not have: $setting"
done
