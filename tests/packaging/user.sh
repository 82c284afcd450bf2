#!/bin/bash
# Started by root, slapd runs as openldap; other users can start it without root.
. "$(dirname "$0")/lib.bash"
[ "$(id -u)" = 0 ] || skip "only root can become somebody else"
getent passwd openldap >/dev/null || skip "there is no user openldap"

runs_as() { same "$1" "$(stat -c %U "/proc/$SLAPD")" "slapd's user"; }

# A key that only root may read, and a module where openldap cannot go.
mkdir -m 700 "$T/roots"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/roots/key" -out "$T/roots/crt" -subj /CN=given -days 9 2>/dev/null
chmod 600 "$T/roots/key"
cp "$MODULE" "$T/roots/back_pgsql.so"
serve LDAP_CERT_PATH="$T/roots/crt" LDAP_KEY_PATH="$T/roots/key" BACK_PGSQL_MODULE="$T/roots/back_pgsql.so"
runs_as openldap
environment() { tr '\0' '\n' <"/proc/$SLAPD/environ"; }
home=$(getent passwd openldap | cut -d : -f 6)
same "HOME=$home LOGNAME=openldap USER=openldap" "$(environment | grep -E '^(HOME|USER|LOGNAME)=' | sort | xargs)" "what libpq finds the user's files by"
contains "$(openssl s_client -connect "127.0.0.1:$PORT" </dev/null 2>/dev/null | openssl x509 -noout -subject | tr -d ' ')" 'CN=given'
same 'openldap 600' "$(stat -c '%U %a' "$T/state/given.key")" "the key's copy"
stop_slapd

# root may stay root; then back again: what root left in STATE_DIR is openldap's then.
serve SLAPD_USER=root STATE_DIR="$T/changing"
runs_as root
stop_slapd
serve STATE_DIR="$T/changing"
runs_as openldap
stop_slapd

# A directory of another user is not taken over.
mkdir "$T/somebodys"
touch "$T/somebodys/file"
expect 2 from_env STATE_DIR="$T/somebodys" BIND_IP=127.0.0.1 PORT="$PORT"
contains "$ERR" "STATE_DIR: is '$T/somebodys', which contains files and does not belong to user openldap"
same root "$(stat -c %U "$T/somebodys")" "its owner"
mkdir "$T/roots/state"
expect 2 from_env STATE_DIR="$T/roots/state" BIND_IP=127.0.0.1 PORT="$PORT"
contains "$ERR" "STATE_DIR: user openldap cannot reach '$T/roots/state'"

# Installed, and without root: a port above 1024, the state in the user's home.
mkdir -p "$T/usr/bin" "$T/usr/share/slapd-pgsql" "$T/home"
cp "$FROM_ENV" "$T/usr/bin/"
cp -r "$PROJECT/packaging/lib/SlapdPgsql" "$PROJECT/schema" "$T/usr/share/slapd-pgsql/"
cp "$MODULE" "$T/usr/back_pgsql.so"
chmod -R a+rX "$T/usr"
chown nobody "$T/home"
FROM_ENV=$T/usr/bin/slapd-from-env
SERVE_AS=(setpriv --reuid=nobody --regid=nogroup --clear-groups --)
serve BACK_PGSQL_MODULE="$T/usr/back_pgsql.so" HOME="$T/home" STATE_DIR=
runs_as nobody
[ -s "$T/home/.local/state/slapd-pgsql/self-signed.crt" ] || fail "the certificate is not in the home directory"
stop_slapd
expect 2 "${SERVE_AS[@]}" env -i PATH="$PATH" HOME="$T/home" BACK_PGSQL_MODULE="$T/usr/back_pgsql.so" "${ENOUGH[@]}" PORT=636 perl "$FROM_ENV"
contains "$ERR" 'PORT: only root may listen on 636'
