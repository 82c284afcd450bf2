# Random writes get the result codes and leave the entries that back-mdb does.
#
# COUNT=3200 SEED=1 CONFIGURATIONS="derived statements tree tree-statements" RULES="narrow wide" tests/oracle/writes.sh; by default
# a new seed each time. COUNT is the number of writes of all configurations and rules together.
. "$(dirname "$0")/../lib.sh"
need perl slapadd
. "$TESTS/lib/cache.sh"
. "$TESTS/lib/mdb.sh"
# shellcheck source=tests/oracle/write-trees.sh
. "$TESTS/oracle/write-trees.sh"
seed=${SEED:-$RANDOM$RANDOM}
configurations=${CONFIGURATIONS:-derived statements tree tree-statements}
rule_sets=${RULES:-narrow wide}
secret=$(perl -MDigest::SHA=sha1_base64 -e 'print "{SHA}", sha1_base64("secret"), "="')

tables() {
    cat <<'END'
CREATE TABLE people (id serial PRIMARY KEY, uid text NOT NULL UNIQUE, cn text NOT NULL, family varchar(60) NOT NULL, given text,
    number int NOT NULL, primary_group int NOT NULL, home text NOT NULL, shell varchar(60), employee text, shown text, boss text,
    mails text[], phones text[], notes text[], badges int[], photo bytea, hired timestamptz, active boolean, pass text);
CREATE TABLE teams (id serial PRIMARY KEY, name text NOT NULL UNIQUE, gid int NOT NULL, note varchar(60));
CREATE TABLE team_members (team int NOT NULL REFERENCES teams ON DELETE CASCADE, who text NOT NULL, PRIMARY KEY (team, who));
END
}
fresh_tables() { # CONFIGURATION
    q "SET client_min_messages = warning; DROP TABLE IF EXISTS role_holders, roles, team_members, teams, people, units;
        $(case $1 in tree*) "$1_tables" ;; *) tables ;; esac)
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ldap; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ldap"
    [ "$1" != tree-statements ] || tell_of_changes role_holders roles team_members teams people units
}

schema() {
    cat <<'END'
attributetype ( 1.3.6.1.4.1.4203.666.11.901 NAME 'hiredAt' EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.4203.666.11.902 NAME 'badge' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 )
attributetype ( 1.3.6.1.4.1.4203.666.11.903 NAME 'active' EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.4203.666.11.911 NAME 'employee' SUP top AUXILIARY MAY ( hiredAt $ badge $ active ) )
END
}

kinds() {
    cat <<'END'
pgsql-kind people container=ou=people rdn=uid class=top,inetOrgPerson,posixAccount,employee password=pass
pgsql-list people SELECT uid, cn, family AS sn, given AS "givenName", number AS "uidNumber", primary_group AS "gidNumber",
  home AS "homeDirectory", shell AS "loginShell", employee AS "employeeNumber", shown AS "displayName", boss AS "seeAlso",
  mails AS mail, phones AS "telephoneNumber", notes AS description, badges AS badge, photo AS "jpegPhoto", hired AS "hiredAt",
  active, pass FROM people
pgsql-kind teams container=ou=teams rdn=cn class=top,posixGroup
pgsql-list teams SELECT name AS cn, gid AS "gidNumber", note AS description FROM teams
pgsql-values teams memberUid SELECT t.name AS cn, m.who FROM teams t JOIN team_members m ON m.team = t.id
pgsql-write teams operations=add,modify,rename,delete memberships=strict
pgsql-add-values teams memberUid INSERT INTO team_members SELECT t.id, v FROM teams t, unnest(:values::text[]) v WHERE t.name = :key
pgsql-delete-values teams memberUid DELETE FROM team_members m USING teams t
  WHERE m.team = t.id AND t.name = :key AND m.who = ANY (:values::text[])
END
}

writes_derived() { echo 'pgsql-write people operations=add,modify,rename,delete'; }

