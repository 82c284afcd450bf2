# slapd refuses an invalid configuration and names the directive, the place and the reason.
. "$(dirname "$0")/../lib.sh"
start_postgres

# wrong "DIRECTIVE…" TEXT…: the deployment with one directive more is refused with each TEXT.
wrong() {
    { manager_conf; printf '%s\n' "$1"; } >"$T/slapd.conf"
    refused "$T/slapd.conf" "${@:2}"
}
# instead SED-EXPRESSION TEXT…: the deployment with something changed.
instead() {
    manager_conf | sed -E "$1" >"$T/slapd.conf"
    cmp -s "$T/slapd.conf" <(manager_conf) && fail "nothing was changed by $1"
    refused "$T/slapd.conf" "${@:2}"
}

# Queries: which one, and where in it.
wrong 'pgsql-lookup users mail SELECT "uid" AS username FROM "Users" WHERE "mail" = ? OR "cn" = ?' pgsql-lookup "users mail" parameter
wrong 'pgsql-lookup users mail SELECT "uid" AS username FROM "Users"' pgsql-lookup "users mail" parameter
wrong 'pgsql-lookup users mail SELECT "uid" AS username FROM "Users" WHERE "mail" = $2' pgsql-lookup "users mail"
wrong 'pgsql-lookup users mail SELECT "uid" AS username FROM "Users" WHERE "mail" = ? OR "cn" = $1' pgsql-lookup "users mail" '$n'
wrong "pgsql-lookup users mail SELECT 'open FROM \"Users\" WHERE \"mail\" = ?" pgsql-lookup "users mail" position
wrong 'pgsql-lookup users mail SELECT "open FROM Users WHERE mail = ?' "quoted string" # slapd's own words
wrong 'pgsql-lookup users mail SELECT 1 FROM "Users" /* WHERE "mail" = ?' pgsql-lookup "users mail" position
wrong 'pgsql-lookup users mail SELECT 1 FROM "Users" WHERE tags ? "mail"' pgsql-lookup "users mail" position '\?'
wrong 'pgsql-lookup users mail SELECT 1 FROM "Users" WHERE "mail" = ?; DELETE FROM "Users"' pgsql-lookup "users mail" semicolon
wrong 'pgsql-lookup users mail' pgsql-lookup
wrong 'pgsql-lookup users uid SELECT "uid" AS username FROM "Users" WHERE "uid" = ?' pgsql-lookup "users uid" # twice
wrong 'pgsql-list users SELECT "uid" AS username FROM "Users"' pgsql-list users                               # twice
instead 's/^ FROM "Groups" g$/ FROM "Groups" g WHERE g."cn" = ?/' pgsql-list groups parameter
wrong 'pgsql-list' pgsql-list
wrong 'pgsql-list users' pgsql-list

# Kinds and attributes: the name that is not known.
wrong 'pgsql-list people SELECT 1' pgsql-list people users groups
wrong 'pgsql-lookup people uid SELECT 1 WHERE 1 = ?' people
wrong 'pgsql-kind people container=ou=people' people
wrong 'pgsql-kind users container=people' pgsql-kind people
wrong 'pgsql-kind users below=ou=people' pgsql-kind below
wrong 'pgsql-lookup users nosuch SELECT 1 WHERE 1 = ?' pgsql-lookup nosuch
wrong 'pgsql-attribute users nosuch column=x' pgsql-attribute nosuch
wrong 'pgsql-attribute people mail column=x' pgsql-attribute people
wrong 'pgsql-attribute users mail colum=x' pgsql-attribute colum
wrong 'pgsql-attribute users mail compare=loosely' pgsql-attribute loosely lower exact any
wrong 'pgsql-attribute users mail default={username' pgsql-attribute mail 'unmatched {'
wrong 'pgsql-attribute users mail default={}' pgsql-attribute mail '{}'
wrong 'pgsql-attribute users' pgsql-attribute

# Login filters.
wrong 'pgsql-login-filter users' pgsql-login-filter
wrong 'pgsql-login-filter people true' pgsql-login-filter people
wrong 'pgsql-login-filter users "status" = ?' pgsql-login-filter "the condition has 1 parameters"
wrong "pgsql-login-filter users true; DROP TABLE x" pgsql-login-filter semicolon
wrong "pgsql-login-filter users true
pgsql-login-filter users false" pgsql-login-filter "already has a login filter"

