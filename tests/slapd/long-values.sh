# Values of a megabyte and groups of ten thousand members are returned unchanged.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com

q "ALTER TABLE \"Users\" ADD about text;
   UPDATE \"Users\" SET about = (SELECT string_agg(md5(i::text), ' ') FROM generate_series(1, 32000) i) WHERE \"uid\" = 'ann';
   UPDATE \"Users\" SET about = repeat('ä', 500000) WHERE \"uid\" = 'bob';
   INSERT INTO \"Users\" SELECT i, 'member' || i, 2001, '/home/' || i, '/bin/sh', 'Member ' || i, 'Member', 'Member', i || '@example.com',
          NULL, 'x', 'active', NULL, NULL, now(), now() FROM generate_series(10001, 20000) i;
   INSERT INTO \"UserGroups\" SELECT i, 2003, now(), now() FROM generate_series(10001, 20000) i"
members="ARRAY(SELECT u.\"uid\" FROM \"Users\" u JOIN \"UserGroups\" ug USING (\"uidNumber\") WHERE ug.\"gidNumber\" = g.\"gidNumber\") AS member_uids"
{
    manager_conf | sed "s/\"userPassword\" AS password/&, about AS description/; s/g.\"gidNumber\" AS gid_number/&, $members/"
    echo "pgsql-timeout 30"
    echo "sizelimit unlimited"
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"

long() { search -b $base "(uid=$1)" description | grep '^description:'; }
same "$(q "SELECT md5(about) FROM \"Users\" WHERE \"uid\" = 'ann'")" \
    "$(long ann | sed 's/^description: //' | tr -d '\n' | md5sum | cut -d ' ' -f 1)" "a megabyte of words"
same "$(q "SELECT md5(about) FROM \"Users\" WHERE \"uid\" = 'bob'")" \
    "$(long bob | sed 's/^description:: //' | base64 -d | md5sum | cut -d ' ' -f 1)" "a megabyte of umlauts"
same "uid=ann,$base" "$(dns -b $base "(description=*$(q "SELECT md5('31999')")*)")" "found by its end"
same "uid=bob,$base" "$(dns -b $base '(description=*ÄÄÄ*)')" "found in any case"

expect 0 search -b $base '(cn=empty)' memberUid
same 10000 "$(grep -c '^memberUid: member' <<<"$OUT")" "members of a group"
same "cn=empty,$base" "$(dns -b $base '(memberUid=member15000)')" "the group of one of them"
expect 6 ldapcompare -x -H "$URI" cn=empty,$base memberUid:member20000
expect 5 ldapcompare -x -H "$URI" cn=empty,$base memberUid:ann
same 10010 "$(dns -b $base '(objectClass=posixAccount)' | wc -l)" "users"
