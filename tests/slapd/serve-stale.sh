# During an outage known entries are served for a while, and everything else gets 52.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
{
    manager_conf
    cat <<END
pgsql-serve-stale 3600
access to attrs=userPassword by * auth
access to attrs=mail by dn.exact=cn=admin,$base read by * none
access to * by * read
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
name() { search -b $base "(uid=$1)" cn | sed -n 's/^cn: //p'; }
same "Ann Archer" "$(name ann)" "ann"
q "UPDATE \"Users\" SET cn = 'Ann Again' WHERE uid = 'ann'"
same "Ann Again" "$(name ann)" "ann, who is never taken from memory while the database is there"
users() { dns -b $base '(objectClass=posixAccount)' | wc -l; }
same 10 "$(users)" "users"
everybody() { search "$@" -b $base '(objectClass=posixAccount)'; }
expect 0 everybody
same 3 "$(dns -b $base '(memberUid=ann)' | wc -l)" "ann's groups"
expect 0 search -b $base '(uid=nosuch)'
expect 0 search -b $base '(&(uid=carl)(cn=Somebody Else))' cn
expect 0 search -b "uid=bob,$base" -s base
expect 6 ldapcompare -x -H "$URI" "uid=bob,$base" 'cn:Bob Baker'
expect 5 ldapcompare -x -H "$URI" "uid=bob,$base" 'cn:Bob'
expect 0 search -b $base '(uid=hal)' cn
q "DELETE FROM \"Users\" WHERE uid = 'hal'"
same "" "$(name hal)" "hal, who is gone"

for how in fast immediate; do
    stop_postgres "$how"
    within 2 same "Ann Again" "$(name ann)" "the last that is known of ann"
    same 10 "$(users)" "the last that is known of all users"
    same 3 "$(dns -b $base '(memberUid=ann)' | wc -l)" "the last that is known of ann's groups"
    expect 0 search -b "uid=bob,$base" -s base
    contains "$OUT" "dn: uid=bob,$base"
    expect 6 ldapcompare -x -H "$URI" "uid=bob,$base" 'cn:Bob Baker'
    expect 0 everybody
    lacks "$OUT" "mail:" # access rules
    expect 0 everybody -D "cn=admin,$base" -w admin
    contains "$OUT" "mail: ann@"
    # Seen by others is not seen: another statement, or nothing that is shown.
    expect 52 search -b $base '(uid=carl)' cn mail
    expect 52 search -b $base '(uid=nosuch)'
    expect 52 search -b $base '(uid=hal)' cn
    expect 52 search -b $base '(&(uid=carl)(cn=Somebody Else))' cn
    expect 52 search -b "uid=nosuch,$base" -s base
    expect 52 ldapcompare -x -H "$URI" "uid=bob,$base" cn:Bob
    expect 52 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-secret
    logged stale-entries
    start_postgres
    eventually 20 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-secret
    q "UPDATE \"Users\" SET cn = 'Ann Archer' WHERE uid = 'ann'"
    eventually 10 eval "[ \"\$(name ann)\" = 'Ann Archer' ]" # as soon as it is known that the database is back
    q "UPDATE \"Users\" SET cn = 'Ann Again' WHERE uid = 'ann'"
    same "Ann Again" "$(name ann)" "ann, once more"
done
[ "$(times_logged stale-entries)" -le 3 ] || fail "the log has more than a line a minute"
stop_slapd

# A row of another name than the base's is not the base, and rows that make no entry are none: neither is an answer.
q 'CREATE TABLE blank AS SELECT * FROM "Users" WHERE uid = $$ivy$$; UPDATE blank SET uid = $$zed$$, "uidNumber" = 9999;
   ALTER TABLE blank ALTER "uidNumber" DROP NOT NULL; UPDATE blank SET "uidNumber" = NULL;
   INSERT INTO blank TABLE blank; GRANT SELECT ON blank TO ldap;
   ALTER TABLE "Users" RENAME TO people; GRANT SELECT ON people TO ldap;
   CREATE VIEW "Users" AS TABLE people UNION ALL TABLE blank; GRANT SELECT ON "Users" TO ldap'
sed 's/^ WHERE "uid" = ?/ WHERE "uid" = split_part(?, $$@$$, 1)/' "$T/slapd.conf" >"$T/other.conf"
start_slapd "$T/other.conf"
expect 32 search -b "uid=ann@home,$base" -s base
expect 32 ldapcompare -x -H "$URI" "uid=ann@home,$base" 'cn:Ann Again'
expect 0 search -b $base '(uid=zed)'
lacks "$OUT" "dn:"
stop_postgres
expect 52 search -b "uid=ann@home,$base" -s base
expect 52 ldapcompare -x -H "$URI" "uid=ann@home,$base" 'cn:Ann Again'
expect 52 search -b $base '(uid=zed)'
start_postgres
stop_slapd
q 'DROP VIEW "Users"; ALTER TABLE people RENAME TO "Users"'

# Not for longer than it may be, and not at all unless it is said so.
sed -i 's/^pgsql-serve-stale .*/pgsql-serve-stale 3/' "$T/slapd.conf"
start_slapd "$T/slapd.conf"
same "Ann Again" "$(name ann)" "ann"
stop_postgres
eventually 10 eval "! search -b $base '(uid=ann)' cn"
expect 52 search -b $base '(uid=ann)' cn
stop_slapd
sed -i '/^pgsql-serve-stale /d' "$T/slapd.conf"
start_postgres
start_slapd "$T/slapd.conf"
same "Ann Again" "$(name ann)" "ann"
stop_postgres
expect 52 search -b $base '(uid=ann)' cn
