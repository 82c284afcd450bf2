# slapcat writes the whole directory in an order that back-mdb can load.
. "$(dirname "$0")/../lib.sh"
need slapcat slapadd
start_postgres
base=dc=example,dc=com people=ou=people,$base groups=ou=groups,$base
q "INSERT INTO \"Users\" (\"uid\",\"uidNumber\",\"gidNumber\",\"homeDirectory\",\"cn\",\"sn\",\"givenName\",\"mail\",\"userPassword\",\"createdAt\",\"updatedAt\")
   SELECT u, 4000 + n, 2001, '/home/' || n, cn, sn, 'Given', mail, 'x', now(), now() FROM (VALUES
   (1, 'müller', 'Jörg Ümläut', 'Straße', 'j@x'), (2, 'a,b+c', '  two  blanks ', 'x', 'Mixed@Example.COM'), (3, '#sharp', ' lead', '<x>', 's@x'),
   (4, 'quote\"back\\', 'semi;colon = \"x\"', 'x', 'q@x')) v (n, u, cn, sn, mail)"
q "INSERT INTO \"Groups\" VALUES (5000, 'all, of+them', false, now(), now());
   INSERT INTO \"UserGroups\" SELECT \"uidNumber\", 5000, now(), now() FROM \"Users\""
# More than the page of 500 rows, and than the one of 50 with lists of members.
q "INSERT INTO \"Users\" SELECT n, 'u' || n, 2001, '/home/u' || n, '/bin/sh', 'User ' || n, 'U' || n, 'User', 'u' || n || '@x', NULL, 'x', 'active', NULL, NULL, now(), now()
   FROM generate_series(10001, 10600) n; INSERT INTO \"Groups\" SELECT n, 'g' || n, false, now(), now() FROM generate_series(20001, 20120) n;
   INSERT INTO \"UserGroups\" SELECT n - 10000, n, now(), now() FROM generate_series(20001, 20120) n"

conf() { { manager_conf | sed "s|nis.schema|$1|; s|/etc/ldap/schema/rfc|$PROJECT/schema/rfc|"; printf '%s\n' 'pgsql-kind users container=ou=people' 'pgsql-kind groups container=ou=groups' 'sizelimit unlimited'; } >"$T/slapd.conf"; }
dump() { # what slapcat writes; its words, if it has any, are a failure
    "${PRELOAD[@]}" slapcat -f "$T/slapd.conf" -o ldif-wrap=no "$@" 2>"$T/words" || fail "slapcat $*: $(<"$T/words")"
    same "" "$(grep -v "\[value-skipped\] groups memberUid: .*müller" "$T/words" || true)" "slapcat's words"
}
names() { sed -n 's/^dn: //p' | xargs -d '\n'; }
everything() { search "$@" -b $base '*' structuralObjectClass entryUUID | awk 'BEGIN { RS = ""; FS = "\n"; OFS = "\1" } !/^#/ { $1 = $1; print }' | sort; }

for schema in nis.schema rfc2307bis.schema; do
    conf $schema
    dump >"$T/dump.ldif"
    same "dn: $base
dn: $people
dn: $groups" "$(grep -m 3 ^dn "$T/dump.ldif")" "the first entries"
    same 743 "$(grep -c ^dn "$T/dump.ldif")" "entries: 3, 614 users, 125 groups, 1 of a user's own"
    same "" "$(grep -E '^(userPassword|memberOf|entryDN|subschemaSubentry|hasSubordinates)' "$T/dump.ldif")" "what does not belong into a dump"

    # A group without members is a groupOfNames without a member, which the schema forbids, hence -s.
    rm -rf "$T/mdb" && mkdir "$T/mdb"
    { base_conf | sed "s|nis.schema|$schema|; s|/etc/ldap/schema/rfc|$PROJECT/schema/rfc|; s/^moduleload back_pgsql/moduleload back_mdb\nmoduleload dynlist/"
      printf '%s\n' 'include /etc/ldap/schema/dyngroup.schema' 'database mdb' "suffix $base" "directory $T/mdb" 'maxsize 100000000' 'sizelimit unlimited'
      [ $schema = nis.schema ] || printf '%s\n' 'overlay dynlist' 'dynlist-attrset groupOfURLs memberURL member+memberOf@groupOfNames'; } >"$T/mdb.conf"
    strict=(); [ $schema = nis.schema ] || strict=(-s)
    slapadd "${strict[@]}" -q -f "$T/mdb.conf" -l "$T/dump.ldif" >"$T/slapadd.log" 2>&1 || fail "back-mdb does not take the dump: $(<"$T/slapadd.log")"

    start_slapd "$T/slapd.conf"
    everything >"$T/ours"
    of_ann=$(search -b $base "(uid=ann)" memberOf | sort)
    stop_slapd
    start_slapd "$T/mdb.conf"
    everything >"$T/theirs"
    same 743 "$(wc -l <"$T/ours")" "entries of a search"
    cmp "$T/ours" "$T/theirs" || fail "back-mdb shows other entries: $(diff "$T/ours" "$T/theirs" | head -n 4)"
    same "uid=a\\2Cb\\2Bc,$people" "$(dns -b $base '(uid=A,B+C)')" "a name with specials, in back-mdb"
    [ $schema = nis.schema ] || same "$of_ann" "$(search -b $base "(uid=ann)" memberOf | sort)" "memberOf, made of the groups there"
    stop_slapd
done

# Parts of it. (slapcat -s of slapd 2.5.13 aborts with every backend; a URL says the same.)
url() { dump -H "ldap:///$1??$2?${3:-}" | names; }
same "$people $groups" "$(url $base one)" "one level below the suffix"
same 614 "$(dump -H "ldap:///$people??one?" | grep -c ^dn:)" "one level below $people"
same "$groups" "$(url $groups base)" "a container"
same "cn=devs,$groups" "$(url cn=devs,$groups sub)" "an entry"
same "" "$(url cn=devs,$groups one)" "below an entry"
same "" "$(url ou=nosuch,$base sub)" "below nothing"
same "uid=ann,$people" "$(url $people sub '(&(uid=a*)(loginShell=*)(!(cn=x)))' | grep -o 'uid=ann[^ ]*')" "a base and a filter"
same "cn=all\\2C of\\2Bthem,$groups cn=fay,$groups" "$(dump -a "(memberUid=fay)" | names)" "groups of fay, her own among them"
same "uid=ann,$people uid=carl,$people uid=gus,$people" "$(dump -a "(memberOf=cn=devs,$groups)" | names)" "users in a group"
lacks "$(dump -a "(memberOf=cn=devs,$groups)")" "memberOf"
same "$base" "$(dump -a '(o=*)' | names)" "an entry without a row"

# The tools that read entries like slapcat.
"${PRELOAD[@]}" slapschema -f "$T/slapd.conf" >"$T/schema" 2>&1 || true
same "dn: cn=empty,$groups" "$(grep ^dn "$T/schema")" "entries against the schema"
