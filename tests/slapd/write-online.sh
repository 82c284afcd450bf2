# Directives about writes take effect online while clients write.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/staff.sh"
need perl
start_postgres
staff_table
q "CREATE TABLE crews (name text PRIMARY KEY, number int NOT NULL); CREATE TABLE crew_staff (crew text REFERENCES crews, login text REFERENCES staff ON DELETE CASCADE);
   GRANT SELECT, INSERT, UPDATE, DELETE ON crews, crew_staff TO ldap;
   INSERT INTO crews VALUES ('deck', 1); INSERT INTO staff SELECT 'w' || n, 'W', 'W' FROM generate_series(1, 4) n"
{
    staff_conf | grep -v '^pgsql-write'
    echo 'pgsql-kind crews container=ou=crews rdn=cn class=top,posixGroup
pgsql-list crews SELECT name AS cn, number AS "gidNumber" FROM crews
pgsql-values crews memberUid SELECT crew AS cn, login FROM crew_staff'
} >"$T/slapd.conf"
mkdir "$T/slapd.d"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
settled
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
configure() { printf '%s\n' "dn: $database" 'changetype: modify' "$@" | as_config ldapmodify; }
settings() { as_config ldapsearch -LLL -o ldif-wrap=no -s base -b "$database" | grep ^olc | sort; }
set_to() { # NAME VALUE…
    local name=olcPg$1 values=("${@:2}")
    expect 0 configure "replace: $name" "${values[@]/#/$name: }"
}
remove() { expect 0 configure "delete: olcPg$1"; } # NAME
settings >"$T/before"

# Clients that count in the notes of their entries meanwhile: each gets a result at once, and what succeeded is stored.
# shellcheck disable=SC2016
client='
use Net::LDAP; use Time::HiRes "time";
my ($uri, $base, $name, $end) = @ARGV;
my $ldap = Net::LDAP->new($uri) or die "$@";
$ldap->bind("cn=admin,$base", password => "admin")->code and die;
my ($stored, $slowest, %codes) = ("", 0);
for (my $n = 1; !-e $end; ++$n) {
    my $begin = time;
    my $code = $ldap->modify("uid=$name,ou=staff,$base", replace => {description => $n})->code;
    $slowest = time - $begin if time - $begin > $slowest;
    ++$codes{$code};
    $stored = $n unless $code;
    select undef, undef, undef, 0.01;
}
print "$name $stored ", ($slowest > 2.5 ? "slow " : ""), join(" ", sort keys %codes), "\n";'
clients=()
for n in 1 2 3 4; do
    perl -e "$client" "$URI" "$base" "w$n" "$T/end" >"$T/client.$n" 2>&1 &
    clients+=($!)
done

CODE=0
staff() { expect "$CODE" change "dn: uid=$1,ou=staff,$base" 'changetype: add' 'objectClass: inetOrgPerson' "uid: $1" 'sn: S' 'cn: C' "${@:2}"; } # NAME LINE…
describe() { expect "$CODE" change "dn: uid=$1,ou=staff,$base" 'replace: description' "description: ${2:-x}"; } # NAME TEXT
rename() { expect "$CODE" change "dn: uid=$1,ou=staff,$base" 'changetype: modrdn' "newrdn: uid=$2" 'deleteoldrdn: 1'; } # NAME NEW
discharge() { expect "$CODE" change "dn: uid=$1,ou=staff,$base" 'changetype: delete'; } # NAME
crew() { expect "$CODE" change "dn: cn=deck,ou=crews,$base" "$1: memberUid" "memberUid: $2"; } # add|delete NAME
members() { q "SELECT string_agg(login, ' ' ORDER BY login) FROM crew_staff"; }

eventually 20 begun 'RESULT tag=103 err=53' 8
CODE=53 staff ann
contains "$ERR" 'insert a row in PostgreSQL'
set_to Write 'staff operations=add,modify'
staff ann
describe ann one
CODE=53 rename ann anna
CODE=53 discharge ann
set_to Write 'staff operations=add,modify,rename,delete accept=shadowAccount'
rename ann anna
discharge anna
staff ann 'objectClass: shadowAccount'

