# Entries below the entries of rows are added, changed, moved and deleted, by statements made from the tables and by configured ones.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/tree.sh"
start_postgres
tree_tables
q "CREATE SEQUENCE ids START 100; GRANT USAGE ON ids TO ldap;
   ALTER TABLE units ALTER id SET DEFAULT nextval('ids'); ALTER TABLE people ALTER id SET DEFAULT nextval('ids'); ALTER TABLE teams ALTER id SET DEFAULT nextval('ids')"
units_by_statements() {
    cat <<'END'
pgsql-add-entry units INSERT INTO units (parent, name, note) VALUES (:parent, :ou, :description)
pgsql-modify-entry units UPDATE units SET note = :description WHERE id = :key
pgsql-rename-entry units UPDATE units SET parent = :parent, name = :ou WHERE id = :key
pgsql-delete-entry units DELETE FROM units WHERE id = :key
END
}
configure() { # the directives for units
    tree_conf
    "$1"
    cat <<'END'
pgsql-write users operations=add,modify,rename,delete accept=account
pgsql-write groups operations=add,modify,rename,delete
pgsql-add-values groups memberUid INSERT INTO members SELECT :key, id FROM people WHERE login = ANY(:values)
pgsql-delete-values groups memberUid DELETE FROM members WHERE team = :key AND person IN (SELECT id FROM people WHERE login = ANY(:values))
END
}
derived() { echo "pgsql-write units operations=add,modify,rename,delete"; }
as_admin() { "$1" -x -H "$URI" -D "cn=admin,$base" -w admin "${@:2}"; }
rename() { expect "${CODE:-0}" as_admin ldapmodrdn -r "${@:3}" "$1,$base" "$2"; } # DN RDN [OPTION…]
move() { rename "$1" "$2" -s "$3"; }                                              # DN RDN PARENT
remove() { expect "${CODE:-0}" as_admin ldapdelete "$1,$base"; }                  # DN
change() { expect "${CODE:-0}" as_admin ldapmodify <<<"$(printf '%s\n' "$@")"; }
add_unit() { change "dn: ou=$1,$2" 'changetype: add' 'objectClass: organizationalUnit' "ou: $1" "description: $1"; }
add_user() { # NAME PARENT NUMBER
    change "dn: uid=$1,$2" 'changetype: add' 'objectClass: inetOrgPerson' 'objectClass: posixAccount' "uid: $1" "cn: $1" "sn: $1" \
        "uidNumber: $3" "gidNumber: $3" "homeDirectory: /home/$1"
}
unit() { q "SELECT coalesce(p.name, '-') || '/' || u.name FROM units u LEFT JOIN units p ON p.id = u.parent WHERE u.name = '$1'"; }
uuid() { search -b "$base" "$1" entryUUID | sed -n 's/^entryUUID: //p'; }

