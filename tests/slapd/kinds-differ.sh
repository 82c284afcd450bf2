# Attributes, passwords and gates of one kind do not apply to other kinds.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/shown.sh"
need perl
start_postgres
base=dc=example,dc=com
hash=$(q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = 'bob'")
q "CREATE EXTENSION citext; CREATE TABLE services (name text, number text, note text, mails text[], id uuid, made timestamptz, secret text, open boolean, owner text);
   INSERT INTO services VALUES ('Backup Job', '7', 'nightly', '{backup@example.com,Root@Example.com}', '6ba7b810-9dad-11d1-80b4-00c04fd430c8', '2025-03-02 09:30:00.7Z', '$hash', true, 'uid=ann,ou=people,$base'),
       ('web', '08', '', NULL, NULL, NULL, '$hash', false, NULL), ('ann', '2000', 'a service called ann', '{ann@example.com}', NULL, '2025-03-02 09:30:00Z', NULL, true, 'not a dn');
   CREATE TABLE aliases (service text, alias citext); INSERT INTO aliases VALUES ('web', 'WWW'), ('web', '/bin/bash'), ('ann', 'annie');
   GRANT SELECT ON services, aliases TO ldap"
conf() { # LINE…
    manager_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|; s/^ *\"mail\",/        nullif(\"mail\", 'ann@example.com') AS mail,/" >"$T/manager"
    cat "$T/manager"
    sed -n '/^pgsql-lookup users uid/,/^ WHERE/{s/ users uid/ users mail/; s/^ WHERE .*/ WHERE nullif("mail", '"'ann@example.com'"') = ?/; p}' "$T/manager"
    cat <<'END_OF_KIND'
pgsql-kind users container=ou=people
pgsql-kind services container=ou=services rdn=uid class=top,account,extensibleObject password=secret
pgsql-list services SELECT name AS uid, number AS "uidNumber", number AS "serialNumber", note AS description, note AS title, mails AS mail, id AS "entryUUID", made AS "createTimestamp", owner AS "seeAlso",
  secret, open FROM services
pgsql-lookup services uidNumber SELECT name AS uid, number AS "uidNumber", number AS "serialNumber", note AS description, note AS title, mails AS mail, id AS "entryUUID", made AS "createTimestamp", owner AS "seeAlso",
  secret, open FROM services WHERE number = ?
pgsql-lookup services cn SELECT service AS uid FROM aliases WHERE alias = ?
pgsql-values services cn SELECT service AS uid, alias FROM aliases
pgsql-values services loginShell SELECT service AS uid, alias FROM aliases
pgsql-attribute services title default="service {uid}"
pgsql-attribute users description default="account of {username}" default=none
pgsql-attribute users mail compare=lower
pgsql-attribute users title column=last_name compare=any
pgsql-attribute users seeAlso default="uid={username},ou=services,dc=example,dc=com"
pgsql-attribute users serialNumber column=uid_number
END_OF_KIND
    printf '%s\n' "$@"
}
conf 'pgsql-login-filter services open' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
found_as_shown "two kinds" uid cn sn mail description title uidNumber serialNumber entryUUID createTimestamp loginShell seeAlso gidNumber
found() { dns -b "$base" "$1" | sed -E 's/,dc=.*//' | xargs -d '\n'; }
same "uid=ann,ou=people uid=ann,ou=services" "$(found '(uid=ANN)')" "whoever is called ann"
same "uid=Backup Job,ou=services" "$(found '(uid=backup  job)')" "a name that is not stored in lower case"
same "uid=ann,ou=people uid=ann,ou=services" "$(found '(uidNumber=2000)')" "a number that one kind has as text"
same "uid=ann,ou=people uid=ann,ou=services" "$(found '(mail=ann@example.com)')" "a mail address that one has by default"
same "uid=web,ou=services" "$(found '(&(objectClass=account)(!(mail=*)))')" "who has no mail, even by default"
same "uid=web,ou=services" "$(found '(title=service web)')" "a default of services"
same "uid=Backup Job,ou=services" "$(found '(entryUUID=6ba7b810-9dad-11d1-80b4-00c04fd430c8)')" "a UUID in a column"
same "uid=Backup Job,ou=services uid=ann,ou=services" "$(found '(createTimestamp=20250302093000Z)')" "by a time that users do not have"
same "uid=web,ou=services" "$(found '(cn=www)')" "a name from a lookup"
same "uid=web,ou=services" "$(found '(&(loginShell=/bin/bash)(objectClass=account))')" "what is everyone's default elsewhere"
may() { expect "$1" ldapwhoami -x -H "$URI" -D "uid=$2,$base" -w bob-secret; }
may 0 "bob,ou=people"
may 0 "Backup Job,ou=services"
may 49 "web,ou=services" # its login filter
may 49 "ann,ou=services" # no password
stop_slapd

# A login filter of users that names a column which services lack; both kinds hide the rows that their login filters deny.
conf 'pgsql-login-filter services open' "pgsql-login-filter users username <> 'bob'" 'pgsql-hide-denied on' >"$T/hidden.conf"
start_slapd "$T/hidden.conf"
found_as_shown "two kinds with login filters" uid cn mail description title uidNumber seeAlso
may 49 "bob,ou=people"
may 0 "Backup Job,ou=services"
same "" "$(found '(|(uid=bob)(uid=web))')" "what the login filters hide"
