# An invalid page size or cookie is refused and does not harm the connection.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
manager_conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
one=$URI

# Two more servers: one configured the same way, and one that is not.
start_other() { # CONF
    local port
    free_port port
    setpriv --pdeathsig TERM -- "${PRELOAD[@]}" slapd -h "ldap://127.0.0.1:$port" -f "$1" -d none >>"$T/slapd.log" 2>&1 &
    other=ldap://127.0.0.1:$port
    eventually 20 ldapsearch -x -H "$other" -b '' -s base
}
sed "s|$T/slapd.|$T/same.|" "$T/slapd.conf" >"$T/same.conf"
start_other "$T/same.conf"
same_server=$other
{ sed "s|$T/slapd.|$T/different.|" "$T/slapd.conf"; echo 'pgsql-attribute users loginShell default=/bin/sh'; } >"$T/different.conf"
start_other "$T/different.conf"
different_server=$other

cat >"$T/client.pl" <<'END_OF_PERL'
use strict; use warnings;
use Net::LDAP; use Net::LDAP::Control; use Net::LDAP::Constant 'LDAP_CONTROL_PAGED'; use Net::LDAP::ASN qw(realSearchControlValue);
{ package Raw; our @ISA = 'Net::LDAP::Control'; sub init { $_[0] } } # whose value is not put right
my ($one, $same, $different, @psql) = @ARGV;
my %at = map { $_ => Net::LDAP->new($_) || die "no answer at $_" } $one, $same, $different;
my $base = 'dc=example,dc=com';
my $failed = 0;
# What a page of the users is answered with: the result, the number of entries, and the next cookie.
sub page {
    my ($server, %with) = @_;
    my $value = exists $with{value} ? $with{value} : $realSearchControlValue->encode(size => $with{size} // 3, cookie => $with{cookie} // '');
    my $control = Raw->new(type => LDAP_CONTROL_PAGED, critical => $with{critical} // 1, defined $value ? (value => $value) : ());
    my $r = $at{$server}->search(base => $with{base} // $base, scope => $with{scope} // 'sub', filter => $with{filter} // '(objectClass=posixAccount)',
        sizelimit => $with{limit} // 0, attrs => $with{attrs} // ['1.1'], control => [$control]);
    my ($back) = grep { $_->type eq LDAP_CONTROL_PAGED } $r->control;
    return ($r->code, $r->count, $back ? $back->cookie : undef);
}
sub lives { # the connection is good for another search
    my ($server, $what) = @_;
    my $r = $at{$server}->search(base => $base, filter => '(uid=bob)', attrs => ['1.1']);
    return if $r->code == 0 && $r->count == 1;
    print "the connection after $what: ", $r->code, ' ', $r->error, "\n";
    $failed = 1;
    $at{$server} = Net::LDAP->new($server) or die "the server is gone after $what\n";
}
sub expect {
    my ($what, $expected, $server, @with) = @_;
    my ($code, $count) = page($server, @with);
    print("$what: $code $count, not $expected\n"), $failed = 1 if "$code $count" ne $expected;
    lives($server, $what);
}

my (undef, undef, $cookie) = page($one);
die "no cookie to try with\n" if !defined $cookie || $cookie eq '';

# Sizes.
expect('a page of none', '0 0', $one, size => 0);
expect('pages of one', '0 1', $one, size => 1);
expect('a page of 2^31-1', '0 10', $one, size => 2147483647);
expect('a page of 2^31-1 behind the first', '0 7', $one, size => 2147483647, cookie => $cookie);
expect('a page of -1', '2 0', $one, size => -1);
expect('a page of -2^31', '2 0', $one, size => -2147483648);
expect('a page of -1 behind the first', '2 0', $one, size => -1, cookie => $cookie);
expect('no page any more', '0 0', $one, size => 0, cookie => $cookie);

# What is no control value.
for my $value (undef, '', "\x30", "\x30\x80", 'x', "\x30\x03\x02\x01\x03", "\x30\x0b\x02\x09\x01" . "\0" x 8, "\x30\x84\xff\xff\xff\xff\x02\x01\x03") {
    my ($code) = page($one, value => $value);
    my $hex = defined $value ? unpack 'H*', $value : 'none';
    print("control value $hex: result $code\n"), $failed = 1 if $code != 2;
    lives($one, "control value $hex");
}

# Cookies that were cut, grown or changed, in every byte; and others that never were one.
my $refused = '53 0';
expect("a cookie without its last $_ bytes", $_ == length $cookie ? '0 3' : $refused, $one, cookie => substr $cookie, 0, length($cookie) - $_) for 1 .. length $cookie;
expect("a cookie without its first $_ bytes", $refused, $one, cookie => substr $cookie, $_) for 1 .. length($cookie) - 1;
expect("a cookie with $_ bytes more", $refused, $one, cookie => $cookie . "\0" x $_) for 1, 2, 16, 4096;
expect("a cookie with bytes before it", $refused, $one, cookie => "\0$cookie");
expect("a cookie with byte $_ changed", $refused, $one, cookie => $cookie ^ ("\0" x $_ . "\1" . "\0" x (length($cookie) - $_ - 1))) for 0 .. length($cookie) - 1;
expect('a cookie of zeros', $refused, $one, cookie => "\0" x length $cookie);
expect('a cookie twice', $refused, $one, cookie => $cookie x 2);
expect('the cookie of back-mdb', $refused, $one, cookie => pack 'Q', 3);
srand 1;
expect('a cookie of noise', $refused, $one, cookie => join '', map { chr rand 256 } 1 .. 1 + rand 200) for 1 .. 200;

# Cookies of other requests. The base may be spelled otherwise, the attributes are nothing that a cookie has to do with.
expect('the same base', '0 3', $one, cookie => $cookie, base => 'DC=Example, dc=COM', attrs => ['*', '+']);
expect('another base', $refused, $one, cookie => $cookie, base => "ou=people,$base");
expect('a base below', $refused, $one, cookie => $cookie, base => "uid=ann,$base");
expect('another filter', $refused, $one, cookie => $cookie, filter => '(objectClass=*)');
expect('another scope', $refused, $one, cookie => $cookie, scope => 'children');

# Cookies of another user, and of none.
my $bob = Net::LDAP->new($one);
$bob->bind("uid=bob,$base", password => 'bob-secret')->code and die "bob cannot log in\n";
$at{bob} = $bob;
my (undef, undef, $bobs) = page('bob');
expect("bob's own cookie", '0 3', 'bob', cookie => $bobs);
expect("a cookie of nobody's for bob", $refused, 'bob', cookie => $cookie);
expect("bob's cookie for nobody", $refused, $one, cookie => $bobs);

# Cookies of other servers.
expect('a cookie at a server configured the same', '0 3', $same, cookie => $cookie);
expect('a cookie at a server configured otherwise', $refused, $different, cookie => $cookie);
expect('its cookie here', $refused, $one, cookie => (page($different))[2]);

# Two searches by pages on one connection do not disturb each other, nor does one that is given up.
my (undef, undef, $groups) = page($one, filter => '(objectClass=posixGroup)', size => 2);
expect('pages in between', '0 3', $one, cookie => $cookie);
expect('the other pages', '0 2', $one, cookie => $groups, filter => '(objectClass=posixGroup)', size => 2);
expect('giving one up', '0 0', $one, size => 0, cookie => $groups, filter => '(objectClass=posixGroup)');
expect('the other one', '0 3', $one, cookie => $cookie);

# Rows that come and go between two pages: the place where the first page ended is a name, not a row.
sub sql { system(@psql, @_) == 0 or die "psql: $?" }
sql(q{UPDATE "Users" SET "uid" = 'zed' WHERE "uid" = 'carl'});
expect('the second page, when the last row of the first is gone', '0 3', $one, cookie => $cookie);
sql(q{UPDATE "Users" SET "uid" = 'bobby' WHERE "uid" = 'zed'});
my ($code, $count, $rest) = page($one, cookie => $cookie, size => 100);
print("the rest without a row before it: $code $count\n"), $failed = 1 if "$code $count" ne '0 7';
sql(q{DELETE FROM "UserGroups"}, '-c', q{DELETE FROM "Users"});
($code, $count, $rest) = page($one, cookie => $cookie);
print("the rest of nothing: $code $count\n"), $failed = 1 if "$code $count" ne '0 0' || $rest ne '';
exit $failed;
END_OF_PERL
same "" "$(perl "$T/client.pl" "$one" "$same_server" "$different_server" \
    "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -v ON_ERROR_STOP=1 manager -c 2>&1)" "what went wrong"
