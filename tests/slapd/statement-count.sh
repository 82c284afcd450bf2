# Each search of SSSD, nslcd and Proxmox runs at most one statement per list.
. "$(dirname "$0")/../lib.sh"
start_postgres -c log_statement=all
base=dc=example,dc=com
cat >"$T/bis.conf" < <(manager_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|")
schemas=$(sed 's/$/\n/' <<<"include $PROJECT/schema/openssh-lpk.schema")
manager_conf | sed "/inetorgperson.schema/a $schemas" >"$T/slapd.conf"
user_attributes='objectClass uid userPassword uidNumber gidNumber cn homeDirectory loginShell krbPrincipalName modifyTimestamp shadowLastChange
    shadowExpire host sshPublicKey userCertificate;binary mail'
group_attributes='objectClass cn userPassword gidNumber memberuid member modifyTimestamp'

statements() { grep -cE 'LOG:  (execute|statement)' "$T/pg/postgres.log" || true; }
costs() { # STATEMENTS ENTRIES, then what ldapsearch takes
    local most=$1 entries=$2 before
    shift 2
    expect 0 search "$@" # prepares the statements
    before=$(statements)
    expect 0 search "$@"
    same "$entries" "$(grep -c '^dn:' <<<"$OUT" || true)" "entries of $*"
    same "$most" "$(($(statements) - before))" "statements of $*"
}
number='(&(uidNumber=*)(!(uidNumber=0)))' group_number='(&(gidNumber=*)(!(gidNumber=0)))'

start_slapd "$T/slapd.conf"
settled # the questions that slapd asks at its start are not counted
for paged in '' '-E pr=1000/noprompt'; do
    # shellcheck disable=SC2086
    {
        costs 1 1 $paged -b $base "(&(uid=ann)(objectclass=posixAccount)(uid=*)$number)" $user_attributes
        costs 1 0 $paged -b $base "(&(uid=nobody)(objectclass=posixAccount)(uid=*)$number)" $user_attributes
        costs 1 1 $paged -b $base "(&(uidNumber=2001)(objectclass=posixAccount)(uid=*)$number)" $user_attributes
        costs 1 1 $paged -b $base "(&(|(mail=ann@example.com)(uid=ann)(krbPrincipalName=ann))(objectclass=posixAccount)(uid=*)$number)" $user_attributes
        costs 2 1 $paged -b $base "(&(cn=devs)(objectClass=posixGroup)(cn=*)$group_number)" $group_attributes
        costs 2 1 $paged -b $base "(&(gidNumber=2002)(objectClass=posixGroup)(cn=*)$group_number)" $group_attributes
        costs 1 3 $paged -b $base "(&(memberuid=ann)(objectClass=posixGroup)(cn=*)$group_number)" objectClass cn userPassword gidNumber modifyTimestamp
        costs 1 1 $paged -b "uid=ann,$base" -s base '(&(uid=ann)(objectclass=posixAccount)(objectClass=*))'
        costs 1 1 $paged -b "uid=ann,$base" -s base '(objectclass=posixAccount)' objectClass uid
        costs 1 10 $paged -b $base '(&(objectclass=posixAccount)(uid=*)(uidNumber=*)(gidNumber=*))' $user_attributes
        # Nothing here can be a sudo rule, a service, a netgroup or a host.
        costs 0 0 $paged -b $base '(&(objectClass=sudoRole)(|(&(!(sudoHost=*))(cn=defaults))(sudoHost=ALL)(sudoHost=+*)))' cn sudoUser
        costs 0 0 $paged -b $base '(&(cn=imaps)(objectclass=ipService))' cn
        costs 0 0 $paged -b $base '(&(cn=ng1)(objectclass=nisNetgroup))' cn
        costs 0 0 $paged -b $base '(&(objectclass=ipHost)(cn=*)(ipHostNumber=*))' cn
        # nslcd
        costs 1 1 $paged -b $base '(&(objectClass=posixAccount)(uid=ann))' uid uidNumber
        costs 1 3 $paged -b $base '(&(objectClass=posixGroup)(|(memberUid=ann)(member=uid=ann,dc=example,dc=com)))' cn gidNumber
        # Proxmox
        costs 1 10 $paged -b $base '(|(objectclass=inetorgperson)(objectclass=posixaccount)(objectclass=person)(objectclass=user))' uid mail
    }
done
costs 0 1 -b '' -s base '(objectclass=*)' '*' +
costs 0 1 -b $base -s base '(objectclass=*)'
stop_slapd
unset URI
start_slapd "$T/bis.conf"
settled
costs 1 3 -b $base "(&(member=uid=ann,$base)(objectClass=posixGroup)(cn=*))" objectClass cn userPassword gidNumber
costs 2 1 -b $base '(&(cn=devs)(objectClass=posixGroup)(cn=*))' objectClass cn member
costs 2 3 -b $base "(memberOf=cn=devs,$base)" uid
