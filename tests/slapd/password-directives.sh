# Directives about password changes take effect online with the next request.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q 'GRANT UPDATE ON "Users" TO ldap' >/dev/null
mkdir "$T/slapd.d"
manager_conf >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { printf '%s\n' "dn: $database" "changetype: modify" "$@" | as_config ldapmodify; }
settings() { as_config ldapsearch -LLL -o ldif-wrap=no -s base -b "$database" | grep ^olc | sort; }
passwd() { # NEW: the administrator sets bob's; its status is the result code
    local out status=0
    out=$(ldappasswd -x -H "$URI" -D "cn=admin,$base" -w admin -s "$1" "uid=bob,$base") || status=$?
    [[ ! $out =~ ^Result:.*\(([0-9]+)\) ]] || status=${BASH_REMATCH[1]}
    return "$status"
}
cost() { q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = 'bob'" | cut -d '$' -f 2-4; }

settings >"$T/before"
expect 53 passwd x
update='UPDATE "Users" SET "userPassword" = ? WHERE "uid" = ? AND "userPassword" = ?'
expect 0 change "add: olcPgPasswordChange" "olcPgPasswordChange: users $update"
expect 0 passwd one
same 'argon2id$v=19$m=65536,t=3,p=4' "$(cost)" "the cost by default"
expect 0 change "add: olcPgPasswordHash" "olcPgPasswordHash: m=2048 t=2 p=1"
expect 0 passwd two
same 'argon2id$v=19$m=2048,t=2,p=1' "$(cost)" "the cost that was set"
expect 0 change "replace: olcPgPasswordHash" "olcPgPasswordHash: t=4"
expect 0 passwd three
same 'argon2id$v=19$m=65536,t=4,p=4' "$(cost)" "a cost of which only the passes were set"

# What is wrong is refused, and nothing changes.
settings >"$T/set"
refuse() { # TEXT LINE…
    expect 80 change "${@:2}"
    contains "$ERR" "$1"
    same "$(<"$T/set")" "$(settings)" "cn=config after the refusal"
    expect 0 passwd four
}
refuse "takes three" "replace: olcPgPasswordChange" "olcPgPasswordChange: users UPDATE x SET y = ?"
refuse "already has a password change" "add: olcPgPasswordChange" "olcPgPasswordChange: users $update AND true"
refuse "expected m=" "replace: olcPgPasswordHash" "olcPgPasswordHash: argon2i"
refuse "pgsql-hash-memory allows" "add: olcPgHashMemory" "olcPgHashMemory: 32"

expect 0 change "delete: olcPgPasswordHash"
expect 0 passwd five
same 'argon2id$v=19$m=65536,t=3,p=4' "$(cost)" "the cost by default again"
settings >"$T/set"
stop_slapd
{ manager_conf; echo 'pgsql-password-change users "UPDATE \"Users\" SET \"userPassword\" = ? WHERE \"uid\" = ? AND \"userPassword\" = ?"'; } >"$T/quoted.conf"
start_slapd "$T/quoted.conf" # quoted as a whole, as other directives are
expect 0 passwd quoted
stop_slapd
start_slapd "$T/slapd.d"
same "$(<"$T/set")" "$(settings)" "cn=config after a restart"
expect 0 passwd six
expect 0 change "delete: olcPgPasswordChange"
expect 53 passwd x
same "$(<"$T/before")" "$(settings)" "cn=config"
expect 0 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w six
