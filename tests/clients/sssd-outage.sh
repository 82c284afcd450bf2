#!/bin/bash
# SSSD keeps known users during a database outage and recovers by itself.
. "$(dirname "$0")/clients.sh"

start_postgres
# SSSD's cache remembers who is in a group only where the group shows its members.
start_ldap ldap1 SQL_QUERY_ALL_GROUPS='SELECT g."cn" AS name, g."gidNumber" AS gid_number,
    ARRAY(SELECT u."uid" FROM "UserGroups" ug JOIN "Users" u ON ug."uidNumber" = u."uidNumber"
          WHERE ug."gidNumber" = g."gidNumber") AS member_uids
FROM "Groups" g'
SSSD_EXTRA=$ASK_AGAIN_SOON
start_sssd ldap1

known() { in_sssd getent -s sss "$@"; }
groups_of() { in_sssd id -Gn "$1" | tr ' ' '\n' | sort | paste -s -d ' '; }
kept() { # WHEN: what SSSD has seen before stays, though every entry of its cache is expired
    in_sssd sss_cache -E
    same "$ann" "$(known passwd ann)" "ann $1"
    same "$ann" "$(known passwd 2000)" "ann by number $1"
    same "$groups" "$(groups_of ann)" "ann's groups $1"
}

ann=$(known passwd ann)
groups=$(groups_of ann)
same 'devs ldapusers sysadmins' "$groups" "ann's groups"
expect 0 login bob bob-secret

stop_postgres
expect 52 search_at "$LDAP1" -b dc=example,dc=com '(uid=ann)'
kept 'while the database is down'
expect 2 known passwd carl # SSSD has not seen him yet

start_postgres
eventually 10 search_at "$LDAP1" -b dc=example,dc=com '(uid=ann)'
expect 0 search_at "$LDAP1" -b dc=example,dc=com '(uid=ann)'
contains "$OUT" 'uid=ann,dc=example,dc=com'
eventually 30 known passwd carl
expect 0 login bob bob-secret

freeze_postgres
within 4 expect 52 search_at "$LDAP1" -b dc=example,dc=com '(uid=ann)'
kept 'while the database is frozen'
thaw_postgres
eventually 30 known passwd gus
expect 0 login ann ann-secret
