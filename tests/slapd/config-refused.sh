# slapd refuses an invalid configuration and names the directive, the place and the reason.
. "$(dirname "$0")/../lib.sh"
start_postgres

# Queries: which one, and where in it.
refused_with 'pgsql-lookup users mail SELECT "uid" AS username FROM "Users" WHERE "mail" = ? OR "cn" = ?' pgsql-lookup "users mail" parameter
refused_with 'pgsql-lookup users mail SELECT "uid" AS username FROM "Users"' pgsql-lookup "users mail" parameter
refused_with 'pgsql-lookup users mail SELECT "uid" AS username FROM "Users" WHERE "mail" = $2' pgsql-lookup "users mail"
refused_with 'pgsql-lookup users mail SELECT "uid" AS username FROM "Users" WHERE "mail" = ? OR "cn" = $1' pgsql-lookup "users mail" '$n'
refused_with "pgsql-lookup users mail SELECT 'open FROM \"Users\" WHERE \"mail\" = ?" pgsql-lookup "users mail" position
refused_with 'pgsql-lookup users mail SELECT "open FROM Users WHERE mail = ?' "quoted string" # slapd's own words
refused_with 'pgsql-lookup users mail SELECT 1 FROM "Users" /* WHERE "mail" = ?' pgsql-lookup "users mail" position
refused_with 'pgsql-lookup users mail SELECT 1 FROM "Users" WHERE tags ? "mail"' pgsql-lookup "users mail" position '\?'
refused_with 'pgsql-lookup users mail SELECT 1 FROM "Users" WHERE "mail" = ?; DELETE FROM "Users"' pgsql-lookup "users mail" semicolon
refused_with 'pgsql-lookup users mail' pgsql-lookup
refused_with 'pgsql-lookup users uid SELECT "uid" AS username FROM "Users" WHERE "uid" = ?' pgsql-lookup "users uid" # twice
refused_with 'pgsql-list users SELECT "uid" AS username FROM "Users"' pgsql-list users                               # twice
refused_after 's/^ FROM "Groups" g$/ FROM "Groups" g WHERE g."cn" = ?/' pgsql-list groups parameter
refused_with 'pgsql-list' pgsql-list
refused_with 'pgsql-list users' pgsql-list

# Kinds and attributes: the name that is not known.
refused_with 'pgsql-list people SELECT 1' pgsql-list people users groups
refused_with 'pgsql-lookup people uid SELECT 1 WHERE 1 = ?' people
refused_with 'pgsql-kind people container=ou=people' people
refused_with 'pgsql-kind users container=people' pgsql-kind people
refused_with 'pgsql-kind users below=ou=people' pgsql-kind below
refused_with 'pgsql-lookup users nosuch SELECT 1 WHERE 1 = ?' pgsql-lookup nosuch
refused_with 'pgsql-attribute users nosuch column=x' pgsql-attribute nosuch
refused_with 'pgsql-attribute people mail column=x' pgsql-attribute people
refused_with 'pgsql-attribute users mail colum=x' pgsql-attribute colum
refused_with 'pgsql-attribute users mail compare=loosely' pgsql-attribute loosely lower exact any
refused_with 'pgsql-attribute users mail default={username' pgsql-attribute mail 'unmatched {'
refused_with 'pgsql-attribute users mail default={}' pgsql-attribute mail '{}'
refused_with 'pgsql-attribute users' pgsql-attribute

# Login filters.
refused_with 'pgsql-login-filter users' pgsql-login-filter
refused_with 'pgsql-login-filter people true' pgsql-login-filter people
refused_with 'pgsql-login-filter users "status" = ?' pgsql-login-filter "the condition has 1 parameters"
refused_with "pgsql-login-filter users true; DROP TABLE x" pgsql-login-filter semicolon
refused_with "pgsql-login-filter users true
pgsql-login-filter users false" pgsql-login-filter "already has a login filter"

# Password changes.
refused_with 'pgsql-password-change users' pgsql-password-change
refused_with 'pgsql-password-change users UPDATE "Users" SET "userPassword" = ? WHERE "uid" = ?' pgsql-password-change "takes three: the new hash"
refused_with 'pgsql-password-change users DELETE FROM "Users" WHERE ? = ? AND ? = 1' pgsql-password-change "expected an UPDATE statement"
refused_with 'pgsql-password-change people UPDATE x SET y = $1 WHERE z = $2 AND y = $3' pgsql-password-change people
for value in argon2id m=65536,t=3 m=64M t=0 p=0 p=65 m=2097152 "m=16 p=4" "t=1 u=2"; do
    refused_with "pgsql-password-hash $value" pgsql-password-hash "${value%% *}"
done
refused_with 'pgsql-password-change users UPDATE x SET y = $1 WHERE z = $2 AND y = $3
pgsql-password-hash m=524288' pgsql-password-hash pgsql-hash-memory

# What is missing altogether.
refused_after '/^pgsql-list users/,/^pgsql-lookup users/{/^pgsql-lookup/!d}' pgsql-list users # a lookup without its list
refused_after '/^pgsql-list/,$d' pgsql-list                                                   # no query at all
refused_after '/^(suffix|root)/d' suffix
refused_after '/nis.schema/d' memberUid schema
