# Paged results (RFC 2696) return every entry, from any server with this configuration.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
q "INSERT INTO \"Users\" (\"uid\",\"uidNumber\",\"homeDirectory\",\"cn\",\"sn\",\"givenName\",\"mail\",\"userPassword\",\"createdAt\",\"updatedAt\")
   SELECT 'u' || i, 10000 + i, '/h', CASE WHEN i % 3 = 0 THEN 'Three  Blanks' ELSE 'c' || i END, 's', 'g', i || '@x', 'x', now(), now()
   FROM generate_series(1, 1200) i"
base=dc=example,dc=com
{ manager_conf; echo "sizelimit unlimited"; echo "limits dn.exact=\"uid=gus,$base\" size.pr=unlimited size.prtotal=100"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
whole() { dns -b $base "$@"; }

# The pages together are the answer without pages, whatever their size, with a critical control as well.
for filter in '(objectClass=*)' '(objectClass=posixAccount)' '(cn=three blanks)' '(|(uid=ann)(objectClass=posixGroup))' '(memberUid=ann)' \
    '(gidNumber=2005)' '(uid=nosuch)'; do
    whole=$(whole "$filter")
    for size in 1 3 499 500 501 5000; do
        [ "$size" -gt 3 ] || [ "$filter" != '(objectClass=*)' ] || continue # a thousand round trips show nothing new
        same "$whole" "$(dns -E "!pr=$size/noprompt" -b $base "$filter")" "pages of $size of $filter"
    done
done
same "uid=ann,$base" "$(dns -E pr=1/noprompt -b "uid=ann,$base")" "pages below a single entry"
expect 4 search -E pr=50/noprompt -D "uid=gus,$base" -w gus-secret -b $base '(objectClass=posixAccount)'
same 100 "$(grep -c ^dn: <<<"$OUT")" "entries of a client that may have 100 in all"
start_slapd_again() { local uri=$URI; stop_slapd; URI=$uri start_slapd "$T/slapd.conf"; }

# What a client can do with cookies, and what it cannot.
cat >"$T/pages.pl" <<'END'
use Net::LDAP; use Net::LDAP::Control::Paged; use Net::LDAP::Constant 'LDAP_CONTROL_PAGED';
my ($step, $cookie, %change) = @ARGV;
my $ldap = Net::LDAP->new($ENV{URI}) or die; 
$ldap->bind($change{dn}, password => $change{password}) if $change{dn};
my $page = Net::LDAP::Control::Paged->new(size => $change{size} // 100); $page->cookie(pack 'H*', $cookie) if $cookie;
my $r = $ldap->search(base => $change{base} // 'dc=example,dc=com', filter => $change{filter} // '(objectClass=posixAccount)',
    scope => $change{scope} // 'sub', control => [$page]);
my ($back) = $r->control(LDAP_CONTROL_PAGED);
printf "%d %d %s %s\n", $r->code, $r->count, $r->count ? ($r->entries)[0]->dn =~ /^uid=(\w+)/ : '-', $back ? unpack('H*', $back->cookie // '') : '-';
if ($change{again}) { my $q = $ldap->search(base => 'dc=example,dc=com', filter => '(uid=bob)'); printf "%d %d\n", $q->code, $q->count }
END
page() { URI=$URI perl "$T/pages.pl" "$@"; }
read -r code count _ cookie <<<"$(page first '')"
same "0 100" "$code $count" "the first page"
second=$(page next "$cookie" | cut -d ' ' -f 1-3)
same "0 100" "${second% *}" "the second page"
same "$second" "$(page next "$cookie" | cut -d ' ' -f 1-3)" "the second page, asked for again"
start_slapd_again
same "$second" "$(page next "$cookie" | cut -d ' ' -f 1-3)" "the second page, after a restart"
same "0 0 - " "$(page give-up "$cookie" size 0)" "giving up"
contains "$(page give-up "$cookie" size 0 again 1)" "0 1"
for wrong in "${cookie%??}" "${cookie}00" "00" "$(tr 0-9 1-90 <<<"${cookie:0:16}")${cookie:16}"; do
    same "53 0" "$(page wrong "$wrong" | cut -d ' ' -f 1-2)" "a cookie that was tampered with"
done
same "53 0" "$(page other "$cookie" base "ou=x,$base" | cut -d ' ' -f 1-2)" "a cookie at another base"
same "53 0" "$(page other "$cookie" filter '(objectClass=posixGroup)' | cut -d ' ' -f 1-2)" "a cookie with another filter"
same "53 0" "$(page other "$cookie" scope one | cut -d ' ' -f 1-2)" "a cookie with another scope"
same "53 0" "$(page other "$cookie" dn "uid=bob,$base" password bob-secret | cut -d ' ' -f 1-2)" "a cookie of somebody else"
same "0 1210" "$(page large '' size 2147483647 | cut -d ' ' -f 1-2)" "one page for all"
same "0 5" "$(page large '' size 2147483647 filter '(objectClass=posixGroup)' | cut -d ' ' -f 1-2)" "one page for all groups, which show their members"
echo "pgsql-timeout 4" >>"$T/slapd.conf"
start_slapd_again
same "$second" "$(page next "$cookie" | cut -d ' ' -f 1-3)" "the second page, with another time limit"
echo "pgsql-attribute users loginShell default=/bin/sh" >>"$T/slapd.conf"
start_slapd_again
same "53 0" "$(page next "$cookie" | cut -d ' ' -f 1-2)" "a cookie of another configuration"
