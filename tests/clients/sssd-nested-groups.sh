#!/bin/bash
# SSSD resolves nested groups with RFC 2307bis and direct groups with RFC 2307.
. "$(dirname "$0")/clients.sh"
start_postgres
base=dc=example,dc=com

# devs and fay's private group are in engineering, which is in staff; teams are a kind of their own, beside the groups.
q "INSERT INTO \"Groups\" VALUES (3000, 'engineering', false, now(), now()), (3001, 'staff', false, now(), now());
   CREATE TABLE nested (parent text, dn text);
   INSERT INTO nested SELECT g.\"cn\", 'uid=' || u.\"uid\" || ',ou=people,$base' FROM \"Groups\" g JOIN \"UserGroups\" USING (\"gidNumber\") JOIN \"Users\" u USING (\"uidNumber\");
   INSERT INTO nested VALUES ('engineering', 'cn=devs,$base'), ('engineering', 'cn=fay,$base'), ('staff', 'cn=engineering,$base'), ('staff', 'cn=elsewhere,dc=example,dc=org');
   CREATE TABLE teams (name text, number integer, members text[]);
   INSERT INTO teams VALUES ('alpha', 4000, '{\"cn=sysadmins,$base\"}'), ('beta', 4001, '{\"cn=alpha,ou=teams,$base\",\"uid=gus,ou=people,$base\"}');
   GRANT SELECT ON nested, teams TO ldap"
conf() { # LINE…
    manager_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
    printf '%s\n' 'pgsql-kind users container=ou=people' 'pgsql-kind teams container=ou=teams rdn=cn class=top,groupOfNames,posixGroup' \
        'pgsql-list teams SELECT name AS cn, number AS "gidNumber", members AS member FROM teams' "$@"
}
groups_of() { in_sssd id -Gn "$1" | tr ' ' '\n' | sort | paste -s -d ' '; }
serve() { # SCHEMA LINE…
    LDAP_SCHEMA=$1
    conf "${@:2}" >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    start_sssd "$URI"
}
end() { stop_sssd; stop_slapd; }

# The groups say their members by DN.
by_dn='pgsql-values groups member SELECT parent AS name, dn FROM nested'
serve rfc2307bis "$by_dn"
same 'alpha beta devs engineering ldapusers staff sysadmins' "$(groups_of ann)" 'all groups of ann'
same 'beta devs engineering staff' "$(groups_of gus)" 'all groups of gus'
same 'engineering fay staff' "$(groups_of fay)" 'all groups of fay, who has one of her own'
same 'ldapusers' "$(groups_of jan)" 'all groups of jan'
same 'ann carl fay gus' "$(in_sssd getent -s sss group engineering | cut -d : -f 4 | tr , '\n' | sort | xargs)" 'members of engineering'
end

# The groups say their members by name, as the four queries do; the teams by DN.
serve rfc2307bis
same 'alpha beta devs ldapusers sysadmins' "$(groups_of ann)" 'all groups of ann, by names'
same 'beta devs' "$(groups_of gus)" 'all groups of gus, by names'
same 'fay' "$(groups_of fay)" 'all groups of fay, by names'
end

# RFC 2307 knows no groups of groups.
serve rfc2307 "$by_dn"
same 'devs ldapusers sysadmins' "$(groups_of ann)" 'groups of ann, with RFC 2307'
same 'fay' "$(groups_of fay)" 'groups of fay, with RFC 2307'
same 'fay:*:2005:fay' "$(in_sssd getent -s sss group 2005)" "fay's own group"
end
