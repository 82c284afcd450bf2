# Every single-valued directive takes its range online, refuses other values and returns to its default.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
mkdir "$T/slapd.d"
{ echo "serverID 1"; manager_conf; echo "pgsql-cache-ttl 300"; } >"$T/slapd.conf" # which pgsql-feed and pgsql-cache-notify off need
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
expect 0 perl - "$URI" "$base" "$PROJECT/module/slapd/serving/directives.def" <<'PERL'
use strict;
use warnings;
use Net::LDAP;
my ($uri, $base, $table) = @ARGV;
my $ldap = Net::LDAP->new($uri) or die "$@\n";
$ldap->bind('cn=config', password => 'config')->code and die "bind\n";
my ($dn) = map { $_->dn } $ldap->search(base => 'cn=config', filter => "(olcSuffix=$base)", attrs => ['1.1'])->entries;

my ($directive, $attribute);
my $shown = sub { join '', $ldap->search(base => $dn, scope => 'base', filter => '(objectClass=*)', attrs => [$attribute])->entry(0)->get_value($attribute) // '' };
my $replace = sub { $ldap->modify($dn, replace => {$attribute => $_[0]}) };
sub accepted {
    my ($value) = @_;
    my $result = $replace->($value);
    die "$directive $value: ", $result->code, ' ', $result->error, "\n" if $result->code;
    die "$directive $value is shown as ", $shown->(), "\n" if $shown->() ne $value;
}
sub refused { # CODE, VALUE, what the text has to say
    my ($code, $value, $text) = @_;
    my $before = $shown->();
    my $result = $replace->($value);
    die "$directive $value: ", $result->code, ' ', $result->error, ", and not $code $text\n" if $result->code != $code || index($result->error, $text) < 0;
    die "$directive $value was refused and has an effect\n" if $shown->() ne $before;
}
my %rule = (
    on_off => sub { accepted($_) for qw(FALSE TRUE); refused(21, 'perhaps', $attribute) }, # slapd checks the syntax
    one_of => sub { my ($words) = @_; accepted($_) for split /\|/, $words; refused(80, 'nowhere', "$directive nowhere: expected one of $words") },
    decimal => sub {
        my ($least, $most, $unit) = @_;
        accepted($_) for $least, $most;
        refused(80, $_, "$directive $_: expected a number of $unit between $least and $most") for $least - 0.01, $most + 1, '1s';
    },
    whole_number => sub {
        my ($least, $most, $unit) = @_;
        accepted($_) for $least, $most;
        refused(80, $_, "$directive $_: expected a whole number of $unit between $least and $most") for $least - 1, $most + 1;
        refused(21, '1.5', $attribute);
    },
);
my $rows = 0;
open my $in, '<', $table or die "$table: $!\n";
while (<$in>) {
    my ($key, $type, $arguments) = /^DIRECTIVE\((\w+), \d+, (\w+)\((.*?)\), "/ or next;
    my $check = $rule{$type} or next;
    $directive = "pgsql-$key" =~ tr/_/-/r;
    $attribute = 'olcPg' . join '', map { ucfirst } split /_/, $key;
    my $configured = $shown->();
    $check->(map { s/^"|"$//gr } split /, /, $arguments);
    if ($configured ne '') { accepted($configured) } else {
        $ldap->modify($dn, delete => [$attribute])->code and die "$directive cannot be deleted\n";
        die "$directive is shown after its deletion\n" if $shown->() ne '';
    }
    $ldap->search(base => $base, scope => 'base', filter => '(objectClass=*)')->code and die "no search after $directive\n";
    ++$rows;
}
die "only $rows rows were read\n" if $rows < 25;
PERL
same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann, with the defaults"
