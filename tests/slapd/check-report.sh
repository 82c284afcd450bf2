# slapd-pgsql-check reports columns, rows, hashes, rights and plans, and changes nothing.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/check.sh"
need python3
start_postgres -c log_statement=all
said() { # LEVEL ABOUT TEXT: there is such a finding
    grep -E "^  $1 " <<<"$OUT" | grep -qF -- "$2: $3" || { printf '%s\n' "$OUT" >&2; fail "no $1 of $2: $3"; }
}
manager_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|" >"$T/slapd.conf"

checked 0 -v "$T/slapd.conf"
contains "$OUT" "dc=example,dc=com"
contains "$OUT" "users: 10 rows, 10 entries"
contains "$OUT" "groups: 4 rows, 4 entries"
for line in "username +character varying +-> uid, defaults" "uid_number +integer +-> uidNumber" "password +character varying +-> the password hash" \
    "passwords +argon2id m=2048 t=3 p=4 +1" "passwords +bcrypt 10 +3" "passwords +\{SSHA\} +1" "passwords +yescrypt +1" " +defaults +-> loginShell"; do
    grep -qE "^ +$line\$" <<<"$OUT" || { printf '%s\n' "$OUT" >&2; fail "no line: $line"; }
done
contains "$OUT" "filter (&(uidNumber=2000)(objectClass=posixAccount)(uid=*)(&(uidNumber=*)(!(uidNumber=0))))"
contains "$OUT" 'WHERE (e."uid_number" = $1'
contains "$OUT" "Proxmox VE: all groups"
contains "$OUT" "reads all of Groups (4 rows)"
said note users "1 has a weak hash: MD5 crypt"
said note "pgsql-list users" "no column for the login shell"
said note indexes 'finding users by mail reads all of "Users" (10 rows)'
contains "$OUT" '0 errors, 0 warnings, '
lacks "$OUT" elhOTHVqNzFreU5z # a salt
lacks "$OUT" $'\e'
same "" "$(grep -E 'LOG:  (execute|statement)' "$T/pg/postgres.log" | sed 's/.*\(execute [^:]*\|statement\): //' |
    grep -vE '^(SELECT|EXPLAIN|SET|BEGIN|ROLLBACK|WITH|CREATE ROLE|GRANT|CREATE TEMPORARY VIEW)' || true)" "statements that do more than read"

# Rows: what is skipped, what is left out, what nobody can log in with, which names and numbers are not one's own.
q 'ALTER TABLE "Users" DROP CONSTRAINT "Users_pkey" CASCADE; ALTER TABLE "Users" DROP CONSTRAINT "Users_uid_key"'
add() { # UID NUMBER MAIL PASSWORD
    q "INSERT INTO \"Users\" (\"uid\",\"uidNumber\",\"homeDirectory\",\"cn\",\"sn\",\"givenName\",\"mail\",\"userPassword\",\"createdAt\",\"updatedAt\")
       VALUES ('$1', $2, '/home/x', 'X Y', 'Y', 'X', '$3', '$4', now(), now())"
}
add '' 4000 none@example.com '!'
add 'Kim' 4001 kim@example.com '$argon2id$v=19$m=65536,t=3,p=4$elhOTHVqNzFreU5zR3pHWg$cut'
add lee 4002 $'lée\e[2J@example.com' hunter2hunter2 # what a row says is not said to the terminal
add mia 2000 mia@example.com '{UNHEARD}hunter2hunter2'
add ann 4003 ann2@example.com '{SSHA}D44ivx2nve0G5BZ/RyKIOp5l/nIZ9SWS'
add nan 4004 nan@example.com '!'
q 'GRANT INSERT, DELETE ON "Users" TO ldap; GRANT UPDATE ("mail") ON "Users" TO ldap; GRANT CREATE ON SCHEMA public TO ldap
   ; CREATE TABLE salaries (n int); GRANT SELECT ON salaries TO ldap'
checked 2 --brief "$T/slapd.conf"
said warning "pgsql-list users" "1 row is skipped: its username is NULL or has only spaces"
said warning "pgsql-list users" "1 value of mail left out"
contains "$OUT" 'users mail: the value "lée\x1b[2J@example.com" of "lee" breaks the syntax'
said error "pgsql-list users" "1 row has the name of another row"
said error "pgsql-list users" "numbers (uidNumber) that several entries have: 1"
contains "$OUT" 'e.g. 2000 {'
said error "pgsql-attribute users uid" "values that are not stored in lower case or have superfluous spaces, and are not found; entries with these names cannot log in: 1"
contains "$OUT" 'e.g. Kim'
said note users "1 of them cannot log in, whatever the password: a locked or disabled password (locked)"
said warning users "1 of them cannot log in, whatever the password: a damaged argon2 hash"
said warning users "1 of them cannot log in, whatever the password: a value that is not a known hash"
said warning users "1 of them cannot log in, whatever the password: a {SCHEME} that slapd does not support"
said warning "role ldap" 'role ldap may do more to "Users" than read it: INSERT, DELETE'
said warning "role ldap" 'role ldap may do more to "Users" than read it: UPDATE of mail'
said warning "role ldap" 'role ldap may create tables in schema public'
said note "role ldap" 'role ldap may read 1 table that no query reads'
contains "$OUT" 'e.g. "public"."salaries"'
lacks "$OUT" hunter2
lacks "$OUT" "users: "[0-9]*" rows"

# The same for machines, of several databases, in cn=config.
{
    cat "$T/slapd.conf"
    sed -n '/^database pgsql/,$p' "$T/slapd.conf" | sed 's/^suffix.*/suffix dc=example,dc=org/; s/^rootdn.*//; s/^rootpw.*//'
    echo 'pgsql-login-filter users false'
} >"$T/two.conf"
mkdir "$T/slapd.d"
"${PRELOAD[@]}" slaptest -f "$T/two.conf" -F "$T/slapd.d" >/dev/null 2>&1
checked 2 --json "$T/slapd.d"
same "" "$ERR" "standard error"
python3 - 3<<<"$OUT" <<'END'
import json, os
report = json.load(os.fdopen(3))
assert report["errors"] > 0 and report["warnings"] > 0, report
first, second = report["databases"]
assert (first["suffix"], second["suffix"]) == ("dc=example,dc=com", "dc=example,dc=org")
users = second["kinds"][0]
assert (users["rows"], users["entries"], users["may_log_in"]) == (16, 14, 0), users
assert any(f["message"].startswith("the condition is true for no row") for f in second["findings"])
assert {"description": "a user by name", "verdict": "reads the table"}.items() <= first["searches"][0].items() and first["searches"][0]["cost"] > 0, first["searches"][0]
assert any(s["client"] == "nslcd" and s["statements"][0]["plan"].startswith("Limit (") for s in second["searches"])
assert {c["name"]: c["attributes"] for c in users["columns"]}["home_directory"] == ["homeDirectory"]
END
