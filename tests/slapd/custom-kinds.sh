# Hosts and sudo rules can be defined by directives alone, also online.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "CREATE TABLE hosts (name text, address text, note text);
   INSERT INTO hosts VALUES ('web1', '10.0.0.1', 'Front door'), ('web2', '10.0.0.2', NULL), ('db', '10.0.1.1', 'not for you'), ('nowhere', NULL, 'has no address');
   CREATE TABLE rules (name text, hosts text[], commands jsonb, place integer, since timestamptz);
   INSERT INTO rules VALUES ('defaults', NULL, NULL, 0, NULL), ('admins', '{ALL}', '[\"ALL\"]', 1, '2025-01-01 00:00Z'),
       ('web', '{web1,web2}', '[\"/bin/systemctl restart *\", \"/bin/id\"]', 2, NULL), ('db', '{db,10.0.1.0/24}', '\"/bin/psql\"', 3, NULL);
   CREATE TABLE rule_users (rule text, who text);
   INSERT INTO rule_users VALUES ('admins', '%sysadmins'), ('web', 'ann'), ('web', '%devs'), ('db', 'bob');
   GRANT SELECT ON hosts, rules, rule_users TO ldap"

# sudo's own schema, as far as it goes here.
attributes() {
    local number=0 name
    for name in sudoUser sudoHost sudoCommand; do
        echo "( 1.3.6.1.4.1.15953.9.1.$((number += 1)) NAME '$name' EQUALITY caseExactIA5Match SUBSTR caseExactIA5SubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )"
    done
    echo "( 1.3.6.1.4.1.15953.9.1.8 NAME 'sudoNotBefore' EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 )"
    echo "( 1.3.6.1.4.1.15953.9.1.10 NAME 'sudoOrder' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 )"
}
class="( 1.3.6.1.4.1.15953.9.2.1 NAME 'sudoRole' SUP top STRUCTURAL MUST cn MAY ( sudoUser \$ sudoHost \$ sudoCommand \$ sudoNotBefore \$ sudoOrder ) )"
kinds() {
    cat <<'END_OF_KINDS'
Kind hosts container=ou=hosts rdn=cn class=top,device,ipHost
Kind sudo container=ou=sudoers rdn=cn class=top,sudoRole
List hosts SELECT name AS cn, address AS "ipHostNumber", note AS description FROM hosts
List sudo SELECT name AS cn, hosts AS "sudoHost", commands AS "sudoCommand", place AS "sudoOrder", since AS "sudoNotBefore" FROM rules
Lookup hosts ipHostNumber SELECT name AS cn, address AS "ipHostNumber", note AS description FROM hosts WHERE address = ?
Values sudo sudoUser SELECT rule AS cn, who FROM rule_users
Attribute hosts ipHostNumber compare=exact
Attribute hosts description default="host {cn}"
END_OF_KINDS
}
found() { dns -b $base "$1" | sed -E 's/^[a-z]+=([^,]*),.*/\1/' | xargs; }
of() { search -b "$1" -s base "$2" | sed -n "s/^$2: //p" | sort | xargs -d '\n'; }
serves() {
    same "$base ou=hosts,$base ou=sudoers,$base" "$(dns -b $base '(|(objectClass=dcObject)(objectClass=organizationalUnit))' | xargs)" "places"
    same "db nowhere web1 web2" "$(found '(objectClass=ipHost)')" "hosts"
    same "web1" "$(found '(&(objectClass=ipHost)(cn=WEB1))')" "a host by name"
    same "db" "$(found '(&(objectClass=ipHost)(ipHostNumber=10.0.1.1))')" "a host by address"
    same "web1 web2" "$(found '(&(objectclass=ipHost)(cn=web*)(ipHostNumber=*))')" "hosts whose names begin so"
    same "web2" "$(found '(description=host web2)')" "a host by a default"
    same "nowhere" "$(found '(&(objectClass=ipHost)(!(ipHostNumber=*)))')" "hosts without an address"
    # As SSSD asks for sudo rules.
    same "admins defaults web" "$(found '(&(objectClass=sudoRole)(|(&(!(sudoHost=*))(cn=defaults))(sudoHost=ALL)(sudoHost=web1)(sudoHost=10.0.0.1)(sudoHost=+*)))')" "rules of web1"
    same "admins web" "$(found '(&(objectClass=sudoRole)(|(cn=defaults)(sudoUser=ann)(sudoUser=%devs)(sudoUser=%sysadmins)(sudoUser=ALL))(!(cn=defaults)))')" "rules of ann"
    same "db web" "$(found '(&(sudoOrder>=2)(!(sudoNotBefore=*)))')" "rules by their order"
    same "admins" "$(found '(sudoNotBefore<=20260101000000Z)')" "rules by their time"
    same "%devs ann" "$(of "cn=web,ou=sudoers,$base" sudoUser)" "whose rule it is"
    same "/bin/id /bin/systemctl restart *" "$(of "cn=web,ou=sudoers,$base" sudoCommand)" "its commands"
    same "10.0.1.0/24 db" "$(of "cn=db,ou=sudoers,$base" sudoHost)" "hosts of a rule"
    same "sudoRole" "$(of "cn=db,ou=sudoers,$base" structuralObjectClass)" "its class"
    same "cn=db,ou=hosts,$base cn=db,ou=sudoers,$base" "$(dns -b $base '(cn=db)' | xargs)" "what is called db"
    same "admins defaults" "$(dns -E pr=2/noprompt -b "ou=sudoers,$base" -s one '(sudoOrder<=1)' | sed -E 's/^cn=([^,]*),.*/\1/' | xargs)" "rules in pages"
    expect 6 ldapcompare -x -H "$URI" "cn=web,ou=sudoers,$base" sudoUser:%devs
    expect 5 ldapcompare -x -H "$URI" "cn=web,ou=sudoers,$base" sudoUser:eve
    expect 32 search -b "cn=web1,ou=sudoers,$base" -s base
    expect 53 ldapwhoami -x -H "$URI" -D "cn=web1,ou=hosts,$base" -w '' # no password at all: slapd's own answer
    expect 49 ldapwhoami -x -H "$URI" -D "cn=web1,ou=hosts,$base" -w x
    same "ann" "$(found '(uid=ann)')" "a user beside them"
    expect 0 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-secret
}

