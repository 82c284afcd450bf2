# slapd-pgsql-check reports missing indexes and rights, broken queries and an unreachable database.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/check.sh"
start_postgres
conf() { manager_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"; }
conf >"$T/slapd.conf"

# A large table without its indexes; with those that are named, nothing is said any more.
q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT n, 'u' || n, 2001, '/home/u' || n, 'User ' || n, 'User', 'U', 'u' || n || '@example.com', '!', now(), now() FROM generate_series(10000, 21000) n; ANALYZE"
checked 1 --brief "$T/slapd.conf"
contains "$OUT" 'indexes: finding users by mail reads all of "Users" (11011 rows)'
contains "$OUT" 'do:  CREATE INDEX ON "Users" (lower("mail" COLLATE "C")); CREATE INDEX ON "Users" ((true)) WHERE "mail" ~'
lacks "$OUT" 'SSSD: all users' # a list has to read all
q "$(sed -n 's/^ *do:  \(CREATE INDEX.*\)/\1/p' <<<"$OUT") ANALYZE"
checked 0 -v --no-sql "$T/slapd.conf"
lacks "$OUT" 'CREATE INDEX'
contains "$OUT" 'SSSD: a user by name'
contains "$OUT" 'Users_uid_key'
lacks "$OUT" 'SELECT'
checked 0 --brief --color always "$T/slapd.conf"
contains "$OUT" $'\e[36mnote'

# What PostgreSQL refuses, and what is left can still be told.
conf | sed 's/FROM "Groups" g$/FROM "Grups" g/' >"$T/broken.conf"
echo 'pgsql-password-change users UPDATE "Users" SET "userPassword" = ? WHERE "uid" = ? AND "userPassword" = ?' >>"$T/broken.conf"
checked 2 "$T/broken.conf"
contains "$OUT" 'groups: pgsql-list groups: PostgreSQL refuses the query'
contains "$OUT" 'pgsql-password-change users: PostgreSQL refuses the UPDATE: ERROR:  permission denied'
contains "$OUT" 'users: 11011 rows'
q 'GRANT UPDATE ("userPassword") ON "Users" TO ldap'
checked 2 --brief "$T/broken.conf"
lacks "$OUT" 'pgsql-password-change'
lacks "$OUT" 'than read it'
q 'REVOKE UPDATE ("userPassword") ON "Users" FROM ldap'

# What could not be told is not fine.
sed 's/"uidNumber" AS uid_number/"uidNumber"::text::xml AS uid_number/' "$T/slapd.conf" >"$T/untold.conf"
checked 2 --brief "$T/untold.conf"
contains "$OUT" 'pgsql-list users: cannot check for numbers (uidNumber) that several entries have: '

# Without a configuration named: that of slapd-from-env.
mkdir "$T/state"
cp "$T/slapd.conf" "$T/state"
STATE_DIR=$T/state checked 0 --brief
contains "$OUT" 'dc=example,dc=com'

# A cache needs triggers.
{ cat "$T/slapd.conf"; echo 'pgsql-cache 16'; } >"$T/cache.conf"
checked 1 --brief "$T/cache.conf"
contains "$OUT" 'pgsql-cache: cache disabled: changes in the database would go unnoticed: triggers are missing on '
q "$(<"$PROJECT/schema/notify.sql")" >/dev/null
q "SELECT back_pgsql_watch('\"Users\"', '\"Groups\"', '\"UserGroups\"')" >/dev/null
checked 0 --brief "$T/cache.conf"

# Replicas copy through an overlay.
sed 's/^moduleload back_pgsql/&\nmoduleload syncprov/; 1i serverID 1' "$T/cache.conf" >"$T/feed.conf"
echo 'pgsql-feed on' >>"$T/feed.conf"
checked 1 --brief "$T/feed.conf"
contains "$OUT" 'pgsql-feed: no server can copy the database, which has no overlay syncprov'
echo 'overlay syncprov' >>"$T/feed.conf"
checked 0 --brief "$T/feed.conf"

# A superuser is more than is needed.
sed "s|^pgsql-uri .*|pgsql-uri \"host=$T/pg port=$PGPORT user=postgres dbname=manager\"|" "$T/slapd.conf" >"$T/super.conf"
checked 1 --brief "$T/super.conf"
contains "$OUT" 'role postgres is a superuser'

# What a proxy of transactions needs, and a choice among servers, are as for slapd.
{ conf; printf '%s\n' 'pgsql-pooler on' 'pgsql-target-session-attrs primary'; } >"$T/proxy.conf"
checked 0 --brief "$T/proxy.conf"
sed -i 's/^pgsql-target-session-attrs primary/pgsql-target-session-attrs standby/' "$T/proxy.conf"
checked 2 "$T/proxy.conf"
contains "$OUT" 'PostgreSQL: cannot connect: '
contains "$OUT" 'hot standby mode'

# No database, no answer.
stop_postgres
checked 2 "$T/slapd.conf"
contains "$OUT" 'PostgreSQL: cannot connect: connection to server at "127.0.0.1"'

# No configuration.
checked 2 "$T/nowhere.conf"
contains "$ERR" "slapd-pgsql-check: '$T/nowhere.conf' cannot be read"
conf | sed 's/^pgsql-list users/pgsql-lust users/' >"$T/typo.conf"
checked 2 "$T/typo.conf"
contains "$ERR" 'slapd-pgsql-check: slaptest: '
contains "$ERR" pgsql-lust
lacks "$ERR" 'slaptest: slaptest:'
mkdir "$T/nothing.d"
checked 2 "$T/nothing.d" # a directory without a configuration
contains "$ERR" 'slapd-pgsql-check: slaptest: bad configuration directory'
base_conf >"$T/none.conf"
checked 2 "$T/none.conf"
contains "$ERR" 'contains no database pgsql'
printf '#!/bin/sh\nkill -SEGV $$\n' >"$T/dies"
chmod +x "$T/dies"
expect 2 env SLAPTEST="$T/dies" perl "$PROJECT/packaging/slapd-pgsql-check" "$T/slapd.conf"
contains "$ERR" 'slapd-pgsql-check: slaptest: it ended with signal 11'
checked 2 --unknown
contains "$ERR" 'try slapd-pgsql-check --help'
checked 0 --help
for option in $(sed -n '/^read_options/,/);$/p' "$PROJECT/packaging/slapd-pgsql-check" | grep -oE "'[a-z][a-z-]+" | tr -d "'"); do
    contains "$OUT" "--$option"
done
