#!/bin/bash
# SSSD and Proxmox VE get the same users and groups beside roles as without them, by an access rule or by a role of their account.
. "$(dirname "$0")/clients.sh"
. "$TESTS/lib/tree.sh"
. "$TESTS/lib/roles.sh"
perl -MNet::LDAP -e 1 2>/dev/null || skip "Net::LDAP is missing; packaging/setup --tests installs it"
start_postgres
roles_tables
q "ALTER TABLE people ADD gid int DEFAULT 2002;
   INSERT INTO people (id, login, number, pass) SELECT 40, 'sssd', 1040, pass FROM people WHERE login = 'boss'"
conf() { # a slapd.conf up to its access rules
    roles_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|; /^access/d
        /^pgsql-list users/s/number AS gid_number,/gid AS gid_number,/; /^database pgsql/a sizelimit unlimited"
}
export BIND_USER=uid=sssd,$base BIND_PASSWORD=secret
SSSD_EXTRA="ldap_default_bind_dn = $BIND_USER
ldap_default_authtok = $BIND_PASSWORD
ldap_auth_disable_tls_never_use_in_production = true"

in_order() { tr "$1" '\n' | sort | paste -sd ' '; }
lookups() { # what SSSD answers about each user and each group
    local name number fields
    while IFS='|' read -r name number; do
        in_sssd getent -s sss passwd "$name" "$number"
        echo "$name $(in_sssd id -Gn "$name" | in_order ' ')"
    done < <(q 'SELECT login, number FROM people ORDER BY 1')
    while IFS='|' read -r name number; do
        in_sssd getent -s sss group "$name" "$number" | while IFS=: read -r -a fields; do
            echo "${fields[0]} ${fields[2]} $(in_order , <<<"${fields[3]:-}")"
        done
    done < <(q 'SELECT name, number FROM teams ORDER BY 1')
}
proxmox() { expect 0 "$TESTS/lib/proxmox" "$URI" "$@"; }
synchronized() { # what Proxmox VE gets
    proxmox users
    sort <<<"$OUT"
    proxmox groups
    while read -r -a words; do echo "${words[0]} $(in_order ' ' <<<"${words[*]:1}")"; done < <(sed 's/\\2C /,/; s/ \\2B /+/' <<<"$OUT" | sort)
}
serve() { # LINE…: with these lines at the end of slapd.conf
    { conf; printf '%s\n' "$@"; } >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    settled
    start_sssd "$URI"
}
same_as_before() { # HOW
    same "$sssd" "$(lookups)" "what SSSD gets with $1"
    same "$proxmox" "$(synchronized)" "what Proxmox VE gets with $1"
    # A user whose own entry is hidden from the user logs in; the roles hold.
    expect 0 login brad secret
    contains "$OUT" 'account management done'
    expect 1 login brad wrong
    proxmox login brad secret
    same 0 "$OUT" "the result of brad's bind"
    same '' "$(as brad ldapsearch -LLL -b "$base" '(|(uid=bea)(uid=brad))' 1.1)" "what brad sees elsewhere"
    contains "$(as brad ldapsearch -LLL -b "$base" '(uid=ann)' 1.1)" 'dn: uid=ann'
    lacks "$(as sssd ldapsearch -LLL -b "$base" '(uid=ann)' '*' userPassword)" userPassword
    stop_sssd
    stop_slapd
}

serve 'access to attrs=userPassword by anonymous auth by dynacl/pgsql-roles none' 'access to * by * read'
sssd=$(lookups) proxmox=$(synchronized)
contains "$sssd" $'ann:*:1002:2002:ann:/home/ann:/bin/bash\nann:*:1002:2002:ann:/home/ann:/bin/bash\nann gb gbe'
contains "$sssd" 'gb 2002 ann dora'
contains "$proxmox" "uid=sven,ou=Steintor,ou=Bremen,$base sven sven@example.com"
stop_sssd
stop_slapd

passwords='access to attrs=userPassword by anonymous auth by dynacl/pgsql-roles write by * none'
serve "$passwords" "access to * by dn.exact=\"$BIND_USER\" read by dynacl/pgsql-roles write by * none"
same_as_before 'an access rule for the account'

q "INSERT INTO roles VALUES ('sssd', 'reader', NULL)"
serve 'pgsql-role reader * search,read' "$passwords" 'access to * by dynacl/pgsql-roles write by * none'
same_as_before 'a role of the account'
