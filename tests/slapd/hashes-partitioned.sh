# A query that would show hashes through partitions, inheritance or UNION ALL is refused.
. "$(dirname "$0")/../lib.sh"
start_postgres
q "CREATE TABLE people (uid text, num int, hash text) PARTITION BY RANGE (num)
   ; CREATE TABLE people_1 PARTITION OF people FOR VALUES FROM (0) TO (10); CREATE TABLE later PARTITION OF people FOR VALUES FROM (10) TO (20)
   ; CREATE TABLE staff (uid text, num int, hash text); CREATE TABLE chiefs () INHERITS (staff)
   ; INSERT INTO people VALUES ('a', 1, 'h1'), ('b', 11, 'h2'); GRANT SELECT ON people, people_1, later, staff, chiefs TO ldap"
tested() { # STATUS TEXT TABLE COLUMNS LINE…
    local status=0
    {
        base_conf
        printf '%s\n' 'database pgsql' 'suffix dc=x' "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager" \
            "pgsql-list users SELECT uid AS username, num AS uid_number, num AS gid_number, hash AS password $4 FROM $3" \
            "pgsql-list groups SELECT 'g'::text AS name, 5 AS gid_number" "${@:5}"
    } >"$T/slapd.conf"
    OUT=$(timeout 60 "${PRELOAD[@]}" slaptest -f "$T/slapd.conf" 2>&1) || status=$?
    same "$1" "$status" "the status of slaptest ($OUT)"
    contains "$OUT" "$2"
}
for table in people staff 'people AS "U"'; do
    tested 1 'pgsql-list users: the column "description" shows the password hashes in "hash"' "$table" ', hash AS description'
    tested 0 'pgsql-list users: the column "description" is computed from "hash"' "$table" ', md5(hash) AS description'
    tested 0 succeeded "$table" ', uid AS description'
    lacks "$OUT" hashes
done
shows='pgsql-values users description: the column "x" shows the password hashes in "hash"'
for pair in people:people_1 people:later later:people staff:chiefs chiefs:staff; do
    tested 1 "$shows" "${pair%:*}" '' "pgsql-values users description SELECT uid AS username, hash AS x FROM ${pair#*:}"
done
tested 1 "$shows" people '' 'pgsql-values users description SELECT uid AS username, uid AS x FROM staff UNION ALL SELECT uid, hash FROM people'
tested 0 succeeded people '' 'pgsql-values users description SELECT uid AS username, uid AS x FROM staff UNION ALL SELECT uid, uid FROM people'
lookup='pgsql-lookup users description SELECT uid AS username, num AS uid_number, num AS gid_number, hash AS password FROM people WHERE'
tested 1 'pgsql-lookup users description: the parameter is compared with the password hashes in "hash"' people '' "$lookup hash = ?"
tested 0 succeeded people '' "$lookup uid = ?"
lacks "$OUT" hashes
