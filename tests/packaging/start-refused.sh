#!/bin/bash
# Errors that only the start shows are reported with the variable's name.
. "$(dirname "$0")/lib.bash"

free_port PORT
refused_start() { # TEXT NAME=VALUE…
    local text=$1
    shift
    expect 2 from_env BIND_IP=127.0.0.1 PORT="$PORT" LDAP_COMMON_NAME=ldap1 "$@"
    contains "$ERR" "slapd-from-env: $text"
    [ ! -e "$T/state/slapd.conf" ] || fail "a refused configuration was left as slapd.conf"
}

# slapd and the module read the configuration first; the line they refuse leads to the variable.
refused_start 'SQL_QUERY_ONE_USER: slapd refuses it:' SQL_QUERY_ONE_USER='SELECT "uid" AS username FROM "Users" WHERE "uid" = ? OR "uid" = $2'
refused_start 'SQL_QUERY_ALL_USERS: slapd refuses it:' SQL_QUERY_ALL_USERS='SELECT "uid" AS username FROM "Users" WHERE "uid" = ?'
refused_start 'LDAP_BASE_DN: slapd refuses it:' LDAP_BASE_DN=nosuchattribute=a
refused_start 'SQL_URI: slapd refuses it:' SQL_URI='postgres://h/d?nosuchoption=1'
refused_start 'SQL_URI: slapd refuses it:' SQL_URI='postgres://u:topsecret@h/d?nosuchoption=1'
lacks "$ERR" topsecret
cp /usr/lib/ldap/back_null.so "$T/other.so"
refused_start 'BACK_PGSQL_MODULE: slapd refuses it:' BACK_PGSQL_MODULE="$T/other.so"

refused_start 'LDAP_CERT_CONTENT: is not a certificate in PEM' LDAP_CERT_CONTENT=x LDAP_KEY_CONTENT=y
refused_start 'BIND_IP: slapd cannot listen on 192.0.2.1' BIND_IP=192.0.2.1
echo >"$T/file"
refused_start "STATE_DIR: cannot be used: '$T/file' is not a directory" STATE_DIR="$T/file/x"
refused_start 'STATE_DIR: ' STATE_DIR=/proc/nowhere

# A full disk.
if [ "$(id -u)" = 0 ] && mkdir "$T/small" && mount -t tmpfs -o size=64k tmpfs "$T/small" 2>/dev/null; then
    status=0
    (
        expect 2 from_env BIND_IP=127.0.0.1 PORT="$PORT" STATE_DIR="$T/small/state" LDAP_UNENCRYPTED=true \
            SQL_QUERY_ALL_USERS="SELECT 'now: $(printf 'x%.0s' {1..90000})' AS username"
        contains "$ERR" 'STATE_DIR: cannot write'
        contains "$ERR" 'No space left'
    ) || status=1
    umount "$T/small"
    [ "$status" = 0 ] || exit 1
fi
