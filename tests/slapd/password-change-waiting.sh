# Password changes queue with the logins and survive the removal of their database.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
# argon2id of "costly": 64 MiB, 4 passes
expensive='$argon2id$v=19$m=65536,t=4,p=1$c2FsdHNhbHQ$vIxPeH1uy8z2tYOsh1BKf+YhCJmGIezgO5AEe7zzdRE'
q "GRANT UPDATE ON \"Users\" TO ldap;
   INSERT INTO \"Users\" SELECT 5000 + n, 'u' || n, 2001, '/home/u' || n, '/bin/sh', 'U', 'U', 'U', 'u' || n || '@x', NULL,
   '$expensive', 'active', NULL, NULL, now(), now() FROM generate_series(1, 60) n"
{
    manager_conf | sed -e '1i threads 4' -e 's/^moduleload back_pgsql/&\nmoduleload ppolicy/'
    cat <<'END_OF_CONF'
pgsql-hash-threads 1
pgsql-hash-timeout 100
pgsql-password-change users UPDATE "Users" SET "userPassword" = $1 WHERE "uid" = $2 AND "userPassword" = $3
access to attrs=userPassword by self =xw by * auth
access to * by * read
overlay ppolicy
END_OF_CONF
} >"$T/slapd.conf"
mkdir "$T/slapd.d"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "slaptest: $(<"$T/slaptest.log")"
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')

# Logins that keep the one thread at work, until they are told to end.
crowd() {
    perl -MNet::LDAP -e '
        my ($uri, $base, $count) = @ARGV;
        my @ldap = map { Net::LDAP->new($uri, async => 1) or die "$@\n" } 1 .. $count;
        $ldap[$_ - 1]->bind("uid=u$_,$base", password => "costly") for 1 .. $count;
        sleep 60' "$URI" "$base" "$1" 2>>"$T/perl.log" &
    CROWD=$!
    eventually 30 grep -q "BIND dn=\"uid=u$1,$base\" method" "$T/slapd.log"
}
leave() { kill "$CROWD"; wait "$CROWD" 2>/dev/null || true; : >"$T/slapd.log"; }
# Bob is logged in before; prints the result of his change, its status is 0.
change() { # OLD NEW FILE
    perl -MNet::LDAP -MNet::LDAP::Extension::SetPassword -e '
        my ($uri, $base, $old, $new, $ready) = @ARGV;
        my $ldap = Net::LDAP->new($uri) or die "$@\n";
        $ldap->bind("uid=bob,$base", password => $old)->code and die "bob cannot log in\n";
        open my $file, ">", "$ready.new"; close $file; rename "$ready.new", $ready;
        until (-e "$ready.go") { select undef, undef, undef, 0.02 }
        my $done = $ldap->set_password(oldpasswd => $old, newpasswd => $new);
        print $done->code, " ", $done->error, "\n"' "$URI" "$base" "$1" "$2" "$3" >"$3.out" 2>&1 &
    eventually 10 test -e "$3"
}
go() { touch "$1.go"; eventually 10 grep -q "PASSMOD" "$T/slapd.log"; }
finished() { [ -s "$1.out" ]; }

# One waits, as many as there are threads for; another one is told to come again. Searches and cheap logins go on.
change bob-secret bob-new "$T/first"
change bob-secret bob-other "$T/second"
crowd 60
touch "$T/first.go" "$T/second.go"
either() { finished "$T/first" || finished "$T/second"; }
eventually 10 either
told=second waits=first new=bob-new
if finished "$T/first"; then told=first waits=second new=bob-other; fi
same "51 too many workers wait for password checks" "$(<"$T/$told.out")" "one change"
expect 0 search -b $base '(uid=ann)'
if finished "$T/$waits"; then fail "the other change did not wait: $(<"$T/$waits.out")"; fi
leave
eventually 20 finished "$T/$waits"
contains "$(<"$T/$waits.out")" "0 "
eventually 20 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w $new

# The time is up. One check lasts longer than that: of many short ones the last could end just in time for the change.
q "UPDATE \"Users\" SET \"userPassword\" = replace(\"userPassword\", 't=4,', 't=30,') WHERE \"uidNumber\" > 5000" >/dev/null
printf '%s\n' "dn: $database" "changetype: modify" "replace: olcPgHashTimeout" "olcPgHashTimeout: 0.5" | as_config ldapmodify >/dev/null
change $new bob-newer "$T/third"
crowd 60
go "$T/third"
eventually 15 finished "$T/third"
contains "$(<"$T/third.out")" "51 password check not started"
leave
eventually 20 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w $new # once the check under way has ended

q "UPDATE \"Users\" SET \"userPassword\" = replace(\"userPassword\", 't=30,', 't=4,') WHERE \"uidNumber\" > 5000" >/dev/null

# The database goes.
printf '%s\n' "dn: $database" "changetype: modify" "replace: olcPgHashTimeout" "olcPgHashTimeout: 100" | as_config ldapmodify >/dev/null
change $new bob-newest "$T/fourth"
crowd 60
changes=$(grep -c " PASSMOD" "$T/slapd.log" || true)
go "$T/fourth"
eventually 10 begun " PASSMOD" $((changes + 1))
within 15 expect 0 as_config ldapdelete "olcOverlay={0}ppolicy,$database"
within 15 expect 0 as_config ldapdelete "$database"
eventually 10 finished "$T/fourth"
grep -qE '^(51|52) ' "$T/fourth.out" || fail "the change that lost its database got $(<"$T/fourth.out")"
leave
expect 32 search -b $base