# The value of a column, and each statement instead of the derived one: set, changed, removed.
set_to ColumnValue "staff note 'new'"
staff bob
set_to ColumnValue "staff note :sn || '!'" "staff number 7"
staff cat
remove ColumnValue
staff dan
same 'bob|new|,cat|S!|7,dan||' "$(q "SELECT string_agg(concat_ws('|', login, coalesce(note, ''), coalesce(number::text, '')), ',' ORDER BY login) FROM staff WHERE login IN ('bob', 'cat', 'dan')")" "columns of new rows"
set_to AddEntry "staff INSERT INTO staff (login, surname, shown, note) VALUES (:uid, :sn, :cn, 'one')"
staff eve
set_to AddEntry "staff INSERT INTO staff (login, surname, shown, note) VALUES (:uid, :sn, :cn, 'two')"
staff fay
remove AddEntry
staff gus
same 'one two -' "$(note_of eve) $(note_of fay) $(note_of gus)-" "notes of added rows"
for text in one two; do
    set_to ModifyEntry "staff UPDATE staff SET note = :description || ' $text' WHERE login = :key"
    describe ann x
    same "x $text" "$(note_of ann)" "the note by a statement"
done
remove ModifyEntry
describe ann plain
same plain "$(note_of ann)" "the note by a derived statement"
for text in one two; do
    set_to RenameEntry "staff UPDATE staff SET login = :uid, note = '$text' WHERE login = :key"
    rename ann anna
    same "$text" "$(note_of anna)" "the note after a rename by a statement"
    rename anna ann
done
remove RenameEntry
describe ann plain
rename ann anna
same plain "$(note_of anna)" "the note after a derived rename"
set_to DeleteEntry "staff DELETE FROM staff WHERE login = upper(:key)"
CODE=53 discharge anna
set_to DeleteEntry "staff DELETE FROM staff WHERE login = :key"
discharge anna
remove DeleteEntry
discharge bob

# Members.
CODE=53 crew add cat
set_to AddValues "crews memberUid INSERT INTO crew_staff SELECT :key, unnest(:values::text[])"
crew add cat
CODE=53 crew delete cat
set_to DeleteValues "crews memberUid DELETE FROM crew_staff WHERE crew = :key AND login = ANY (:values)"
crew delete cat
set_to AddValues "crews memberUid INSERT INTO crew_staff SELECT :key, lower(v) FROM unnest(:values::text[]) v"
crew add dan
same dan "$(members)" "the members"
remove DeleteValues
CODE=53 crew delete dan
settings >"$T/set"
touch "$T/end"
wait "${clients[@]}"
say "$(cat "$T"/client.*)"
for n in 1 2 3 4; do
    read -r name stored codes <"$T/client.$n"
    same "w$n $(note_of "w$n") 0 53" "$name $stored $codes" "what client $n stored, and its results"
    [ "$stored" -gt 20 ] || fail "client $n hardly wrote anything"
done

# What PostgreSQL refuses is accepted and reported. The derived statement does not replace it: it could delete what was to be marked.
for pair in 'AddEntry staff hal' 'ModifyEntry describe cat' 'RenameEntry rename cat kit' 'DeleteEntry discharge cat'; do
    read -r name operation <<<"$pair"
    set_to "$name" "staff UPDATE nosuch_$name SET note = 'x' WHERE login = :key"
    # shellcheck disable=SC2086 # the operation and its arguments
    CODE=53 $operation
    logged writes-unusable "nosuch_${name,,}"
    remove "$name"
done
set_to AddValues 'crews memberUid INSERT INTO nosuch SELECT unnest(:values)'
CODE=53 crew add gus
set_to AddValues "crews memberUid INSERT INTO crew_staff SELECT :key, unnest(:values::text[])"
settings >"$T/set"
# After a restart all is as it was set. Without the directives nothing can be written.
stop_slapd
start_slapd "$T/slapd.d"
settled
same "$(<"$T/set")" "$(settings)" "cn=config after a restart"
describe cat z
crew add cat
for name in Write AddValues; do remove $name; done
CODE=53 describe cat x
CODE=53 crew add gus
same "$(<"$T/before")" "$(settings)" "cn=config without the directives"
