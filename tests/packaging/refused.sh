#!/bin/bash
# An unusable setting stops the start; the message has the variable and the remedy.
. "$(dirname "$0")/lib.bash"

# Other directories and password stores are named, with the alternative.
for name in AD_DOMAIN LDAP_URL LDAP_BIND_DN LDAP_BIND_PASSWORD LDAP_AUTH_BASE_DN; do
    refuses "$name: passwords are checked against the rows of SQL_QUERY_ONE_USER only" "$name=x"
    contains "$ERR" slapd-ldap
done
for name in MONGO_URI MONGO_DATABASE; do refuses "$name: users and groups come from PostgreSQL only" "$name=x"; done
for name in SQL_GATE:SQL_LOGIN_FILTER SQL_STALE:SQL_SERVE_STALE SQL_STALE_BINDS:SQL_SERVE_STALE_BINDS; do
    refuses "${name%:*}: it is named ${name#*:}" "${name%:*}=x"
done
for name in PROXMOX_USER_CFG PROXMOX_SHADOW_CFG; do refuses "$name: Proxmox's own user files are not read" "$name=x"; done
refuses "BACKEND_DIR: the gateway's JavaScript backends" BACKEND_DIR=/x
for kind in mongodb proxmox ldap; do
    refuses "DIRECTORY_BACKEND: is '$kind'" DIRECTORY_BACKEND=$kind
    refuses "AUTH_BACKENDS: asks for '$kind'" AUTH_BACKENDS=sql,$kind
done

# The second factor is never left out silently, nor the first.
refuses 'AUTH_BACKENDS: asks for notification without sql' AUTH_BACKENDS=notification NOTIFICATION_URL=https://push.example.com/
refuses 'NOTIFICATION_URL: is not set, but AUTH_BACKENDS asks for notification' AUTH_BACKENDS=sql,notification
for uri in push.example.com ftp://push.example.com/ 'https://push example/' 'https://"/'; do
    refuses 'NOTIFICATION_URL: is not the address of a push endpoint' AUTH_BACKENDS=sql,notification NOTIFICATION_URL="$uri"
done
for seconds in 0 3601 soon 5.5 -1; do
    refuses "NOTIFICATION_TIMEOUT: is '$seconds'" AUTH_BACKENDS=sql,notification NOTIFICATION_URL=https://push.example.com/ NOTIFICATION_TIMEOUT=$seconds
done
for chain in sql, ,sql sql,,notification ' , sql'; do
    refuses 'AUTH_BACKENDS: has an empty part' AUTH_BACKENDS="$chain" NOTIFICATION_URL=https://push.example.com/
done
refuses 'AUTH_BACKENDS: is not set, but NOTIFICATION_URL is' NOTIFICATION_URL=https://push.example.com/
refuses 'SQL_QUERY_ALL_USERS: does not return auth_backends, but SQL_QUERY_ONE_USER does' SQL_QUERY_ONE_USER='SELECT u.auth_backends FROM u WHERE n = ?'
refuses 'SQL_QUERY_ONE_USER: does not return auth_backends, but SQL_QUERY_ALL_USERS does' SQL_QUERY_ALL_USERS='SELECT u.auth_backends FROM u'

# What is needed.
refuses 'LDAP_BASE_DN: is not set, and neither is LDAP_COMMON_NAME' LDAP_BASE_DN=
refuses 'LDAP_BASE_DN: is not set, and no base can be derived from the address' LDAP_BASE_DN= LDAP_COMMON_NAME=192.0.2.1
refuses 'SQL_URI: is not set' SQL_URI=
for name in SQL_QUERY_ALL_USERS SQL_QUERY_ONE_USER SQL_QUERY_ALL_GROUPS SQL_QUERY_GROUPS_BY_MEMBER; do
    refuses "$name: is not set" "$name= "
done

# Values out of their range.
refuses "LDAP_BASE_DN: is 'example.com', which is not a DN" LDAP_BASE_DN=example.com
refuses "LDAP_COMMON_NAME: is 'a b'" LDAP_COMMON_NAME='a b'
refuses 'LDAP_COMMON_NAME: is ' LDAP_COMMON_NAME="$(printf 'a.%.0s' {1..130})"
for port in 0 65536 99999999999999999999 x 63-6 -1; do refuses "PORT: is '$port'" PORT="$port"; done
refuses "BIND_IP: is 'a/b'" BIND_IP=a/b
refuses "LOG_LEVEL: is 'loud'" LOG_LEVEL=loud
refuses "LOG_TARGET: is 'file'" LOG_TARGET=file
for name in REQUIRE_AUTH_FOR_SEARCH LDAP_UNENCRYPTED SQL_SSL; do refuses "$name: is 'maybe'" $name=maybe; done
refuses 'SQL_URI: is of kind mysql:' SQL_URI=mysql://u:secret@h/d
lacks "$ERR" secret
refuses 'SQL_URI: is of kind sqlite:' SQL_URI=sqlite:./x
refuses 'SQL_URI: is not the address of a database' SQL_URI=localhost
refuses 'SQL_URI: has a bare / or ? in the password' SQL_URI=postgres://u:se/cret@h/d
refuses 'SQL_URI: contains a control character' SQL_URI=$'postgres://h/d\nrootpw x'
refuses 'SQL_SSL: contradicts sslmode=disable in SQL_URI' SQL_SSL=true 'SQL_URI=postgres://h/d?sslmode=disable'
refuses 'SQL_SSL: contradicts sslmode=require in SQL_URI' SQL_SSL=false 'SQL_URI=postgres://h/d?sslmode=require'

# This machine.
refuses "BACK_PGSQL_MODULE: is '/nowhere.so', which cannot be read" BACK_PGSQL_MODULE=/nowhere.so
refuses "BACK_PGSQL_MODULE: is '$T', which cannot be read: it is a directory" BACK_PGSQL_MODULE="$T"
refuses "SLAPD: is '/nowhere', which cannot be run" SLAPD=/nowhere
refuses 'SLAPD_USER: is ' SLAPD_USER=nobody-here

# All faults are told at once.
refuses 'PORT: ' PORT=x LOG_LEVEL=y MONGO_URI=z
contains "$ERR" 'LOG_LEVEL: '
contains "$ERR" 'MONGO_URI: '

expect 2 "$FROM_ENV" --prnt
contains "$ERR" 'try slapd-from-env --help'
expect 2 "$FROM_ENV" print
contains "$ERR" "unexpected argument 'print'"
