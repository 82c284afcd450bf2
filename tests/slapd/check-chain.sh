# A row's auth_backends overrides the database's; an invalid one refuses the login.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q 'ALTER TABLE "Users" ADD COLUMN auth_backends text'
manager_conf | sed 's/"userPassword" AS password/&, auth_backends/' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
bind() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$2"; }
chain() { q "UPDATE \"Users\" SET auth_backends = '$2' WHERE \"uid\" = '$1'"; }

for list in '' sql ' SQL ' sql,sql; do
    chain bob "$list"
    expect 0 bind bob bob-secret
    expect 49 bind bob wrong
done
expect 0 bind gus gus-secret # NULL

for list in otp sql,otp 'sql,' ',sql' ' ' notification 'sql;notification' '{sql}' sql,notification; do
    chain eve "$list"
    expect 49 bind eve eve-secret
done
logged check-chain-invalid "uid=eve,$base: invalid auth_backends value: unknown check \"otp\"; expected sql or notification"
log_has 'step=sql outcome=refused reason="invalid auth_backends value: sql is missing'
chain eve sql
expect 0 bind eve eve-secret
stop_slapd

# Where only the lookup returns the column, it would go unread.
manager_conf | sed '/^pgsql-lookup users/,$s/"userPassword" AS password/&, auth_backends/' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 80 bind bob bob-secret
logged kind-unusable "pgsql-lookup users uid: the query returns auth_backends and pgsql-list users does not"
