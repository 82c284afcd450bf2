# A row that only a lookup returns is found by its equality filter, and a lookup cannot write.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q 'CREATE TABLE seen (name text);
   CREATE FUNCTION admit(who text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO seen VALUES (who); RETURN who; END $$'
conf() { # QUERY: what the lookup returns besides, for a name that no row has
    manager_conf | sed "s/^ WHERE \"uid\" = ?/ WHERE \"uid\" = \$1/; /^ WHERE \"uid\"/r "<(echo "  UNION ALL SELECT $1, 10000, 10000, NULL, NULL, NULL, NULL, NULL, NULL
   WHERE \$1 ~ '^new[0-9]\$' AND NOT EXISTS (SELECT FROM \"Users\" WHERE \"uid\" = \$1)")
}
conf '$1' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
found() { dns -b "${2:-$base}" "${@:3}" "$1" | sed "s/,$base\$//" | xargs; }

for filter in '(uid=new1)' '(uid=NEW1)' '(&(objectClass=posixAccount)(uid=new1)(uidNumber=*))' '(&(uid=new1)(!(cn=ann)))'; do
    same uid=new1 "$(found "$filter")" "what $filter finds"
done
same uid=new1 "$(found '(objectClass=*)' "uid=new1,$base" -s base)" "the entry as a base"
expect 6 ldapcompare -x -H "$URI" "uid=new1,$base" uidNumber:10000
for filter in '(uid=new*)' '(uidNumber=10000)' '(|(uid=new1)(uid=new2))' '(&(objectClass=posixAccount)(cn=new1))' '(uid=newer)'; do same '' "$(found "$filter")" "what $filter finds"; done
for filter in '(uid=*)' '(!(uid=new1))' '(objectClass=posixAccount)'; do lacks "$(found "$filter")" new; done
expect 49 ldapwhoami -x -H "$URI" -D "uid=new1,$base" -w secret
stop_slapd

# The transaction is read-only: no row, and an error instead of an answer.
conf 'admit($1)' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 80 search -b $base '(uid=new1)'
same uid=ann "$(found '(uid=ann)')" "a name that a row has"
same 0 "$(q 'SELECT count(*) FROM seen')" "rows that a lookup wrote"
