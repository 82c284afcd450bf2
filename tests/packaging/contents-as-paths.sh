#!/bin/bash
# No message shows a secret that was given in place of a path.
. "$(dirname "$0")/lib.bash"

hides() { # TEXT NAME=VALUE…: it is refused with the text, and no password or key is shown
    local text=$1
    shift
    expect 2 from_env --print "$@"
    contains "$ERR" "$text"
    lacks "$OUT$ERR" Kennwort
}

realms='[{"name": "a", "baseDn": "dc=a", "directory": {"backend": "sql", "options": {"sqlUri": "postgres://u:Kennwort@h/d"}}}]'
neither='REALM_CONFIG: is neither JSON that begins with [ nor the path of a file'
hides "$neither" REALM_CONFIG="'$realms'" # docker --env-file keeps quotes
hides "$neither" REALM_CONFIG="\"$realms\""
hides "$neither" REALM_CONFIG="realms: $realms"
hides "$neither" REALM_CONFIG="$(printf '\357\273\277%s' "$realms")"

key=$'-----BEGIN PRIVATE KEY-----\nKennwort\n-----END PRIVATE KEY-----'
hides 'LDAP_KEY_PATH: is not the path of a file; use LDAP_CERT_CONTENT and LDAP_KEY_CONTENT' LDAP_CERT_PATH=/a.crt LDAP_KEY_PATH="$key"
hides 'LDAP_KEY_PATH: is not the path of a file' LDAP_CERT_PATH=/a.crt LDAP_KEY_PATH="${key//$'\n'/\\n}"
hides 'LDAP_CERT_PATH: is not the path of a file' LDAP_CERT_PATH="$key" LDAP_KEY_PATH=/a.key

# A file may have an unusual name.
mkdir "$T/cwd/{a}"
printf '%s' "$realms" >"$T/cwd/{a}/\"realms\""
expect 2 from_env --print REALM_CONFIG='{a}/"realms"'
contains "$ERR" "REALM_CONFIG: is not valid JSON" # what begins as JSON does is JSON
printf '[]' >"$T/cwd/the \"realms\""
expect 2 from_env --print REALM_CONFIG='the "realms"'
contains "$ERR" "REALM_CONFIG: names the file 'the \"realms\"', which is not a list of realms"
