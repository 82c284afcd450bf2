# slapo-sssvlv sorts entries (RFC 2891), pages and list views as over back-mdb.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/mdb.sh"
need perl
start_postgres
base=dc=example,dc=com
q "INSERT INTO \"Users\" (\"uid\",\"uidNumber\",\"homeDirectory\",\"cn\",\"sn\",\"givenName\",\"mail\",\"userPassword\",\"createdAt\",\"updatedAt\")
   SELECT 'u' || i, 10000 + i, '/h', 'C ' || i * 7919 % 97, 'S' || i % 5, 'g', i || '@x', 'x', now(), now() FROM generate_series(1, 90) i"
sssvlv() { printf '%s\n' 'overlay sssvlv' 'sizelimit unlimited'; }
{ manager_conf | sed 's/^moduleload back_pgsql/&\nmoduleload back_mdb\nmoduleload sssvlv/'; sssvlv; twin_conf; sssvlv; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
fill_twin

# Ties are in the order in which the entries were found, which is each database's own: the keys here leave none.
alike -E '!sss=uidNumber' '(objectClass=posixAccount)' uid
same "ann bob carl" "$(sed -n 's/^uid: //p' <<<"$OUT" | head -n 3 | xargs)" "the first users by number"
alike -E '!sss=-uidNumber' '(objectClass=posixAccount)' uid
same "u90 u89 u88" "$(sed -n 's/^uid: //p' <<<"$OUT" | head -n 3 | xargs)" "the first users by descending number"
alike -E '!sss=cn:caseIgnoreOrderingMatch/-uidNumber' '(objectClass=posixAccount)' 1.1 # by what is not asked for
alike -E '!sss=sn:caseIgnoreOrderingMatch/-cn:caseIgnoreOrderingMatch/uidNumber' '(objectClass=posixAccount)'
alike -E '!sss=gidNumber/cn:caseIgnoreOrderingMatch' '(objectClass=posixGroup)'
alike -E '!sss=memberUid:caseIgnoreOrderingMatch/gidNumber' '(&(objectClass=posixGroup)(memberUid=*))' # the least of several
alike -E '!sss=uidNumber' '(|(objectClass=dcObject)(uid=ann))' 1.1 # an entry without the key is the last
same "$base" "$(sed -n 's/^dn: //p' <<<"$OUT" | tail -n 1)" "the entry without a number"
alike -E '!sss=uidNumber' '(uid=nosuch)'
alike -E '!sss=uid' '(objectClass=posixAccount)' # has no order of its own
contains "$OUT" "No ordering rule"
alike -E '!sss=uidNumber' -z 5 '(objectClass=posixAccount)' 1.1
alike -s base -E '!sss=uidNumber' 1.1
alike -s one -E '!sss=uidNumber' '(uidNumber>=10050)' 1.1

# The rest takes several searches on a connection. The overlay still calls a list busy for a moment after the answer.
cat >"$T/lists.pl" <<'END'
use Net::LDAP; use Net::LDAP::Control::Sort; use Net::LDAP::Control::Paged; use Net::LDAP::Control::VLV;
use Net::LDAP::Constant qw(LDAP_CONTROL_PAGED LDAP_CONTROL_VLVRESPONSE LDAP_BUSY);
my ($what, $base, $size) = @ARGV;
my $ldap = Net::LDAP->new($ENV{URI}) or die "cannot connect";
my $sort = Net::LDAP::Control::Sort->new(order => '-uidNumber', critical => 1);
my $list = $what eq 'pages' ? Net::LDAP::Control::Paged->new(size => $size, critical => 1)
    : Net::LDAP::Control::VLV->new(before => 1, after => 2, content => 0, offset => 1, critical => 1);
sub part {
    my $r;
    for (1 .. 50) {
        $r = $ldap->search(base => $base, filter => '(objectClass=posixAccount)', attrs => ['uid'], control => [$sort, $list]);
        last if $r->code != LDAP_BUSY;
        select undef, undef, undef, 0.02;
    }
    printf '%d:%s', $r->code, join '', map { ' ' . $_->get_value('uid') } $r->entries;
    my ($answer) = $r->control($what eq 'pages' ? LDAP_CONTROL_PAGED : LDAP_CONTROL_VLVRESPONSE);
    if ($what eq 'pages') {
        print "\n";
        return $answer ? $answer->cookie : '';
    }
    $answer ? printf " (%d of %d, %d)\n", $answer->target, $answer->content, $answer->result : print "\n";
    $list->response($answer) if $answer;
}
if ($what eq 'pages') {
    while (length(my $cookie = part())) { $list->cookie($cookie) }
} else {
    part();
    for (50, 99, 100, 101) { $list->offset($_); part() }
    for (qw(10091 10090 10042 9999 2005 1)) { $list->assert($_); part() }
}
END
lists() { URI=$URI perl "$T/lists.pl" "$@" 2>&1; }

# Sorted and paged (RFC 2696) at once.
for size in 1 7 50 99 100 101; do
    OUT=$(lists pages $base $size)
    same "$(lists pages dc=example,dc=org $size)" "$OUT" "sorted pages of $size"
    same "$(((100 + size - 1) / size)) 100" "$(wc -l <<<"$OUT") $(grep -o ' [a-z]' <<<"$OUT" | wc -l)" "sorted pages of $size and their entries"
done
same "0: u90 u89 u88 u87" "$(lists pages $base 4 | head -n 1)" "the first of the sorted pages"

# Views of a list (draft-ietf-ldapext-ldapv3-vlv), by position and by value.
OUT=$(lists views $base)
same "$(lists views dc=example,dc=org)" "$OUT" "views"
contains "$OUT" "0: u42 u41 u40 u39 (50 of 100, 0)"