{
    manager_conf | sed '/^database config/,$d'
    attributes | sed 's/^/attributetype /'
    echo "objectclass $class"
    manager_conf | sed -n '/^database config/,$p'
    kinds | sed -E 's/^([A-Z])/pgsql-\L\1/'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
serves
stop_slapd

# The same, bit by bit, into a slapd that runs.
mkdir "$T/slapd.d"
manager_conf >"$T/plain.conf"
"${PRELOAD[@]}" slaptest -f "$T/plain.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
same "" "$(found '(objectClass=ipHost)')" "hosts before there are any"
{
    printf '%s\n' "dn: cn=sudo,cn=schema,cn=config" "objectClass: olcSchemaConfig" "cn: sudo"
    attributes | sed 's/^/olcAttributeTypes: /'
    echo "olcObjectClasses: $class"
} | as_config ldapadd >"$T/out"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { # add|delete
    local name how=$1
    printf '%s\n' "dn: $database" "changetype: modify"
    for name in Kind List Lookup Values Attribute; do
        echo "$how: olcPg$name"
        kinds | sed -n "s/^$name /olcPg$name: /p"
        echo -
    done
}
expect 0 as_config ldapmodify < <(change add)
serves
stop_slapd
start_slapd "$T/slapd.d"
serves
# A kind needs its query, and a query its kind.
expect 80 as_config ldapmodify < <(printf '%s\n' "dn: $database" "changetype: modify" "delete: olcPgList" "$(as_config ldapsearch -LLL -o ldif-wrap=no -b "$database" -s base olcPgList | grep 'olcPgList.*sudo')")
serves
expect 0 as_config ldapmodify < <(change delete)
same "" "$(found '(|(objectClass=ipHost)(objectClass=sudoRole))')" "what is left of them"
expect 32 search -b "ou=hosts,$base"
same "ann" "$(found '(uid=ann)')" "a user afterwards"
