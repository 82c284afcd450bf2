# slapo-pcache answers repeated queries, and binds if configured, without the database.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
mkdir "$T/cache"
{
    manager_conf | sed -e 's/^moduleload back_pgsql/&\nmoduleload back_mdb\nmoduleload pcache/'
    cat <<END
overlay pcache
pcache mdb 1000 2 100 5
directory $T/cache
maxsize 100000000
index objectClass,uid,memberUid,pcacheQueryid eq
pcacheAttrset 0 uid uidNumber gidNumber cn gecos homeDirectory loginShell objectClass
pcacheAttrset 1 cn gidNumber memberUid
pcacheTemplate (&(objectClass=)(uid=)) 0 300 300
pcacheTemplate (&(objectClass=)(memberUid=)) 1 300
pcacheBind (&(objectClass=posixAccount)(uid=)) 0 300 sub $base
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
account() { search -b $base "(&(objectClass=posixAccount)(uid=$1))" uid uidNumber gidNumber cn gecos homeDirectory loginShell; }
groups() { search -b $base "(&(objectClass=posixGroup)(memberUid=$1))" cn gidNumber memberUid; }
login() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$1-secret"; }

ann=$(account ann)
contains "$ann" "homeDirectory: /home/ann"
same 3 "$(groups ann | grep -c ^dn:)" "ann's groups"
same "" "$(account nosuch)" "nobody"
of_ann=$(groups ann | sort)
same "$ann" "$(account ann)" "ann, asked for again"
expect 0 login gus
stop_postgres

same "$ann" "$(account ann)" "ann, without the database"
same "$of_ann" "$(groups ann | sort)" "ann's groups, without the database"
same "" "$(account nosuch)" "nobody, without the database"
expect 0 account nosuch # a miss is an answer as well, for as long as the configuration says
expect 0 login gus
expect 49 ldapwhoami -x -H "$URI" -D "uid=gus,$base" -w wrong
# Everything else is an error, not an empty answer.
expect 52 account bob
same "" "$OUT" "bob, without the database"
expect 52 groups bob
expect 52 login bob
expect 52 search -b $base '(&(objectClass=posixAccount)(uid=ann))' mail
expect 52 search -b $base '(uidNumber=2000)'
start_postgres
eventually 10 account bob
contains "$(account bob)" "homeDirectory: /home/bob"
expect 0 login bob
