# slapd-pgsql-check tells a password column of bytes from one of plain text.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/check.sh"
need jq
start_postgres
q "UPDATE \"Users\" SET \"userPassword\" = 'hunter2hunter2' WHERE uid = 'jan'"
unchecked() { # COLUMN STATUS: the hashes that cannot be checked, and the finding about them
    manager_conf | sed "s/\"userPassword\" AS password/$1 AS password/" >"$T/slapd.conf"
    checked "$2" --json "$T/slapd.conf"
    lacks "$OUT" hunter2
    jq -r '.databases[] | (.kinds[0].passwords[] | select(.checked | not) | "\(.count) \(.scheme): \(.reason)"),
        (.findings[] | select(.object == "users" and .level == "warning") | .message, .hint)' <<<"$OUT"
}
same "10 bytea: the column password is bytea, not text
10 of them cannot log in, whatever the password: the column password is bytea, not text
return convert_from(..., 'UTF8') AS password if the bytes are text; otherwise encode(..., 'base64') or 'hex', after what the scheme puts before it" \
    "$(unchecked "convert_to(\"userPassword\", 'UTF8')" 1)" "a column of bytes"
plain="1 not a hash (plain text?): a value that is not a known hash
1 of them cannot log in, whatever the password: a value that is not a known hash (not a hash (plain text?))
set new passwords for these users"
same "$plain" "$(unchecked '"userPassword"' 1)" "a plain text"
# The remedy.
same "$plain" "$(unchecked "convert_from(convert_to(\"userPassword\", 'UTF8'), 'UTF8')" 1)" "bytes as text"
