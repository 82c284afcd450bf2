# Clients that change, rename and delete the same entries at once lose no change.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/staff.sh"
need perl
start_postgres
staff_table
start_slapd - < <(staff_conf; echo 'access to * by users write by * read')
settled
CLIENTS=${CLIENTS:-32} SECS=${SECS:-6}
expect 0 add_staff counter
expect 0 change "dn: uid=counter,ou=staff,$base" 'replace: employeeNumber' 'employeeNumber: 0'

# Each client counts in the entry "counter" (delete the value that it read, add the next), and adds, deletes and renames two
# others; it prints how often which operation succeeded, and every result that no such race explains.
# shellcheck disable=SC2016
client='
use Net::LDAP; use Time::HiRes "time";
my ($uri, $base, $end, $seed) = @ARGV;
srand $seed;
my $ldap = Net::LDAP->new($uri) or die "$@";
$ldap->bind("cn=admin,$base", password => "admin")->code and die;
my (%done, %odd);
while (time < $end) {
    my $what = int rand 4;
    my $name = "uid=" . ("a", "b")[rand 2] . ",ou=staff,$base";
    my ($code, @allowed);
    if ($what == 0) {
        my $found = $ldap->search(base => "uid=counter,ou=staff,$base", scope => "base", filter => "(uid=*)");
        my $old = $found->count == 1 ? $found->entry(0)->get_value("employeeNumber") : die "lost";
        $code = $ldap->modify("uid=counter,ou=staff,$base",
            changes => [delete => [employeeNumber => $old], add => [employeeNumber => $old + 1]])->code;
        ++$done{count} unless $code;
        @allowed = (16);
    } elsif ($what == 1) {
        $code = $ldap->add($name, attrs => [objectClass => "inetOrgPerson", sn => "s", cn => "c"])->code;
        ++$done{add} unless $code;
        @allowed = (68);
    } elsif ($what == 2) {
        $code = $ldap->delete($name)->code;
        ++$done{delete} unless $code;
        @allowed = (32);
    } else {
        my $new = $name =~ /uid=a/ ? "uid=b" : "uid=a";
        $code = $ldap->moddn($name, newrdn => $new, deleteoldrdn => 1)->code;
        ++$done{rename} unless $code;
        @allowed = (32, 68);
    }
    select undef, undef, undef, 0.1 if $code == 51; # more writers than the server gives turns to: later
    ++$odd{"$what:$code"} if $code && $code != 51 && !grep { $_ == $code } @allowed;
}
print join(" ", map { "$_=$done{$_}" } sort keys %done), "\n";
print "odd $_ $odd{$_}\n" for sort keys %odd;
'
end=$((${EPOCHSECONDS} + SECS))
for ((i = 0; i < CLIENTS; ++i)); do
    perl -e "$client" "$URI" "$base" "$end" $((RANDOM + i)) >"$T/client.$i" 2>&1 &
    jobs[i]=$!
done
for job in "${jobs[@]}"; do wait "$job" || fail "a client ended: $(cat "$T"/client.*)"; done
sum() { cat "$T"/client.* | grep -oE "\<$1=[0-9]+" | awk -F= '{ n += $2 } END { print n + 0 }'; }
say "operations that succeeded: count $(sum count), add $(sum add), delete $(sum delete), rename $(sum rename)"
same "" "$(cat "$T"/client.* | grep odd | sort | uniq -c || true)" "results that no race explains"
same "$(sum count)" "$(q "SELECT number FROM staff WHERE login = 'counter'")" "the counter"
same "$(($(sum add) - $(sum delete)))" "$(q "SELECT count(*) FROM staff WHERE login IN ('a', 'b')")" "the entries that are left"
[ "$(sum count)" -gt 20 ] && [ "$(sum add)" -gt 20 ] && [ "$(sum rename)" -gt 5 ] || fail "hardly anything was done"
