# Generated searches find the same entries, with the same values and result codes, as in back-mdb with the same data.
#
# COUNT=1000000 SEED=1 tests/oracle/random.sh is the long run; by default a few thousand searches with a new seed each time.
. "$(dirname "$0")/../lib.sh"
need perl slapadd
start_postgres
q "INSERT INTO \"Users\" (\"uid\",\"uidNumber\",\"gidNumber\",\"homeDirectory\",\"cn\",\"sn\",\"givenName\",\"mail\",\"userPassword\",\"createdAt\",\"updatedAt\")
   SELECT u, 4000 + n, 2001, '/home/' || n, cn, sn, 'Given', mail, 'x', now(), now() FROM (VALUES
   (1, 'mixed', 'MiXeD CaSe', 'CaSe', 'Mixed@Example.COM'), (2, 'blanks', 'two  blanks', ' lead', 'b@x'), (3, 'umlaut', 'Jörg Ümläut', 'Ümläut', 'j@x'),
   (4, 'a,b+c', 'comma, plus+', 'x', 'comma@x'), (5, 'quote\"back\\', '100%_*()', 'x', 'percent%@x'), (6, 'empty', '', '', 'e@x'),
   (7, 'sharp', 'Straße ß', 'ß', 's@x'), (8, 'kelvin', 'K sign', 'K', 'k@x')) v (n, u, cn, sn, mail)"
q "INSERT INTO \"Groups\" VALUES (5000, 'Mixed Group', false, now(), now()), (5001, 'all, of+them', false, now(), now())"
q "INSERT INTO \"UserGroups\" SELECT \"uidNumber\", 5001, now(), now() FROM \"Users\"; INSERT INTO \"UserGroups\" VALUES (4004, 5000, now(), now())"
schemas() { sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"; }
{ manager_conf | schemas; echo "pgsql-kind users under=ou=people"; echo "pgsql-kind groups under=ou=groups"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
ours=$URI

# The oracle holds what our directory shows; an empty group is a groupOfNames without a member, hence -s.
search -b dc=example,dc=com '*' structuralObjectClass >"$T/data.ldif"
mkdir "$T/mdb"
{ base_conf | schemas | sed 's/^moduleload back_pgsql/moduleload back_mdb/'
  printf '%s\n' 'database mdb' 'suffix dc=example,dc=com' "directory $T/mdb" 'maxsize 100000000'; } >"$T/oracle.conf"
slapadd -s -q -f "$T/oracle.conf" -l "$T/data.ldif" >"$T/slapadd.log" 2>&1 || { cat "$T/slapadd.log"; fail "the oracle does not take our data"; }
free_port port
setpriv --pdeathsig TERM -- slapd -h "ldap://127.0.0.1:$port" -f "$T/oracle.conf" -d 0 >"$T/oracle.log" 2>&1 &
eventually 10 ldapsearch -x -H "ldap://127.0.0.1:$port" -b '' -s base

perl "$TESTS/oracle/random.pl" "ldap://127.0.0.1:$port" "$ours" "${COUNT:-3000}" "${SEED:-$RANDOM}" || fail "searches are answered differently"
kill %% 2>/dev/null || true
