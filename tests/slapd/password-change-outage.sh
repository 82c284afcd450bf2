# A password change that the database does not confirm is an error.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q 'GRANT UPDATE ON "Users" TO ldap' >/dev/null
update='UPDATE "Users" SET "userPassword" = $1 WHERE "uid" = $2 AND "userPassword" = $3'
TIMEOUT=1.5
with() { # UPDATE: the deployment with it
    manager_conf
    printf '%s\n' "pgsql-password-hash m=1024 t=1 p=1" "pgsql-timeout $TIMEOUT" "pgsql-password-change users $1" \
        "access to attrs=userPassword by self =xw by * auth" "access to * by * read"
}
admin=(-D "cn=admin,$base" -w admin)
passwd() { # NEW USER: the administrator sets it; prints what ldappasswd says, its status is the result code
    local out status=0
    out=$(ldappasswd -x -H "$URI" "${admin[@]}" -s "$1" "uid=$2,$base") || status=$?
    echo "$out"
    [[ ! $out =~ ^Result:.*\(([0-9]+)\) ]] || status=${BASH_REMATCH[1]}
    return "$status"
}
bind() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$2"; }
hash_of() { q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = '$1'"; }

start_slapd - < <(with "$update")
expect 0 passwd bob-1 bob
[[ $(hash_of bob) == '$argon2id$v=19$m=1024,t=1,p=1$'* ]] || fail "not a hash of the configured cost: $(hash_of bob)"

# Not there, and silent in the middle: 52. What was given up is not carried out when the database wakes up.
before=$(hash_of bob)
q 'CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(3); RETURN NEW; END$$;
   CREATE TRIGGER slow BEFORE UPDATE ON "Users" FOR EACH ROW EXECUTE FUNCTION slow()'
passwd bob-2 bob >"$T/frozen" 2>&1 & change=$!
under_way() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND query LIKE 'UPDATE%' AND state = 'active'")" = 1 ]; }
eventually 5 under_way
freeze_postgres
code=0
wait $change || code=$?
[ $code = 52 ] || fail "a change that PostgreSQL does not answer got $code, not 52: $(<"$T/frozen")"
thaw_postgres
at_rest() { ! under_way; }
eventually 15 at_rest
same "$before" "$(hash_of bob)" "bob's hash after a change that got 52"
expect 0 bind bob bob-1
q 'DROP TRIGGER slow ON "Users"'
stop_postgres
within 10 expect 52 passwd bob-2 bob
start_postgres
same "$before" "$(hash_of bob)" "bob's hash after a change without a database"
eventually 5 bind bob bob-1

# Sessions that broke while idle, and one that breaks after the commit: the password is changed, and success is returned.
stop_slapd
TIMEOUT=20
start_slapd - < <(with "$update")
expect 0 bind bob bob-1
kill_backends >/dev/null
expect 0 passwd bob-3 bob
q "ALTER SYSTEM SET synchronous_standby_names = 'nobody'" && q 'SELECT pg_reload_conf()' >/dev/null
passwd bob-4 bob >"$T/commit" 2>&1 & change=$!
cut() { [ "$(q "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'ldap' AND wait_event = 'SyncRep'")" -ge 1 ]; }
eventually 15 cut
wait $change || fail "a change that was made got $?: $(<"$T/commit")"
q "ALTER SYSTEM RESET synchronous_standby_names" && q 'SELECT pg_reload_conf()' >/dev/null
expect 0 bind bob bob-4

# No password so far.
q 'ALTER TABLE "Users" ALTER "userPassword" DROP NOT NULL; UPDATE "Users" SET "userPassword" = NULL WHERE "uid" = $$carl$$'
expect 80 passwd carl-1 carl
log_has 'the UPDATE matched no row "carl" with the hash that'
stop_slapd
start_slapd - < <(with "${update/= \$3/IS NOT DISTINCT FROM \$3}")
expect 0 passwd carl-1 carl
expect 0 bind carl carl-1
stop_slapd

# More than one row, a wrong column, no right: nothing changes. The last is said at the start.
start_slapd - < <(with 'UPDATE "Users" SET "userPassword" = $1 WHERE "uid" = $2 OR "userPassword" <> $3')
before=$(q 'SELECT "uid", "userPassword" FROM "Users" ORDER BY 1')
expect 80 passwd x bob
log_has 'the UPDATE would change 10 rows for "bob"; nothing was changed'
stop_slapd
q 'CREATE TABLE one AS SELECT * FROM "Users" LIMIT 1; GRANT UPDATE ON one TO ldap'
start_slapd - < <(with 'UPDATE one SET "userPassword" = $1 WHERE $2::text IS NULL OR $3::text = $$x$$')
expect 80 passwd x bob
expect 80 passwd x carl
[ -n "$(q 'SELECT "userPassword" FROM one')" ] || fail "what was tried at the start was kept"
stop_slapd
start_slapd - < <(with 'UPDATE "Users" SET "uidNumber" = $1 WHERE "uid" = $2 AND "userPassword" = $3')
expect 80 passwd x bob
lacks "$(<"$T/slapd.log")" '$argon2id$'
same "$before" "$(q 'SELECT "uid", "userPassword" FROM "Users" ORDER BY 1')" "all hashes"
stop_slapd
q 'REVOKE UPDATE ON "Users" FROM ldap'
start_slapd - < <(with "$update")
logged password-change-unusable 'pgsql-password-change users: PostgreSQL refuses to run the UPDATE: ERROR:  permission denied for table Users'
expect 80 passwd x bob
expect 0 bind bob bob-4
