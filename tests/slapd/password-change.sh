# Users and administrators change passwords by RFC 3062; every other change is refused.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q 'GRANT UPDATE ("userPassword", "updatedAt") ON "Users" TO ldap' >/dev/null
change_conf() {
    manager_conf
    cat <<'END_OF_CONF'
pgsql-timeout 60
pgsql-hash-timeout 60
pgsql-password-change users
  UPDATE "Users" SET "userPassword" = ?, "updatedAt" = now() WHERE "uid" = ? AND "userPassword" = ?
pgsql-login-filter users username IN (SELECT "uid" FROM "Users" WHERE "status" = 'active')
access to attrs=userPassword by set="[cn=sysadmins,dc=example,dc=com]/memberUid & user/uid" write by self =xw by * auth
access to * by * read
END_OF_CONF
}
start_slapd - < <(change_conf; echo 'pgsql-password-hash m=2048 t=3 p=4') # the cost by default would take half a second each time
bind() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$2"; }
passwd() { # ldappasswd, with the result code as its status
    local out status=0
    out=$(ldappasswd -x -H "$URI" "$@") || status=$?
    echo "$out"
    [[ ! $out =~ ^Result:.*\(([0-9]+)\) ]] || status=${BASH_REMATCH[1]}
    return "$status"
}
as() { local who=$1 password=$2; shift 2; passwd -D "uid=$who,$base" -w "$password" "$@"; }
hash_of() { q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = '$1'"; }

# The user's own password: a login suffices, and an old password must be right.
expect 0 as bob bob-secret -s bob-new
expect 49 bind bob bob-secret
expect 0 bind bob bob-new
log_has "pgsql password dn=\"uid=bob,$base\" by=\"uid=bob,$base\" outcome=changed"
hash=$(hash_of bob)
like_hash() { [[ $2 =~ ^\$argon2id\$v=19\$m=$1,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$ ]] || fail "not a hash as the manager makes them: $2"; }
like_hash 2048 "$hash"
[ "$(q "SELECT \"updatedAt\" > now() - interval '1 minute' FROM \"Users\" WHERE \"uid\" = 'bob'")" = t ] || fail "updatedAt was not set"
expect 0 as carl carl-secret -a carl-secret -s "carl's \"new\" {SSHA} \$1 Paßwort"
expect 0 bind carl "carl's \"new\" {SSHA} \$1 Paßwort"
expect 49 as bob bob-new -a bob-secret -s other
contains "$OUT" "the old password is wrong"
expect 0 bind bob bob-new
expect 0 as gus gus-secret -a gus-secret -s gus-new "uid=gus,$base" # {SSHA}, which slapd checks; named as SSSD does
expect 0 bind gus gus-new

# Without a new one slapd makes one.
expect 0 as gus gus-new
generated=$(sed -n 's/^New password: //p' <<<"$OUT")
[ ${#generated} -ge 8 ] || fail "no password was generated: $OUT"
expect 0 bind gus "$generated"

# Of others: who may write, which bob may as a member of sysadmins, and the rootdn.
expect 0 as bob bob-new -s hal-new "uid=hal,$base"
expect 0 bind hal hal-new
expect 50 as carl "carl's \"new\" {SSHA} \$1 Paßwort" -s x "uid=hal,$base"
expect 50 as carl "carl's \"new\" {SSHA} \$1 Paßwort" -a hal-new -s x "uid=hal,$base" # knowing it is not enough
expect 0 passwd -D "cn=admin,$base" -w admin -s dora-new "uid=dora,$base"
expect 49 bind dora dora-new # she is suspended
expect 0 as bob bob-new "uid=gus,$base"
lacks "$(<"$T/slapd.log")" "$(sed -n 's/^New password: //p' <<<"$OUT")"

# Suspended meanwhile, though still logged in: that connection changes nothing.
perl -MNet::LDAP -MNet::LDAP::Extension::SetPassword -e '
    my ($uri, $base, $wait) = @ARGV;
    my $ldap = Net::LDAP->new($uri);
    $ldap->bind("uid=fay,$base", password => "fay-secret")->code and die "fay cannot log in";
    system("$wait") == 0 or die;
    exit $ldap->set_password(newpasswd => "fay-new")->code;' "$URI" "$base" \
    "$POSTGRES_BIN/psql -h $T/pg -p $PGPORT -U postgres -X -q manager -c \"UPDATE \\\"Users\\\" SET status = 'suspended' WHERE uid = 'fay'\"" || [ $? = 50 ] || fail "fay's change was not refused with 50"
contains "$(hash_of fay)" '$y$j9T$feno'

# Nobody there, nothing to change.
expect 32 as bob bob-new -s x "uid=nosuch,$base"
expect 16 as bob bob-new -s x "$base"
expect 53 as bob bob-new -s x "cn=devs,$base"
expect 8 passwd -s x "uid=bob,$base"
expect 0 bind bob bob-new
modify() { printf '%s\n' "dn: uid=bob,$base" "changetype: modify" "$@" | ldapmodify -x -H "$URI" -D "cn=admin,$base" -w admin; }
expect 53 modify "replace: userPassword" "userPassword: x"
contains "$ERR" "only passwords can be changed here"
expect 53 modify "replace: mail" "mail: x@example.com"
expect 53 modify "add: description" "description: x" "-" "replace: userPassword" "userPassword: x"
expect 0 bind bob bob-new

# A second change at the same moment, here when both wait for the row: of two, one is told that the other was quicker.
q "BEGIN; SELECT FROM \"Users\" WHERE \"uid\" = 'bob' FOR UPDATE; SELECT pg_sleep(60)" >/dev/null 2>&1 &
sessions() { q "SELECT count($1) FROM pg_stat_activity WHERE $2"; }
holds() { [ "$(sessions '*' "wait_event = 'PgSleep'")" = 1 ]; }
both_wait() { [ "$(sessions '*' "usename = 'ldap' AND wait_event_type = 'Lock'")" = 2 ]; }
eventually 10 holds
as bob bob-new -s bob-1 >"$T/1" 2>&1 & first=$!
as bob bob-new -s bob-2 >"$T/2" 2>&1 & second=$!
eventually 40 both_wait
sessions 'pg_terminate_backend(pid)' "wait_event = 'PgSleep'" >/dev/null
codes=
for job in $first $second; do
    code=0
    wait $job || code=$?
    codes+=" $code"
done
[[ $codes == " 0 51" || $codes == " 51 0" ]] || fail "results of two changes at once:$codes"
contains "$(<"$T/1")$(<"$T/2")" "changed concurrently"
winner=1
[[ $codes == " 0 51" ]] || winner=2
expect 0 bind bob bob-$winner

# What the database does not accept.
q "ALTER TABLE \"Users\" ADD CONSTRAINT no_argon CHECK (\"uid\" <> 'jan' OR \"userPassword\" NOT LIKE '\$argon%')"
expect 19 as jan jan-secret -s jan-new
log_has 'outcome=refused reason="ERROR:'
expect 0 bind jan jan-secret

# Nothing secret in the log, be it asked for everything.
for secret in bob-new bob-1 hal-new dora-new jan-new '$argon2id$v=19$m='; do lacks "$(<"$T/slapd.log")" "$secret"; done

# The cost by default is the manager's.
stop_slapd
start_slapd - < <(change_conf)
expect 0 as bob bob-$winner -s bob-default
like_hash 65536 "$(hash_of bob)"
expect 0 bind bob bob-default
expect 0 as bob bob-default -s bob-$winner
lacks "$(<"$T/slapd.log")" '$argon2id$v=19$m='

# Without the directive: words.
stop_slapd
start_slapd - < <(manager_conf)
expect 53 as bob bob-$winner -s x
contains "$OUT" "password changes need pgsql-password-change"
expect 53 as bob bob-$winner -a bob-$winner -s x
contains "$OUT" "password changes need pgsql-password-change"
expect 0 bind bob bob-$winner
