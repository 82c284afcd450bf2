# Rows that claim the same DN make one entry, and the log tells the administrator which name it is.
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
said() { grep -q 'pgsql(.*ann' "$T/slapd.log"; }
eventually 5 said
