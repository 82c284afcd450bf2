# Hidden rows do not exist for binds and password changes, even with a visible namesake.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q 'ALTER TABLE "Users" DROP CONSTRAINT "Users_uid_key", ADD hidden boolean NOT NULL DEFAULT false; GRANT UPDATE ("userPassword") ON "Users" TO ldap
   ; CREATE TABLE robots (name text, hash text, hidden boolean); GRANT SELECT ON robots TO ldap'
{
    manager_conf | sed 's/"userPassword" AS password/&, hidden/'
    cat <<'CONF'
pgsql-login-filter users NOT hidden
pgsql-hide-denied on
pgsql-password-change users UPDATE "Users" SET "userPassword" = ? WHERE "uid" = ? AND "userPassword" = ? AND NOT hidden
pgsql-password-hash m=1024 t=1 p=1
pgsql-kind robots rdn=uid class=top,account password=hash
pgsql-list robots SELECT name AS uid, hash, hidden FROM robots
pgsql-login-filter robots NOT hidden
CONF
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
bind() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$2"; }
change() { # CODE OPTION…: ldappasswd tells the code in words only
    local status=1
    [ "$1" != 0 ] || status=0
    expect $status ldappasswd -x -H "$URI" -D "cn=admin,$base" -w admin "${@:2}"
    [ "$1" = 0 ] || contains "$OUT" "($1)"
}
hash_of() { q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = '$1' ORDER BY hidden LIMIT 1"; }
namesake() { # NAME NUMBER: another row of that name, hidden, which the table has first
    q "INSERT INTO \"Users\" SELECT $2, \"uid\", 2001, '/', '/bin/sh', 'Double', 'D', 'D', '$2@x', NULL, '{SSHA}D44ivx2nve0G5BZ/RyKIOp5l/nIZ9SWS', 'active', NULL, NULL, now(), now(), true
       FROM \"Users\" WHERE \"uid\" = '$1'; UPDATE \"Users\" SET \"cn\" = \"cn\" WHERE \"uid\" = '$1' AND NOT hidden"
}

# A hidden row: as if there were none, for the administrator of the directory as well; the log knows better.
q 'UPDATE "Users" SET hidden = true WHERE "uid" = $$dora$$'
for name in dora nosuch; do
    expect 49 bind $name $name-secret
    lacks "$ERR" "matched"
    change 32 -s new-secret "uid=$name,$base"
    change 32 -a $name-secret -s new-secret "uid=$name,$base"
done
log_has 'denied by pgsql-login-filter users: '
contains "$(hash_of dora)" '$6$'

# A visible row is itself, whatever hidden row has its name: of its own kind or of another one at the same place.
namesake ann 9001
namesake bob 9002
q "INSERT INTO robots VALUES ('carl', '{SSHA}D44ivx2nve0G5BZ/RyKIOp5l/nIZ9SWS', true), ('gus', '{SSHA}D44ivx2nve0G5BZ/RyKIOp5l/nIZ9SWS', true)
   ; UPDATE \"Users\" SET hidden = true WHERE \"uid\" = 'gus'; INSERT INTO robots SELECT 'r2', \"userPassword\", false FROM \"Users\" WHERE \"uid\" = 'gus'"
for name in ann bob carl; do
    expect 0 bind $name $name-secret
    expect 49 bind $name gus-secret
    change 0 -s $name-changed "uid=$name,$base"
    expect 0 bind $name $name-changed
done
expect 49 bind gus gus-secret
expect 0 bind r2 gus-secret
same 1 "$(dns -b $base '(uid=ann)' | wc -l)" "entries of that name"
same 'Ann Archer' "$(search -b $base '(uid=ann)' cn | sed -n 's/^cn: //p')" "who ann is"

# Two visible rows of one name are two, still.
q "UPDATE \"Users\" SET hidden = false WHERE \"uidNumber\" = 9001"
expect 49 bind ann ann-changed
log_has 'more than one row has this name'
