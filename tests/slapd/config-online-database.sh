# A database can be added and deleted while slapd runs, and survives a restart.
. "$(dirname "$0")/../lib.sh"
start_postgres
mkdir "$T/slapd.d"
base_conf >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"

database() { # SUFFIX: the deployment as an entry of cn=config
    cat <<END
dn: olcDatabase=pgsql,cn=config
objectClass: olcDatabaseConfig
objectClass: olcPgsqlConfig
olcDatabase: pgsql
olcSuffix: $1
olcRootDN: cn=admin,$1
olcRootPW: admin
olcPgUri: postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
END
    # The queries of the slapd.conf, each logical line a value.
    sed -n -E ':a; N; $!ba; s/\n[ \t]+/ /g; p' "$TESTS/data/queries.conf" | sed -E 's/^pgsql-list /olcPgList: /; s/^pgsql-lookup /olcPgLookup: /'
}
add() { database "$1" | as_config ldapadd >/dev/null; }
drop() { # SUFFIX
    local dn
    dn=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$1)" 1.1 | sed -n 's/^dn: //p')
    as_config ldapdelete "$dn"
}
contexts() { search -b '' -s base namingContexts | sed -n 's/^namingContexts: //p' | sort | xargs; }

one=dc=example,dc=com two=dc=example,dc=org
expect 32 search -b $one
expect 0 add $one
same 16 "$(dns -b $one | wc -l)" "entries of the new database"
expect 0 ldapwhoami -x -H "$URI" -D uid=bob,$one -w bob-secret

# A second one, beside it.
expect 0 add $two
same "$one $two" "$(contexts)" "naming contexts"
same "uid=ann,$two" "$(dns -b $two '(uid=ann)')" "ann in the second"
same "uid=ann,$one" "$(dns -b $one '(uid=ann)')" "ann in the first"

stop_slapd
start_slapd "$T/slapd.d"
same 16 "$(dns -b $one | wc -l)" "entries after a restart"
same 16 "$(dns -b $two | wc -l)" "entries of the second after a restart"

expect 0 drop $one
expect 32 search -b $one
same "uid=ann,$two" "$(dns -b $two '(uid=ann)')" "ann in the second, alone"
same "$two" "$(contexts)" "naming contexts after the first is gone"
# Its connections are gone with it; the other's stay.
gone() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap'")" -le 8 ]; }
eventually 5 gone
expect 0 drop $two
none() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap'")" = 0 ]; }
eventually 5 none
expect 0 add $one
same 16 "$(dns -b $one | wc -l)" "entries of the database added once more"

# An entry that cannot serve is refused as a slapd.conf would be, and leaves nothing behind.
bad=$(database $two | sed 's/^olcPgList: groups .*/olcPgList: groups SELECT 1 WHERE 1 = ?/')
expect 80 as_config ldapadd <<<"$bad"
contains "$ERR$OUT" "groups"
expect 32 search -b $two
same "uid=ann,$one" "$(dns -b $one '(uid=ann)')" "ann in the first, undisturbed"
