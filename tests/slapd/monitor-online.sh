# Databases appear in and disappear from cn=Monitor while slapd runs.
. "$(dirname "$0")/../lib.sh"

watch() { search -D cn=config -w config -b cn=Monitor "$@"; }
suffixes() { watch '(olmPgSuffix=*)' olmPgSuffix | sed -n 's/^olmPgSuffix: //p' | sort | xargs; }
counters() { watch '(cn=* olmPgSearchAnswered)' monitorCounter | sed -n 's/^monitorCounter: //p' | sort | xargs; }
second() { # a database pgsql for another suffix
    echo 'database pgsql
suffix "dc=example,dc=org"
rootdn cn=config'
    echo "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager"
    cat "$TESTS/data/queries.conf"
}
as_online_database() { # SUFFIX: the same for cn=config
    echo "dn: olcDatabase=pgsql,cn=config
objectClass: olcPgsqlConfig
olcDatabase: pgsql
olcSuffix: $1
olcPgUri: postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
olcPgList: users SELECT \"uid\", \"uidNumber\", \"gidNumber\", \"cn\", \"sn\", \"mail\", \"homeDirectory\" FROM \"Users\""
}

start_postgres

# ---- without a cn=Monitor everything works, and it may come later
start_slapd - < <(manager_conf)
expect 0 search -b dc=example,dc=com '(uid=ann)' uid
expect 32 search -b cn=Monitor
as_config ldapadd >/dev/null <<'END'
dn: olcDatabase=monitor,cn=config
objectClass: olcDatabaseConfig
olcDatabase: monitor
END
same "dc=example,dc=com" "$(suffixes)" "databases in a cn=Monitor that came later"
same 1 "$(counters)" "searches answered before there was a cn=Monitor"

# ---- databases that come and go
expect 0 as_config ldapadd < <(as_online_database dc=example,dc=net)
expect 0 search -b dc=example,dc=net '(uid=ann)' uid
same "dc=example,dc=com dc=example,dc=net" "$(suffixes)" "databases, with a new one"
same "1 1" "$(counters)" "the counters, with a new one"
for _ in 1 2; do
    number=$(as_config ldapsearch -LLL -b cn=config '(olcSuffix=dc=example,dc=net)' 1.1 | sed -n 's/^dn: //p')
    expect 0 as_config ldapdelete "$number"
    same "dc=example,dc=com" "$(suffixes)" "databases, without it"
    same 1 "$(counters)" "the counters, without it"
    expect 0 as_config ldapadd < <(as_online_database dc=example,dc=net)
    same "dc=example,dc=com dc=example,dc=net" "$(suffixes)" "databases, with it again"
    same "0 1" "$(counters)" "the counters, with it again, which begin anew"
done

# ---- cn=Monitor goes, the databases stay, and may go as well
expect 0 as_config ldapdelete "$(as_config ldapsearch -LLL -b cn=config '(olcDatabase=*)' 1.1 | sed -n 's/^dn: \(.*monitor.*\)/\1/p')"
expect 0 search -b dc=example,dc=com '(uid=ann)' uid
expect 0 as_config ldapdelete 'olcDatabase={1}pgsql,cn=config'
expect 0 search -b dc=example,dc=net '(uid=ann)' uid
stop_slapd

# ---- cn=Monitor before, between and behind the databases, and an overlay
unset URI
start_slapd - < <(base_conf; echo 'database monitor'; manager_conf | sed -n '/^database pgsql/,$p'; second
    echo 'moduleload rwm
overlay rwm
rwm-suffixmassage dc=example,dc=org dc=example,dc=org')
same "dc=example,dc=com dc=example,dc=org" "$(suffixes)" "databases behind cn=Monitor"
same "0 0" "$(counters)" "their counters"
stop_slapd

unset URI
start_slapd - < <(manager_conf; echo 'monitoring off'; echo 'database monitor'; second)
same "dc=example,dc=org" "$(suffixes)" "databases, one of them with monitoring off"
same "0" "$(counters)" "their counters"
