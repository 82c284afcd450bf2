# Clients add, change, rename and delete entries by statements that are made from the table's columns.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q 'CREATE TABLE staff (id serial PRIMARY KEY, login text NOT NULL UNIQUE, "familyName" varchar(40) NOT NULL, shown text, number int UNIQUE CHECK (number > 999),
       phones text[], photo bytea, pass text, since timestamptz, state text NOT NULL);
   GRANT SELECT, INSERT, UPDATE, DELETE ON staff TO ldap; GRANT USAGE ON staff_id_seq TO ldap'
{
    base_conf
    cat <<END
database pgsql
suffix "$base"
rootdn "cn=admin,$base"
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind staff container=ou=staff rdn=uid class=top,inetOrgPerson password=pass
pgsql-list staff SELECT login AS uid, "familyName" AS sn, shown AS cn, number AS "employeeNumber", phones AS "telephoneNumber",
  photo AS "jpegPhoto", pass, since AS "createTimestamp", upper(login) AS "displayName" FROM staff WHERE state = 'here'
pgsql-attribute staff cn default="{uid}"
pgsql-write staff operations=add,modify,rename,delete
pgsql-column-value staff state 'here'
pgsql-password-hash m=64 t=1 p=1
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
as_admin() { "$1" -x -H "$URI" -D "cn=admin,$base" -w admin "${@:2}"; }
add() { # NAME LINE…
    expect "${CODE:-0}" as_admin ldapadd <<<"dn: uid=$1,ou=staff,$base
objectClass: inetOrgPerson
uid: $1
$(printf '%s\n' "${@:2}")"
}
modify() { # NAME LINE…
    expect "${CODE:-0}" as_admin ldapmodify <<<"dn: uid=$1,ou=staff,$base
$(printf '%s\n' "${@:2}")"
}
rename() { expect "${CODE:-0}" as_admin ldapmodrdn "${@:3}" "uid=$1,ou=staff,$base" "$2"; } # NAME RDN [OPTION…]
row() { q "SELECT login, \"familyName\", shown, number, phones, state FROM staff WHERE login = '$1'"; }

add ann 'sn: Archer' 'cn: Ann Archer' 'employeeNumber: 1001' 'telephoneNumber: +1 2' 'telephoneNumber: +1 3'
same 'ann|Archer|Ann Archer|1001|{"+1 2","+1 3"}|here' "$(row ann)" "the new row"
add bob 'sn: Builder'
same 'bob|Builder||||here' "$(row bob)" "a row without a cn, which has a default"
CODE=68 add ANN 'sn: Archer'
CODE=65 add eve 'cn: Eve'
CODE=19 add eve 'sn: E' 'employeeNumber: 5'
CODE=53 add eve 'sn: E' 'title: Dr'
contains "$ERR" 'title: the database has no place for this attribute'
CODE=19 add eve 'sn: E' 'displayName: Other'
contains "$ERR" 'displayName: the values are computed'
modify bob 'replace: displayName' 'displayName: BOB'
CODE=19 add eve 'sn: E' 'cn: E' 'cn: V'
CODE=19 add eve "sn: $(printf 'E%.0s' {1..41})"
same 2 "$(q 'SELECT count(*) FROM staff')" "the number of rows"

modify ann 'replace: sn' 'sn: Smith' - 'add: telephoneNumber' 'telephoneNumber: +1 4' - 'delete: cn'
same 'ann|Smith||1001|{"+1 2","+1 3","+1 4"}|here' "$(row ann)" "the changed row"
CODE=20 modify ann 'add: telephoneNumber' 'telephoneNumber: +1 4'
CODE=16 modify ann 'delete: telephoneNumber' 'telephoneNumber: +1 9'
CODE=65 modify ann 'delete: sn'
CODE=64 modify ann 'replace: uid' 'uid: eve'
CODE=19 modify bob 'replace: employeeNumber' 'employeeNumber: 1001'
CODE=32 modify nobody 'replace: sn' 'sn: x'
contains "$ERR" "matched DN: ou=staff,$base"

# Bytes, times and passwords; binds use the new password at once.
modify ann 'add: jpegPhoto' 'jpegPhoto:: /9j/4AAQ' - 'replace: userPassword' 'userPassword: first'
same '\xffd8ffe00010' "$(q "SELECT photo FROM staff WHERE login = 'ann'")" "the photo"
expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w first
contains "$(q "SELECT pass FROM staff WHERE login = 'ann'")" '$argon2id$'
modify ann 'delete: userPassword' 'userPassword: first' - 'add: userPassword' 'userPassword: second'
expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w second
CODE=16 modify ann 'delete: userPassword' 'userPassword: first' - 'add: userPassword' 'userPassword: third'
# In the other order, too, the old password is verified and the new one stored.
CODE=16 modify ann 'add: userPassword' 'userPassword: third' - 'delete: userPassword' 'userPassword: first'
modify ann 'add: userPassword' 'userPassword: third' - 'delete: userPassword' 'userPassword: second'
expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w third
CODE=19 modify ann 'replace: userPassword' 'userPassword: '
expect 0 as_admin ldappasswd -s fourth "uid=ann,ou=staff,$base" # without pgsql-password-change
expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w fourth
expect 49 ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w second
# A hash is stored for the rootdn, if logins can check it.
modify ann 'replace: userPassword' "userPassword: $(slappasswd -s fifth)"
expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w fifth
CODE=19 modify ann 'replace: userPassword' 'userPassword: {UNKNOWN}x'
add zoe 'sn: Z' 'userPassword: new'
expect 0 ldapwhoami -x -H "$URI" -D "uid=zoe,ou=staff,$base" -w new
modify zoe 'delete: userPassword'
same '' "$(q "SELECT pass FROM staff WHERE login = 'zoe'")" "a deleted password"
contains "$(q "SELECT since FROM staff WHERE login = 'zoe'")" "$(date -u +%Y)-"

rename bob uid=robert -r
same 'robert|Builder||||here' "$(row robert)" "a renamed row"
rename robert uid=robert
rename robert uid=robert -s "ou=staff,$base"
rename robert uid=Robert -r
same 'Robert|Builder||||here' "$(row Robert)" "a row whose name has another case"
CODE=53 rename Robert uid=bob
CODE=68 rename Robert uid=ann -r
CODE=32 rename Robert uid=bob -r -s "ou=nowhere,$base"
CODE=53 rename Robert uid=bob -r -s "$base"
CODE=32 rename nobody uid=bob -r
rename Robert 'uid=a\2Cb\, \22c\3D' -r
same 'a,b, "c=' "$(q "SELECT login FROM staff WHERE login LIKE 'a,%'")" "a name with special characters"
rename 'a\2Cb\, \22c\3D' uid=bob -r

expect 0 as_admin ldapdelete "uid=bob,ou=staff,$base"
same '' "$(row bob)" "a deleted row"
expect 32 as_admin ldapdelete "uid=bob,ou=staff,$base"
expect 53 as_admin ldapdelete "ou=staff,$base"
expect 53 as_admin ldapadd <<<"dn: uid=x,uid=ann,ou=staff,$base
objectClass: inetOrgPerson
sn: x
cn: x"
expect 32 as_admin ldapadd <<<"dn: uid=x,ou=none,$base
objectClass: inetOrgPerson
sn: x
cn: x"

# What the list query would not show is not stored.
q "CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN IF NEW.shown = 'gone' THEN NEW.state = 'gone'; END IF;
       IF NEW.shown = 'no' THEN RAISE 'never'; END IF; RETURN NEW; END \$\$; CREATE TRIGGER leave BEFORE INSERT OR UPDATE ON staff FOR EACH ROW EXECUTE FUNCTION leave()"
CODE=53 modify ann 'replace: cn' 'cn: gone'
CODE=53 add eve 'sn: E' 'cn: gone'
CODE=19 modify ann 'replace: cn' 'cn: no'
same 'ann|Smith||1001|{"+1 2","+1 3","+1 4"}|here' "$(row ann)" "the row after refused changes"

# What a trigger says about a hash is not logged.
q "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN RAISE 'told % of %', NEW.pass, NEW.login; END \$\$; CREATE TRIGGER tell BEFORE UPDATE ON staff FOR EACH ROW EXECUTE FUNCTION tell()"
CODE=19 modify ann 'replace: userPassword' 'userPassword: told'
logged write-refused 'told  of ann'
lacks "$(<"$T/slapd.log")" '$argon2id$'
q 'DROP TRIGGER tell ON staff'

# A trigger that keeps the old value is no success, one that stores another value is.
q "CREATE OR REPLACE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN NEW.number = CASE WHEN NEW.number = 1234 THEN OLD.number ELSE NEW.number END;
       NEW.shown = initcap(NEW.shown); RETURN NEW; END \$\$"
CODE=19 modify ann 'replace: employeeNumber' 'employeeNumber: 1234'
contains "$ERR" 'employeeNumber: the database keeps the old values'
modify ann 'replace: cn' 'cn: ann smith'
same 'Ann Smith' "$(q "SELECT shown FROM staff WHERE login = 'ann'")" "the value of the trigger"
modify ann 'delete: cn'
# The table changes while sessions have prepared statements for it.
q 'ALTER TABLE staff ALTER number TYPE bigint; ALTER TABLE staff ALTER shown TYPE varchar(90)'
stored() { as_admin ldapmodify <<<"dn: uid=ann,ou=staff,$base
replace: employeeNumber
employeeNumber: 1001"; }
eventually 10 stored

# Controls.
expect 0 as_admin ldapmodify -e '!preread=sn' -e '!postread=sn,cn' <<<"dn: uid=ann,ou=staff,$base
replace: sn
sn: Post"
contains "$OUT" 'sn: Smith'
contains "$OUT" 'sn: Post'
expect 122 as_admin ldapmodify -e '!assert=(sn=Smith)' <<<"dn: uid=ann,ou=staff,$base
replace: sn
sn: x"
expect 14 as_admin ldapmodify -e '!noop' <<<"dn: uid=ann,ou=staff,$base
replace: sn
sn: x" # 0x410e, of which a program's status keeps one byte
same 'ann|Post||1001|{"+1 2","+1 3","+1 4"}|here' "$(row ann)" "the row after operations without effect"

# An entry that the access rules hide is as good as missing, and its name as any other.
stop_slapd
cat >>"$T/slapd.conf" <<END
pgsql-kind guests container=ou=guests rdn=uid class=top,account
pgsql-list guests SELECT 'zoe'::text AS uid
access to dn.regex="^uid=(ann|zoe),.*" by dn.exact="uid=zoe,ou=staff,$base" none by * auth
access to * by * read
END
start_slapd "$T/slapd.conf"
CODE=0 modify zoe 'replace: userPassword' 'userPassword: zoe'
as_zoe() { "$1" -x -H "$URI" -D "uid=zoe,ou=staff,$base" -w zoe "${@:2}"; }
for dn in "uid=ann,ou=staff,$base" "uid=none,ou=staff,$base" "uid=zoe,ou=guests,$base"; do
    expect 32 as_zoe ldapmodify <<<"dn: $dn
replace: sn
sn: x"
    expect 32 as_zoe ldapdelete "$dn"
    expect 32 as_zoe ldapmodify -e '!assert=(sn=x)' <<<"dn: $dn
replace: sn
sn: x"
done
for name in ann none; do
    expect 50 as_zoe ldapadd <<<"dn: uid=$name,ou=staff,$base
objectClass: inetOrgPerson
sn: x
cn: x"
    expect 50 as_zoe ldapmodrdn -r "uid=$name,ou=staff,$base" uid=other
done
# A trigger that keeps rows as they are, and a column that takes no NULL and gets no value.
add tia 'sn: T'
q "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
   CREATE TRIGGER keep BEFORE UPDATE ON staff FOR EACH ROW EXECUTE FUNCTION keep()"
CODE=53 modify tia 'replace: sn' 'sn: Other'
contains "$ERR" 'the database does not change the entry'
stop_slapd
q "DROP FUNCTION keep CASCADE; ALTER TABLE staff ADD floor int NOT NULL DEFAULT 0; ALTER TABLE staff ALTER floor DROP DEFAULT"
start_slapd "$T/slapd.conf"
logged writes-unusable 'take no NULL and get no value: floor; add pgsql-column-value staff <column>'
# A statement that starts COPY ends.
stop_slapd
sed -i '/^access/d; s/^pgsql-kind guests/pgsql-modify-entry staff COPY staff TO STDOUT\n&/' "$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 80 as_admin ldapmodify <<<"dn: uid=ann,ou=staff,$base
replace: sn
sn: x"
logged write-refused 'the statement starts COPY'
