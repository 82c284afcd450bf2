#!/bin/bash
# The administrator's password and role appear in no file, argument or address of slapd.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application netbox <<END
CREATE TABLE auth_user (id int PRIMARY KEY, username text UNIQUE, password text, last_login timestamptz, is_active boolean);
INSERT INTO auth_user VALUES (1, 'ann', '$(slappasswd -h '{SSHA}' -s secret)', NULL, true);
CREATE ROLE adm LOGIN SUPERUSER PASSWORD 'a pw''\\x';
END
at=127.0.0.1:$PGPORT
while IFS='|' read -r address slapd; do
    administrator() { echo "$address"; }
    expect 0 wizard --out "$T/new"
    same "$slapd" "$(sed -n 's/^pgsql-uri "\(.*\)"/\1/p' "$T/new/slapd.conf" | sed 's/[0-9a-f]\{32\}/PASSWORD/')" "slapd's address for $address"
    lacks "$(cat "$T/new"/*)" 'a%20pw'
    lacks "$(cat "$T/new"/*)" 'a pw'
    rm -r "$T/new"
done <<END
postgres://adm:a%20pw'%5cx@$at/netbox|postgres://slapd_netbox:PASSWORD@$at/netbox
postgres://adm@$at/netbox?password=a%20pw'%5cx|postgres://slapd_netbox:PASSWORD@$at/netbox
postgres://$at/netbox?user=adm&password=a%20pw'%5cx&connect_timeout=5|postgres://slapd_netbox:PASSWORD@$at/netbox?connect_timeout=5
postgres:///netbox?host=127.0.0.1&port=$PGPORT&user=adm&password=a%20pw'%5cx|host=127.0.0.1 port=$PGPORT dbname=netbox user=slapd_netbox password=PASSWORD
hostaddr=127.0.0.1 port=$PGPORT user=adm dbname=netbox password='a pw\\'\\\\x'|hostaddr=127.0.0.1 port=$PGPORT dbname=netbox user=slapd_netbox password=PASSWORD
host=127.0.0.1 port=$PGPORT user=adm password=wrong password=a\\ pw\\'\\\\x dbname=netbox|host=127.0.0.1 port=$PGPORT dbname=netbox user=slapd_netbox password=PASSWORD
END

# Nor do other users see it in the arguments of a program while PostgreSQL lets it wait.
freeze_postgres
administrator() { echo "postgres://adm:a%20pw'%5cx@$at/netbox"; }
PGCONNECT_TIMEOUT=10 wizard --dry-run >/dev/null 2>&1 &
asks() { ps -eo args | grep -q "[p]sql .*postgres://adm@$at/netbox"; }
eventually 10 asks
lacks "$(ps -eo args)" 'a%20pw'
thaw_postgres
wait $!

# The files of the trial go also if the program is ended.
mkdir "$T/trial"
TMPDIR=$T/trial BACK_PGSQL_MODULE=$MODULE perl "$PROJECT/packaging/slapd-pgsql-new" --uri "$(administrator)" --dry-run >/dev/null 2>&1 </dev/null &
trial=$!
tried() { compgen -G "$T/trial/slapd-pgsql-new.*/slapd.conf"; }
eventually 20 tried
kill $trial
expect 130 wait $trial
! tried || fail "the files of the trial stay"

# A folder that others could replace, or that exists as a link, is refused; one that cannot be written completely is removed.
administrator() { echo "host=$T/pg port=$PGPORT user=postgres dbname=$DATABASE"; }
mkdir -m 777 "$T/open"
mkdir -m 1777 "$T/tmp"
ln -s "$T/nothing" "$T/link"
expect 2 wizard --out "$T/open/new"
contains "$ERR" "--out: everybody can write to '$T/open': a folder there could be replaced; give another one"
expect 2 wizard --out "$T/link"
contains "$ERR" "--out: '$T/link' cannot be created: File exists"
expect 2 wizard --out "$T/none/new"
contains "$ERR" "--out: '$T/none' cannot be read: No such file or directory"
written() { perl -I "$PROJECT/packaging/lib" -MSlapdPgsql::DirectoryFiles -e 'SlapdPgsql::DirectoryFiles::write_to($ARGV[0], { a => "x", "none/b" => "y" })' "$T/part"; }
expect 2 written
contains "$ERR" "'$T/part/none/b' cannot be created: No such file or directory"
[ ! -e "$T/part" ] || fail "a part of the folder stays"
expect 0 wizard --out "$T/tmp/new" --suffix "o=O'Neil \$(id)"
contains "$(<"$T/tmp/new/README")" "-D 'uid=NAME,ou=people,o=O'\\''Neil \$(id)'"

# The longest name of a database.
application "$(printf 'd%.0s' {1..63})" <<'END'
CREATE TABLE auth_user (id int PRIMARY KEY, username text UNIQUE, password text, last_login timestamptz, is_active boolean);
END
expect 0 wizard --out "$T/long"