for units in derived units_by_statements; do
    configure "$units" >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    settled
    not_logged writes-unusable

    add_unit new "ou=bremen,$base"
    same 'Bremen/new' "$(unit new)" "the row of a new unit"
    add_user zoe "ou=new,ou=bremen,$base" 5000
    add_user top "$base" 5001
    same 'new|' "$(q "SELECT u.name FROM people p LEFT JOIN units u ON u.id = p.unit WHERE login IN ('zoe', 'top') ORDER BY login DESC" | paste -sd '|')" "the parents of new users"
    change "dn: cn=team,ou=new,ou=bremen,$base" 'changetype: add' 'objectClass: posixGroup' 'cn: team' 'gidNumber: 5002' 'memberUid: zoe' 'memberUid: ann'
    same 2 "$(q "SELECT count(*) FROM members m JOIN teams t ON t.id = m.team WHERE t.name = 'team'")" "members of a group whose key the database assigns"
    CODE=68 add_unit NEW "ou=bremen,$base"
    CODE=32 add_unit deep "ou=nowhere,ou=bremen,$base"
    contains "$ERR" "ou=Bremen,$base"
    CODE=53 add_unit deep "uid=zoe,ou=new,ou=bremen,$base"
    change "dn: ou=new,ou=bremen,$base" 'replace: description' 'description: changed'
    same changed "$(q "SELECT note FROM units WHERE name = 'new'")" "the changed unit"
    change "dn: uid=zoe,ou=new,ou=bremen,$base" 'replace: objectClass' 'objectClass: account' 'objectClass: posixAccount'

    id=$(uuid '(uid=zoe)')
    rename "ou=new,ou=bremen" ou=newer
    move "ou=newer,ou=bremen" ou=newest "ou=berlin,$base"
    same 'berlin/newest' "$(unit newest)" "a unit that was renamed and moved"
    same "cn=team,ou=newest,ou=berlin,$base ou=newest,ou=berlin,$base uid=zoe,ou=newest,ou=berlin,$base" "$(dns -b "ou=newest,ou=berlin,$base" | paste -sd ' ')" "what moved with it"
    same "$id" "$(uuid '(uid=zoe)')" "the entryUUID after the move"
    move "uid=zoe,ou=newest,ou=berlin" uid=zoe "$base"
    move "uid=zoe" uid=zoey "ou=newest,ou=berlin,$base"
    same newest "$(q "SELECT u.name FROM people p JOIN units u ON u.id = p.unit WHERE login = 'zoey'")" "a user moved to the top and back"
    same "$id" "$(uuid '(uid=zoey)')" "the entryUUID after moves and a new name"
    move "ou=newest,ou=berlin" ou=newest "ou=berlin,$base" # no move
    CODE=53 move "ou=berlin" ou=berlin "ou=newest,ou=berlin,$base"
    CODE=32 move "uid=ann,ou=bremen" uid=ann "ou=nowhere,$base"
    CODE=53 move "uid=ann,ou=bremen" uid=ann "uid=boss,$base"
    CODE=68 move "ou=steintor,ou=berlin" ou=steintor "ou=bremen,$base"

    CODE=66 remove "ou=berlin"
    CODE=66 remove "ou=newest,ou=berlin"
    remove "cn=team,ou=newest,ou=berlin"
    CODE=66 remove "ou=newest,ou=berlin"
    remove "uid=zoey,ou=newest,ou=berlin"
    remove "ou=newest,ou=berlin"
    remove "uid=top"
    CODE=32 remove "ou=newest,ou=berlin"
    CODE=32 expect 32 search -b "ou=newest,ou=berlin,$base"
    stop_slapd
done

# Access rules at the parents are those of slapd.
{
    configure derived
    cat <<END
access to dn.subtree="ou=bremen,$base" by dn.exact="uid=boss,$base" write by * none
access to dn.base="ou=mine,$base" attrs=ou by dn.exact="uid=boss,$base" write by * none
access to dn.base="$base" attrs=children by dn.exact="uid=boss,$base" write by * none
access to attrs=userPassword by * auth
access to * by dn.exact="uid=boss,$base" read by * none
END
} >"$T/slapd.conf"
q "UPDATE people SET pass = '$(slappasswd -h {SSHA} -s boss)' WHERE login = 'boss'"
start_slapd "$T/slapd.conf"
settled
as_admin() { "$1" -x -H "$URI" -D "uid=boss,$base" -w boss "${@:2}"; }
add_unit mine "ou=bremen,$base"
CODE=50 add_unit mine "ou=berlin,$base"
CODE=50 move "ou=mine,ou=bremen" ou=mine "ou=berlin,$base"
CODE=50 move "uid=bea,ou=berlin" uid=bea "ou=bremen,$base"
move "ou=mine,ou=bremen" ou=mine "$base"
same '-/mine' "$(unit mine)" "moved where the rules allow it"
CODE=50 remove "ou=mine"
stop_slapd

# What would leave entries without a place is refused: another key, too many levels; so is another row.
sed -i '/^access/d' "$T/slapd.conf"
q "ALTER TABLE teams ALTER id DROP DEFAULT; INSERT INTO units SELECT n, nullif(n - 1, 199), 'd' || n FROM generate_series(200, 231) n; INSERT INTO units VALUES (300, NULL, 'two'), (301, 300, 'levels')
   ; CREATE FUNCTION other_key() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.id := NEW.id + 1000; RETURN NEW; END'"
start_slapd "$T/slapd.conf"
settled
as_admin() { "$1" -x -H "$URI" -D "cn=admin,$base" -w admin "${@:2}"; }
deep=$base
for n in {200..230}; do deep=ou=d$n,$deep; done
CODE=53 move "ou=two" ou=two "$deep"
contains "$OUT" 'too deep'
move "ou=levels,ou=two" ou=levels "$deep"
q 'CREATE TRIGGER other_key BEFORE UPDATE ON units FOR EACH ROW EXECUTE FUNCTION other_key()'
CODE=53 rename "ou=two" ou=three
contains "$OUT" 'another row, or the key of this one'
