# Size and time limits return the entries found so far and their own code.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
count() { grep -c '^dn: ' <<<"$OUT" || true; }

limit() { # CODE ENTRIES ARGS…
    local code=$1 entries=$2
    shift 2
    expect "$code" search -b $base "$@"
    same "$entries" "$(count)" "entries of: $*"
}

{ manager_conf; echo "limits dn.exact=\"uid=gus,$base\" size=2"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
total=$(dns -b $base | wc -l)
same 16 "$total" "entries in the directory"
limit 4 1 -z 1
limit 4 3 -z 3
limit 4 15 -z 15
limit 0 16 -z 16 # exactly as many as allowed is no excess
limit 0 16 -z 17
limit 0 1 -z 1 '(uid=ann)'
limit 0 1 -z 1 '(&(objectClass=posixAccount)(cn=b*))'
limit 0 1 -z 1 -s base
limit 4 2 -z 2 '(objectClass=posixGroup)'
limit 0 5 -z 5 '(objectClass=posixGroup)'
limit 4 2 -D "uid=gus,$base" -w gus-secret '(objectClass=posixAccount)'
limit 4 1 -D "uid=gus,$base" -w gus-secret -z 1
limit 0 16 -D "cn=admin,$base" -w admin -z 0
stop_slapd

{ manager_conf; echo "sizelimit 5"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
limit 4 5
limit 4 5 -z 10
limit 0 16 -D "cn=admin,$base" -w admin # the rootdn has no limits
stop_slapd

# How many rows a search may look at: those that PostgreSQL finds, however many of them the filter takes in the end.
{ manager_conf; echo "limits anonymous size.unchecked=9"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
limit 0 1 '(uid=ann)'
limit 11 9 '(objectClass=posixAccount)'
limit 11 9 -E pr=100/noprompt '(objectClass=posixAccount)'
limit 0 16 -D "cn=admin,$base" -w admin
stop_slapd

# A view that takes four seconds stands for a slow database. Time limits are whole seconds.
q 'CREATE VIEW slow AS SELECT u.* FROM "Users" u, (SELECT pg_sleep(4)) s; GRANT SELECT ON slow TO ldap' >/dev/null
{ manager_conf | sed 's/FROM "Users"$/FROM slow/'; echo "pgsql-timeout 20"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
limit 0 10 -l 10 '(objectClass=posixAccount)'
within 2.5 limit 3 0 -l 1 '(objectClass=posixAccount)'
# The database is not left at work for nobody.
idle() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND state = 'active'")" = 0 ]; }
eventually 2 idle
