# Rows with the same DN become one entry, and the log names the DN.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com

q "ALTER TABLE \"Users\" DROP CONSTRAINT \"Users_uid_key\";
   INSERT INTO \"Users\" SELECT 3001, 'ann', 2001, '/home/other', '/bin/sh', 'Other Ann', 'Ann', 'Other', 'o@example.com', NULL, 'x', 'active', NULL, NULL, now(), now()"
start_slapd - < <(manager_conf)

expected=$(printf "uid=%s,$base\n" ann bob carl dora eve fay gus hal ivy jan)
same "$expected" "$(dns -b $base '(objectClass=posixAccount)')" "all users"
same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann"
expect 0 search -b "uid=ann,$base" -s base uid uidNumber
same 1 "$(grep -c '^dn:' <<<"$OUT")" "entries at ann's DN"
same 1 "$(grep -c '^uidNumber:' <<<"$OUT")" "numbers of ann"
logged duplicate-names 'users "ann"'

# Which password would count is a matter of luck, so none does; an active account must not let in a locked one.
hash=$(q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = 'bob'")
q "UPDATE \"Users\" SET \"userPassword\" = '$hash' WHERE \"uidNumber\" = 3001"
for order in ASC DESC; do
    q "CREATE TABLE turned AS SELECT * FROM \"Users\" WHERE \"uid\" = 'ann' ORDER BY \"uidNumber\" $order; DELETE FROM \"UserGroups\" WHERE \"uidNumber\" IN (SELECT \"uidNumber\" FROM turned);
       DELETE FROM \"Users\" WHERE \"uid\" = 'ann'; INSERT INTO \"Users\" SELECT * FROM turned; DROP TABLE turned"
    for password in ann-secret bob-secret; do expect 49 ldapwhoami -x -H "$URI" -D "uid=ann,$base" -w "$password"; done
done
log_has 'more than one row has this name'
expect 0 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-secret

# Thousands of them, on both sides of every page's end, and in groups: each name once, and a line or two in the log.
q "INSERT INTO \"Users\" SELECT 10000 + i, 'u' || lpad((i / 3)::text, 4, '0'), 2001, '/home/' || i, '/bin/sh', 'c' || i, 's', 'g', i || '@x', NULL, 'x', 'active', NULL, NULL, now(), now()
   FROM generate_series(0, 4499) i;
   INSERT INTO \"Users\" SELECT 20000 + i, 'same', 2001, '/home/' || i, '/bin/sh', 'c' || i, 's', 'g', 's' || i || '@x', NULL, 'x', 'active', NULL, NULL, now(), now() FROM generate_series(1, 1200) i;
   ALTER TABLE \"Groups\" DROP CONSTRAINT \"Groups_cn_key\";
   INSERT INTO \"Groups\" VALUES (6000, 'devs', false, now(), now());
   INSERT INTO \"UserGroups\" VALUES (2003, 6000, now(), now())"
stop_slapd
start_slapd - < <(manager_conf; echo "sizelimit unlimited")
lines() { times_logged duplicate-names; }
before=$(lines)
names=$(q 'SELECT count(DISTINCT "uid") FROM "Users"')
for options in '' '-E pr=100/noprompt' '-E pr=500/noprompt' '-E pr=3/noprompt'; do
    # shellcheck disable=SC2086
    found=$(dns $options -b $base '(objectClass=posixAccount)')
    same "$names" "$(wc -l <<<"$found")" "users found ${options:-at once}"
    same "" "$(uniq -d <<<"$found")" "names found twice"
done
logged duplicate-names '"ann", "same", "u0000"'
logged duplicate-names '"u0007", …'
same "uid=same,$base" "$(dns -b $base '(uid=same)')" "a name that more than a page of rows have"
same "uid=same,$base" "$(dns -b "uid=same,$base" -s base)" "its entry"
same "cn=devs,$base" "$(dns -b $base '(cn=devs)')" "devs"
same "cn=devs,$base cn=ldapusers,$base" "$(dns -b $base '(memberUid=dora)' | xargs)" "dora's groups"
logged duplicate-names 'groups "devs"'
[ $(($(lines) - before)) -lt 10 ] || fail "the log repeats itself: $(lines) lines"