# Password changes.
wrong 'pgsql-password-change users' pgsql-password-change
wrong 'pgsql-password-change users UPDATE "Users" SET "userPassword" = ? WHERE "uid" = ?' pgsql-password-change "takes three: the new hash"
wrong 'pgsql-password-change users DELETE FROM "Users" WHERE ? = ? AND ? = 1' pgsql-password-change "expected an UPDATE statement"
wrong 'pgsql-password-change people UPDATE x SET y = $1 WHERE z = $2 AND y = $3' pgsql-password-change people
for value in argon2id m=65536,t=3 m=64M t=0 p=0 p=65 m=2097152 "m=16 p=4" "t=1 u=2"; do
    wrong "pgsql-password-hash $value" pgsql-password-hash "${value%% *}"
done
wrong 'pgsql-password-change users UPDATE x SET y = $1 WHERE z = $2 AND y = $3
pgsql-password-hash m=524288' pgsql-password-hash pgsql-hash-memory

# Numbers and switches: the value that is none.
for directive in pgsql-timeout pgsql-connect-timeout pgsql-hash-timeout; do
    for value in soon -1 0 3s nan inf; do wrong "$directive $value" "$directive" "$value"; done
done
for directive in pgsql-pool-size pgsql-anonymous-limit pgsql-hash-threads pgsql-hash-memory; do
    for value in many -1 0 2.5 99999999999; do wrong "$directive $value" "$directive" "$value"; done
done
for value in soon -1 3601; do wrong "pgsql-bind-cache-ttl $value" pgsql-bind-cache-ttl "$value"; done
for directive in pgsql-private-groups pgsql-anonymous-search pgsql-hide-denied; do wrong "$directive perhaps" "$directive"; done
wrong 'pgsql-nosuch 1' pgsql-nosuch

# The chain of checks and the push endpoint.
push='pgsql-push-uri https://push.example.com/'
for chain in 'sql otp' notification 'sql,' 'sql,,notification'; do wrong "pgsql-auth-backends $chain"$'\n'"$push" pgsql-auth-backends "$chain"; done
wrong 'pgsql-auth-backends sql otp' 'unknown check "otp"' sql notification
wrong 'pgsql-auth-backends notification' 'sql is missing'
wrong 'pgsql-auth-backends sql notification' pgsql-auth-backends pgsql-push-uri # which is not there
for uri in push.example.com ftp://push.example.com/ https:// 'https://push:99999/' 'https://user:geheim@push example/'; do
    wrong "pgsql-push-uri \"$uri\"" pgsql-push-uri
    lacks "$OUT" geheim
done
wrong "$push"$'\n'"pgsql-push-ca $T/nowhere" pgsql-push-ca "$T/nowhere" "cannot be read"
for value in soon 0 -1 3601 5s; do wrong "pgsql-push-timeout $value" pgsql-push-timeout "$value"; done
for value in -1 3601 x; do wrong "pgsql-push-window $value" pgsql-push-window "$value"; done
for value in 0 -1 2.5 10001 many; do wrong "pgsql-push-pending $value" pgsql-push-pending "$value"; done
for value in 0 -1 2.5 10001 many; do wrong "pgsql-push-per-user $value" pgsql-push-per-user "$value"; done

# The URI: what libpq has against it, without the password.
for uri in 'postgres://ldap:geheim@[::1/manager' 'postgres://ldap:geheim@host/db?nosuch=1' 'nosuch=1 password=geheim' 'password=geheim host'; do
    instead "s|^pgsql-uri .*|pgsql-uri \"$uri\"|" pgsql-uri
    lacks "$OUT" geheim
done
instead 's|^pgsql-uri .*|pgsql-uri postgress://ldap:geheim@host/db|' 'unknown scheme postgress://'
lacks "$OUT" geheim

# What is missing altogether.
instead '/^pgsql-list users/,/^pgsql-lookup users/{/^pgsql-lookup/!d}' pgsql-list users # a lookup without its list
instead '/^pgsql-list/,$d' pgsql-list                                                   # no query at all
instead '/^(suffix|root)/d' suffix
instead '/nis.schema/d' memberUid schema
