# auditlog and accesslog record writes as over back-mdb; an abandoned write blocks no other.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/overlays.sh"
need perl
start_postgres
staff_with_more

changes() { # each kind of write; two are refused
    both 0 "$(person ann 'mail: a@x' 'employeeNumber: 1')"
    both 0 "$(entry ann 'replace: description' 'description: one' - 'replace: mail' 'mail: 1@x' 'mail: 2@x' - 'delete: employeeNumber')"
    both 64 "$(entry ann 'replace: uid' 'uid: refused')"
    both 32 "$(entry nobody 'replace: sn' 'sn: refused')"
    both 0 "$(entry ann 'changetype: modrdn' 'newrdn: uid=anna' 'deleteoldrdn: 1')"
    both 0 "$(entry anna 'changetype: delete')"
}
# Times, identifiers and connections differ, and so do the entries of back-mdb that we have as containers.
comparable() {
    as_ours | sed -E 's/[0-9]{14}(\.[0-9]+)?Z/TIME/g; s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g; s/^(# .*) [0-9]+( .*) IP=.*/\1\2/; s/^(# end .*) [0-9]+/\1/
        s/^(reqSession): .*/\1/; s/cn=(ours|theirs)/cn=log/; s/(userPassword:.) .*/\1 */'
}

with_overlay auditlog '' "overlay auditlog
auditlog $T/logs/ours.ldif"
changes
audit() { sed -n '/^# add .*uid=clerk/,$p; /^dn: uid=ann/,/^# end/p' "$T/logs/$1.ldif" | comparable | grep -v '^# '; }
same "$(audit theirs)" "$(audit ours)" "the log of auditlog"
contains "$(audit ours)" $'changetype: modify\nreplace: description\ndescription: one\n-\nreplace: mail\nmail: 1@x\nmail: 2@x\n-\ndelete: employeeNumber'
same 4 "$(audit ours | grep -c '^dn: uid=ann')" "changes in the log"

for side in ours theirs; do BEFORE+="database mdb
suffix cn=$side
rootdn cn=$side
rootpw admin
directory $T/logs/$side
maxsize 10000000
"; done
with_overlay accesslog '' 'overlay accesslog
logdb cn=ours
logops writes bind
logold (objectClass=*)
logoldattr sn'
changes
logins 49 ann wrong
records() { # LOG FILTER ATTRIBUTE…
    expect 0 limited ldapsearch -x -LLL -o ldif-wrap=no -H "$URI" -D "cn=$1" -w admin -b "cn=$1" -s one "(&$2(!(reqDN=ou=staff,$theirs))(!(reqDN=$theirs)))" "${@:3}"
    comparable <<<"$OUT" | grep -v '^dn:' || true
}
for attribute in 'reqType reqDN reqResult reqAuthzID' 'reqMod reqNewRDN reqDeleteOldRDN' reqEntryUUID reqMessage; do
    # shellcheck disable=SC2086 # several attributes
    same "$(records theirs '(objectClass=auditWriteObject)' $attribute)" "$(records ours '(objectClass=auditWriteObject)' $attribute)" "$attribute"
done
contains "$(records ours '(reqType=modify)' reqMod)" $'reqMod: description:= one\nreqMod: mail:= 1@x\nreqMod: mail:= 2@x\nreqMod: employeeNumber:-'
contains "$(records ours '(reqType=delete)' reqOld)" $'reqOld: sn: ann\n'
contains "$(records ours '(reqType=add)' reqMod)" $'reqMod: userPassword:+ *\n' # no password is kept
contains "$(records ours "(&(reqType=bind)(reqDN=uid=ann,ou=staff,$base))" reqResult)" 'reqResult: 49'
same 2 "$(records ours '(&(objectClass=auditWriteObject)(!(reqResult=0)))' reqType | grep -c '^reqType: modify')" "refused writes in the log"

# The overlay has one write at a time. One that waits for a row and is abandoned does not stop the others.
both 0 "$(person ann)"
both 0 "$(person bob)"
blocked() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND wait_event_type = 'Lock'")" = 1 ]; }
coproc LOCK { "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -A -t manager 2>&1; }
echo "BEGIN; SELECT 'locked' FROM staff WHERE login = 'ann' FOR UPDATE;" >&"${LOCK[1]}"
read -r _ <&"${LOCK[0]}"
perl -MNet::LDAP -e '
    my ($uri, $base, $go) = @ARGV;
    my $ldap = Net::LDAP->new($uri, async => 1) or die "$@";
    $ldap->bind("cn=admin,$base", password => "admin")->sync;
    my $message = $ldap->modify("uid=ann,ou=staff,$base", replace => {description => "abandoned"});
    select undef, undef, undef, 0.05 until -e $go;
    $ldap->abandon($message);
    $ldap->unbind;' "$URI" "$base" "$T/go" &
client=$!
eventually 10 blocked
touch "$T/go"
wait "$client"
within 2 both 0 "$(entry bob 'replace: description' 'description: two')"
echo 'COMMIT;' >&"${LOCK[1]}"
both 0 "$(entry ann 'replace: description' 'description: three')"
same "three two" "$(note_of ann) $(note_of bob)" "the notes after an abandoned write"
# An outage: refused, recorded, and over.
stop_postgres
expect 52 limited ldapmodify -x -H "$URI" -D "cn=admin,$base" -w admin <<<"$(entry bob 'replace: description' 'description: four')"
start_postgres
eventually 10 search -b "uid=bob,ou=staff,$base" -s base 1.1
both 0 "$(entry bob 'replace: description' 'description: five')"
contains "$(records ours '(reqResult=52)' reqMod)" 'reqMod: description:= four'
