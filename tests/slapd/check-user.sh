# slapd-pgsql-check connects as slapd's user, with slapd's environment, and with no other rights.
. "$(dirname "$0")/../lib.sh"
need perl
[ "$(id -u)" = 0 ] || skip "only root can become somebody else"
[ ${#PRELOAD[@]} = 0 ] || skip "a sanitizer's runtime is not for another user"
getent passwd openldap >/dev/null || skip "there is no user openldap"
for_other_users
start_postgres
# PostgreSQL lets openldap in as ldap, and nobody else.
echo 'slapd openldap ldap' >>"$T/pg/data/pg_ident.conf"
sed -i '1i local all ldap peer map=slapd' "$T/pg/data/pg_hba.conf"
q 'SELECT pg_reload_conf()' >/dev/null
install -d -o openldap "$T/run"
cp "$MODULE" "$T/run/"
conf() { # URI
    manager_conf | sed -e "s|^pgsql-uri .*|pgsql-uri \"$1\"|" -e "s|$T/slapd\.|$T/run/slapd.|" -e "s|^modulepath .*|modulepath $T/run|"
}
check() { # STATUS OPTION…: from a root's shell whose variables are for other things
    expect "$1" env -i PATH="$PATH" LC_ALL=C.UTF-8 HOME=/root "${VARIABLES[@]}" perl "$PROJECT/packaging/slapd-pgsql-check" "${@:2}"
}
VARIABLES=()
conf "host=$T/pg port=$PGPORT dbname=manager user=ldap" >"$T/run/slapd.conf"

# The owner of the configuration; for one of root's, openldap where it may read it; or who is named.
chown openldap "$T/run/slapd.conf"
chmod 600 "$T/run/slapd.conf"
check 0 "$T/run/slapd.conf"
contains "$OUT" "at $T/pg port $PGPORT: not encrypted, local"
contains "$OUT" 'asked as user openldap'
install -m 600 "$T/run/slapd.conf" "$T/roots.conf"
check 2 --brief "$T/roots.conf"
contains "$OUT" 'Peer authentication failed for user "ldap"'
chmod 644 "$T/roots.conf"
check 0 "$T/roots.conf"
check 2 --brief --user root "$T/roots.conf"
VARIABLES=(SLAPD_USER=root)
check 2 --brief "$T/roots.conf"
check 0 --brief --user openldap "$T/roots.conf"
VARIABLES=()
check 2 --user nobody-here "$T/roots.conf"
contains "$ERR" 'user nobody-here does not exist'
expect 2 setpriv --reuid=nobody --regid=nogroup --clear-groups perl "$PROJECT/packaging/slapd-pgsql-check" --user root "$T/roots.conf"
contains "$ERR" 'only root can connect as user root'

# What slapd's user has written is run with that user's rights, what anybody can write is not run.
printf '#!/bin/sh\nid -u >&2; echo "$HOME" >&2; exit 1\n' >"$T/slaptest"
chmod +x "$T/slaptest"
chown openldap "$T/roots.conf"
VARIABLES=(SLAPTEST="$T/slaptest")
check 2 "$T/roots.conf"
same "slaptest: $(id -u openldap) slaptest: $(getent passwd openldap | cut -d : -f 6)" "$(sed 's/^slapd-pgsql-check: //' <<<"$ERR" | xargs)" "user and HOME"
chmod 666 "$T/roots.conf"
check 2 "$T/roots.conf"
contains "$ERR" "'$T/roots.conf' is not used, because everybody can write to '$T/roots.conf'"
VARIABLES=()

# While slapd runs, libpq reads what it reads there.
rm "$T/roots.conf"
conf "dbname=manager user=ldap" >"$T/roots.conf"
chmod 644 "$T/roots.conf"
PGHOST=$T/pg PGPORT=$PGPORT start_slapd "$T/roots.conf" -u openldap -g openldap
VARIABLES=(PGHOST=/nowhere PGUSER=other)
check 0 "$T/roots.conf"
contains "$OUT" "at $T/pg port $PGPORT"
stop_slapd
check 2 --brief "$T/roots.conf"
contains "$OUT" '/nowhere'