writes_statements() {
    cat <<'END'
pgsql-add-entry people INSERT INTO people (uid, cn, family, given, number, primary_group, home, shell, employee, shown, boss, mails,
    phones, notes, badges, photo, hired, active, pass)
  VALUES (:uid, :cn, :sn, :givenName, :uidNumber, :gidNumber, :homeDirectory, :loginShell, :employeeNumber, :displayName, :seeAlso,
    :mail, :telephoneNumber, :description, :badge, :jpegPhoto, :hiredAt, :active, :userPassword)
pgsql-modify-entry people UPDATE people SET uid = :uid, cn = :cn, family = :sn, given = :givenName, number = :uidNumber,
    primary_group = :gidNumber, home = :homeDirectory, shell = :loginShell, employee = :employeeNumber, shown = :displayName,
    boss = :seeAlso, mails = :mail, phones = :telephoneNumber, notes = :description, badges = :badge, photo = :jpegPhoto,
    hired = :hiredAt, active = :active, pass = :userPassword
  WHERE uid = :key
pgsql-rename-entry people UPDATE people SET uid = :uid WHERE uid = :key
pgsql-delete-entry people DELETE FROM people WHERE uid = :key
END
}

# Few rights, and an entry that only one user sees.
rules_narrow() {
    cat <<'END'
access to attrs=userPassword by * auth
access to dn.base="uid=hid,ou=people,dc=example,dc=com" by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by * none
access to dn.base="ou=people,dc=example,dc=com" attrs=children by dn.exact="uid=boss,ou=people,dc=example,dc=com" write
  by dn.exact="uid=ann,ou=people,dc=example,dc=com" add by dn.exact="uid=bob,ou=people,dc=example,dc=com" delete by * read
access to dn.base="ou=teams,dc=example,dc=com" attrs=children by dn.exact="uid=boss,ou=people,dc=example,dc=com" write
  by dn.exact="uid=ann,ou=people,dc=example,dc=com" write by * read
access to dn.children="ou=people,dc=example,dc=com" attrs=entry by dn.exact="uid=boss,ou=people,dc=example,dc=com" write
  by dn.exact="uid=ann,ou=people,dc=example,dc=com" write by dn.exact="uid=bob,ou=people,dc=example,dc=com" delete by * read
access to attrs=mail,telephoneNumber,badge by self write by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by users read by * search
access to attrs=givenName val.regex="^[A-Z]" by self write by users read
access to attrs=employeeNumber by self add by dn.exact="uid=boss,ou=people,dc=example,dc=com" delete by users read
access to attrs=displayName by self delete by users compare
access to dn.children="ou=people,dc=example,dc=com" filter=(uidNumber>=5003) attrs=description
  by dn.exact="uid=bob,ou=people,dc=example,dc=com" write by users search
access to dn.children="ou=teams,dc=example,dc=com" attrs=memberUid by dn.exact="uid=bob,ou=people,dc=example,dc=com" write by * read
access to * by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by users read by * search
END
}

# Many rights; the content of new entries is checked as well.
rules_wide() {
    cat <<'END'
access to attrs=userPassword by * auth
access to dn.base="uid=hid,ou=people,dc=example,dc=com" attrs=entry by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by * disclose
access to attrs=uidNumber,gidNumber by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by users read
access to attrs=seeAlso by dnattr=seeAlso write by users read
access to attrs=loginShell val.exact=/bin/false by * read
access to attrs=jpegPhoto by self =w by users none
access to dn.children="ou=teams,dc=example,dc=com" attrs=memberUid,description by set="this/memberUid & user/uid" write
  by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by users search
access to * by users write by * read
add_content_acl on
END
}

configuration() { # CONFIGURATION RULES
    base_conf | sed "/^database config/,\$d; $(case $1 in tree*) echo "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|" ;; esac)"
    echo moduleload back_mdb
    schema
    printf '%s\n' 'database config' 'rootpw config'
    cat <<END
database pgsql
suffix "dc=example,dc=com"
rootdn "cn=admin,dc=example,dc=com"
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
END
    case $1 in
        tree*) "$1_kinds" ;;
        *) kinds && "writes_$1" ;;
    esac
    rules "$@"
    twin_conf
    rules "$@" | as_twin
}
rules() { # CONFIGURATION RULES
    case $1 in
        tree) "tree_rules_$2" | sed 's/ROLES/ou=teams/' ;;
        tree*) "tree_rules_$2" | sed 's/ROLES/ou=roles/' ;;
        *) "rules_$2" ;;
    esac
}

