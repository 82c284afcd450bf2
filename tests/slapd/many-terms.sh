# Filters of thousands of terms are answered in time.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
q "INSERT INTO \"Users\" (\"uid\",\"uidNumber\",\"homeDirectory\",\"cn\",\"sn\",\"givenName\",\"mail\",\"userPassword\",\"createdAt\",\"updatedAt\")
   SELECT 'u' || i, 10000 + i, '/h', 'c' || i, 's', 'g', i || '@x', 'x', now(), now() FROM generate_series(1, 2000) i; ANALYZE"
base=dc=example,dc=com
{ manager_conf; echo "sizelimit unlimited"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
terms() { perl -e 'my ($kind, $attribute, $n, @more) = @ARGV; print "(&(objectClass=posix*)($kind", (map {"($attribute=m$_)"} 1 .. $n), (map {"($attribute=$_)"} @more), "))"' "$@" | sed 's/(objectClass=posix\*)//'; }
found() { dns -b $base "$1" | sed -E 's/^[a-z]+=([^,]*),.*/\1/' | xargs; }
for n in 100 3000; do
    same "devs ldapusers sysadmins" "$(found "$(terms '|' memberUid $n ann)")" "$n members or ann"
    same "fay" "$(found "$(terms '|' memberUid $n fay)")" "$n members or fay"
    same "" "$(found "$(terms '&' memberUid $n)")" "$n members at once"
    same "bob u7" "$(found "$(terms '|' uid $n u7 bob)")" "$n names"
    same "ann u7" "$(found "$(terms '|' cn $n c7 'ann archer')")" "$n common names"
    same "ann u7" "$(found "$(terms '|' mail $n 7@x ann@example.com)")" "$n addresses"
    same "ann u7" "$(found "$(terms '|' entryDN $n "uid=u7,$base" "uid=ann,$base" | sed "s/(entryDN=\(m[0-9]*\))/(entryDN=uid=\1,$base)/g")")" "$n DNs"
    same "ann bob" "$(found "(|(uidNumber=2000)(uidNumber=2001)(uidNumber=99999999999999)$(seq -f '(uidNumber=9%06.0f)' -s '' $n))")" "$n numbers"
done
same "empty fay" "$(found "(&(objectClass=posixGroup)(!(|(memberUid=ann)(memberUid=hal)$(seq -f '(memberUid=m%.0f)' -s '' 500))))")" "groups without any of 500"
quiet() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND state = 'active'")" = 0 ]; }
eventually 2 quiet
