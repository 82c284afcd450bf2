# Operations that other databases and overlays pass to the directory get a result.
. "$(dirname "$0")/../lib.sh"
start_postgres
mkdir "$T/top" "$T/logged"
local_database() { printf '%s\n' 'database mdb' "suffix $1" "rootdn cn=admin,$1" 'rootpw admin' "directory $T/$2" 'maxsize 100000000'; }
{
    manager_conf | sed 's/^moduleload back_pgsql/&\nmoduleload back_mdb\nmoduleload back_relay\nmoduleload rwm\nmoduleload accesslog\nmoduleload ppolicy/'
    printf '%s\n' 'lastbind on' 'overlay ppolicy'
    manager_conf | sed -n '/^database pgsql/,$p' | sed 's/dc=example,dc=com/dc=part,dc=top/'
    echo subordinate
    local_database dc=top top
    local_database dc=logged logged
    printf '%s\n' 'overlay accesslog' 'logdb dc=example,dc=com' 'logops writes'
    printf '%s\n' 'database relay' 'suffix dc=relay' 'overlay rwm' 'rwm-suffixmassage dc=relay dc=example,dc=com'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
tool() { timeout 20 "$1" -x -H "$URI" "${@:2}"; } # 124: no result

# The log of another database: nothing is written to it, and what is logged is answered.
expect 0 tool ldapadd -D cn=admin,dc=logged -w admin <<'END'
dn: dc=logged
objectClass: dcObject
objectClass: organization
o: logged
dc: logged
END
expect 0 tool ldapdelete -D cn=admin,dc=logged -w admin dc=logged
same 16 "$(dns -b dc=example,dc=com | wc -l)" "entries of the directory"

expect 0 tool ldapadd -D cn=admin,dc=top -w admin <<'END'
dn: dc=top
objectClass: dcObject
objectClass: organization
o: top
dc: top
END
writes() { # SUFFIX NAME PASSWORD
    local as=(-D "$2" -w "$3")
    expect 53 tool ldapadd "${as[@]}" <<<"dn: uid=new,$1"$'\nobjectClass: account\nuid: new'
    expect 53 tool ldapdelete "${as[@]}" "uid=eve,$1"
    expect 53 tool ldapmodrdn "${as[@]}" "uid=eve,$1" uid=eva
    expect 53 tool ldapmodify "${as[@]}" <<<"dn: uid=eve,$1"$'\nchangetype: modify\nreplace: mail\nmail: e@example.com'
    expect 1 tool ldappasswd "${as[@]}" -s secret "uid=eve,$1"
}
writes dc=part,dc=top cn=admin,dc=part,dc=top admin
writes dc=part,dc=top cn=admin,dc=top admin
writes dc=relay uid=ann,dc=relay ann-secret
expect 0 tool ldapwhoami -D uid=ann,dc=example,dc=com -w ann-secret
expect 49 tool ldapwhoami -D uid=ann,dc=example,dc=com -w wrong
same 17 "$(dns -b dc=top | wc -l)" "entries of both, afterwards"