person() { # $name at $at, with the next number
    number=$((number + 1))
    cat <<END

dn: uid=$(sed 's/[,#]/\\&/' <<<"$name"),$at,dc=example,dc=com
objectClass: top
objectClass: inetOrgPerson
objectClass: posixAccount
objectClass: employee
uid: $name
cn: The $name
sn: ${name^}
uidNumber: $number
gidNumber: 100
homeDirectory: /home/$number
mail: $number@example.com
mail: other$number@example.com
telephoneNumber: +49 30 $number
badge: $number
userPassword: $secret
END
}
# What both have at first. back-mdb's users are not copied from ours, which shows no passwords.
entries_at_first() { # CONFIGURATION
    local name at=ou=people number=5000
    if [[ $1 == tree* ]]; then tree_entries "$1"; return; fi
    for name in boss ann bob hid carl 'dot,ted' 'Jörg Müßig' '#hash' 'two  blanks' eve; do person; done
    for name in staff 'night shift'; do
        printf '%s\n' '' "dn: cn=$name,ou=teams,dc=example,dc=com" 'objectClass: top' 'objectClass: posixGroup' "cn: $name" \
            'gidNumber: 700' 'description: a team' 'memberUid: ann' 'memberUid: eve'
    done
}
containers() {
    search -D cn=admin,dc=example,dc=com -w admin -b dc=example,dc=com '(|(objectClass=organizationalUnit)(objectClass=domain)(objectClass=dcObject))'
}

# All attributes that the writes may have: back-mdb numbers a new one, and uses its number again for another one if the write
# that brought it is not stored (mi_numads in add.c and modify.c).
every_attribute() {
    local name
    cat <<END
dn: uid=every,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
objectClass: posixAccount
objectClass: employee
uid: every
uidNumber: 1
gidNumber: 1
jpegPhoto:: $(printf '\377\330\377\340\0\020JFIF\0\377\331' | base64)
hiredAt: 20200101000000Z
badge: 1
active: TRUE
seeAlso: cn=x
END
    for name in cn sn givenName homeDirectory loginShell employeeNumber displayName mail telephoneNumber description 'description;lang-de' title roomNumber userPassword; do
        echo "$name: 1"
    done
    cat <<END

dn: cn=every,ou=people,dc=example,dc=org
objectClass: organizationalRole
objectClass: extensibleObject
cn: every
memberUid: 1
member: cn=x
roleOccupant: cn=x
ou: x
END
}

compare_writes() { # CONFIGURATION RULES
    local status=0
    fresh_tables "$1"
    rm -rf "$T/twin"
    configuration "$1" "$2" >"$T/slapd.conf"
    unset URI
    LOG_LEVEL=${LOG_LEVEL:-none} start_slapd "$T/slapd.conf"
    case $1 in
        tree) logged kind-served roles ;;
        tree-statements) logged kind-served roles && logged cache-enabled ;;
        *) logged kind-served teams ;;
    esac
    not_logged writes-unusable
    { containers; entries_at_first "$1"; echo; every_attribute; } | as_twin >"$T/twin.ldif"
    expect 0 ldapadd -x -H "$URI" -D cn=admin,dc=example,dc=org -w admin -f "$T/twin.ldif"
    expect 0 ldapdelete -x -H "$URI" -D cn=admin,dc=example,dc=org -w admin {uid,cn}=every,ou=people,dc=example,dc=org
    entries_at_first "$1" >"$T/ours.ldif"
    expect 0 ldapadd -x -H "$URI" -D cn=admin,dc=example,dc=com -w admin -f "$T/ours.ldif"
    echo "configuration $1, rules $2:"
    perl "$TESTS/oracle/writes.pl" "$URI" "$count" "$seed" "$1" || status=1
    if [[ $1 == tree* ]]; then
        check_rows "$1" || status=1
        check_slapcat || status=1
    fi
    stop_slapd
    return $status
}

start_postgres
read -ra names <<<"$configurations"
read -ra sets <<<"$rule_sets"
count=$((${COUNT:-3200} / (${#names[@]} * ${#sets[@]})))
status=0
for name in "${names[@]}"; do
    for rules in "${sets[@]}"; do
        compare_writes "$name" "$rules" || { status=1; say "COUNT=$count SEED=$seed CONFIGURATIONS=$name RULES=$rules tests/oracle/writes.sh repeats it"; }
    done
done
[ $status = 0 ] || fail "writes are answered differently"
