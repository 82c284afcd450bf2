#!/bin/bash
# slapd-from-env refuses a STATE_DIR that another user has prepared, and serves no certificate of theirs.
. "$(dirname "$0")/lib.bash"
[ "$(id -u)" = 0 ] || skip "only root can make files of other users"
getent passwd openldap >/dev/null || skip "there is no user openldap"
free_port PORT
refused_dir() { # TEXT DIRECTORY NAME=VALUE…
    expect 2 from_env BIND_IP=127.0.0.1 PORT="$PORT" LDAP_COMMON_NAME=ldap1 STATE_DIR="$2" "${@:3}"
    contains "$ERR" "slapd-from-env: STATE_DIR: $1"
    [ ! -e "$2/slapd.conf" ] || fail "the configuration was written to it"
}
belongs() { echo "'$1' is not used, because '${2:-$1}' belongs to user nobody"; }

# Prepared as this program would leave it, with a certificate and its key. Then empty, or not there yet.
theirs=$T/theirs
install -d -o nobody -m 700 "$theirs" "$theirs/state"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$theirs/state/self-signed.key" -out "$theirs/state/self-signed.crt" -subj /CN=ldap1 \
    -addext subjectAltName=DNS:ldap1 -days 9 2>/dev/null
touch "$theirs/state/slapd-from-env.lock"
chown nobody "$theirs/state"/*
chmod 755 "$theirs"
refused_dir "$(belongs "$theirs/state" "$theirs")" "$theirs/state"
refused_dir "$(belongs "$theirs/new" "$theirs")" "$theirs/new"
[ ! -e "$theirs/new" ] || fail "a directory was made in that of another user"
cp -rp "$theirs/state" "$T/state"
for user in openldap root; do refused_dir "$(belongs "$T/state")" "$T/state" SLAPD_USER=$user; done
same 'nobody 700' "$(stat -c '%U %a' "$T/state")" "its owner and mode"
mkdir "$T/empty"
chown nobody "$T/empty"
refused_dir "$(belongs "$T/empty")" "$T/empty"
ln -s "$T/state" "$T/link"
refused_dir "'$T/link' is not used, because '$T/state' belongs to user nobody" "$T/link"

# A directory of the right user that others can write to, and files that they have left in one.
chown openldap "$T/state"
chmod 777 "$T/state"
refused_dir "'$T/state' is not used, because everybody can write to '$T/state'" "$T/state"
chgrp nogroup "$T/state"
chmod 770 "$T/state"
refused_dir "'$T/state' is not used, because group nogroup can write to '$T/state'" "$T/state"
chmod 700 "$T/state"
refused_dir "holds '$T/state/slapd-from-env.lock'" "$T/state"
rm "$T/state/slapd-from-env.lock"
refused_dir "holds '$T/state/self-signed.crt', which belongs to user nobody; look at it" "$T/state"
rm "$T/state"/*
# What slapd's user could put there, to have root read or write another file for it.
echo root-only >"$T/secret"
for name in self-signed.crt self-signed.key slapd.conf.check slapd.conf.report; do ln -s "$T/secret" "$T/state/$name"; done
refused_dir 'cannot read' "$T/state"
lacks "$ERR" root-only
same root-only "$(<"$T/secret")" "a file of root's that a link leads to"
rm "$T/state"/*

# A directory that is slapd's user's, or new below /tmp, is used, for a certificate of our own.
serve STATE_DIR="$T/state"
same 'openldap openldap' "$(stat -c %U "$T/state/slapd-from-env.lock" "$T/state/self-signed.key" | xargs)" "the owners of files"
cmp -s "$T/state/self-signed.crt" "$theirs/state/self-signed.crt" && fail "the other user's certificate is served"
stop_slapd
mkdir -m 1777 "$T/tmp"
serve STATE_DIR="$T/tmp/state/deeper"
stop_slapd
