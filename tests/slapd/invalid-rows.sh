# A row that cannot become an entry is skipped and logged, and affects no other.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com

# The manager's own tables forbid most of this; a view does not.
q "CREATE VIEW people AS
   SELECT \"uid\"::text AS uid, \"uidNumber\"::bigint AS number, \"gidNumber\"::bigint AS gid, \"cn\"::text AS cn, \"sn\"::text AS sn,
          \"givenName\"::text AS given, \"mail\"::text AS mail, \"homeDirectory\"::text AS home FROM \"Users\"
   UNION ALL VALUES
   (NULL, 3001, 2001, 'No Name', 'Name', 'No', 'a@example.com', '/home/a'),
   ('', 3002, 2001, 'Empty Name', 'Name', 'Empty', 'b@example.com', '/home/b'),
   ('nouid', NULL, 2001, 'No Number', 'Number', 'No', 'd@example.com', '/home/d'),
   ('nogid', 3005, NULL, 'No Group', 'Group', 'No', 'e@example.com', '/home/e'),
   ('bare', 3006, 2001, NULL, NULL, NULL, NULL, NULL),
   ('empty', 3007, 2001, '', '', '', '', ''),
   ('parts', 3008, 2001, NULL, 'Last', 'First', NULL, NULL),
   ('one', 3009, 2001, 'Just Full Words', NULL, NULL, NULL, NULL),
   ('odd', 3010, 2001, 'Odd', 'Odd', 'Odd', 'jürgen@example.com', '/home/jürgen'),
   ('big', 99999999999, 4294967296, 'Big', 'Big', 'Big', 'f@example.com', '/home/f');
   GRANT SELECT ON people TO ldap"
columns='SELECT uid AS username, number AS uid_number, gid AS gid_number, given AS first_name, cn AS full_name, sn AS last_name, mail, home AS home_directory FROM people'
{
    manager_conf | sed '/^pgsql-list users/,$d'
    echo "pgsql-list users $columns"
    echo "pgsql-lookup users uid $columns WHERE uid = ?"
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"

expected=$(printf "uid=%s,$base\n" ann bob carl dora eve fay gus hal ivy jan bare big empty odd one parts | sort)
same "$expected" "$(dns -b $base '(objectClass=posixAccount)')" "all users"
same "$expected" "$(dns -b $base '(uid=*)')" "all with a uid"
for name in nouid nogid; do
    same "" "$(dns -b $base "(uid=$name)")" "the entry $name"
    expect 32 search -b "uid=$name,$base" -s base
    logged row-skipped "the row \"$name\" "
done
for filter in '(uidNumber=3001)' '(uidNumber=3002)' '(cn=No Name)'; do
    same "" "$(dns -b $base "$filter")" "entries of $filter"
done
# One line a row and no more, however often it is met.
for _ in 1 2 3; do dns -b $base >/dev/null; done
[ "$(times_logged row-skipped nouid)" -le 2 ] || fail "the log repeats itself about the same row"

attributes() { search -b $base "(uid=$1)" cn sn givenName mail homeDirectory gecos | sed 1d | grep . | sort; }
same "cn: bare
gecos: bare
homeDirectory: /home/bare
mail: bare@example.com
sn: bare" "$(attributes bare)" "what stands in for NULL"
same "$(attributes bare | sed 's/bare/empty/')" "$(attributes empty)" "what stands in for empty strings"
same "cn: First Last
gecos: First Last
givenName: First
homeDirectory: /home/parts
mail: parts@example.com
sn: Last" "$(attributes parts)" "a name from its parts"
contains "$(attributes one)" "sn: Words"

# A value outside its attribute's syntax (mail, homeDirectory and gecos are ASCII) is not shown as it is; the entry is.
same "" "$(search -b $base '(uid=odd)' mail homeDirectory | grep -a -E 'jürgen|::')" "values outside their syntax"
same "gidNumber: 4294967296 uidNumber: 99999999999" "$(search -b $base '(uid=big)' uidNumber gidNumber | grep Number | sort | xargs)" "big numbers"
same "uid=big,$base" "$(dns -b $base '(uidNumber=99999999999)')" "a big number"
same "uid=big,$base" "$(dns -b $base '(uidNumber>=4294967296)')" "above 32 bits"
