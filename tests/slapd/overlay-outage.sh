# Overlays return an error while the database is down.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com top=dc=com
mkdir "$T/mdb" "$T/below"
local_database() { # DIRECTORY SUFFIX
    printf '%s\n' 'database mdb' "suffix \"$2\"" "rootdn \"cn=local,$2\"" 'rootpw local' "directory $T/$1" 'maxsize 100000000'
}
# dc=com is local; dc=example below it is ours; ou=machines below that is local again.
{
    manager_conf | sed -e 's/^moduleload back_pgsql/&\nmoduleload back_mdb\nmoduleload sssvlv\nmoduleload dynlist/' \
        -e 's|^include .*/inetorgperson.schema|&\ninclude /etc/ldap/schema/dyngroup.schema|' \
        -e "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|" >"$T/ours.conf"
    sed '/^database pgsql/,$d' "$T/ours.conf"
    local_database below "ou=machines,$base"
    echo subordinate
    sed -n '/^database pgsql/,$p' "$T/ours.conf"
    printf '%s\n' subordinate "overlay sssvlv"
    local_database mdb $top
    cat <<END
overlay sssvlv
overlay dynlist
dynlist-attrset groupOfURLs memberURL member
access to dn.exact="cn=by group,$top" by group/groupOfNames/member.exact="cn=sysadmins,$base" read by * none
access to dn.exact="cn=by set,$top" by set="[cn=sysadmins,$base]/memberUid & user/uid" read by * none
access to * by * read
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
role() { printf '%s\n' "dn: cn=$1,$top" 'objectClass: organizationalRole' "cn: $1" ''; }
expect 0 ldapadd -x -H "$URI" -D cn=local,$top -w local < <(
    printf '%s\n' "dn: $top" 'objectClass: domain' 'dc: com' ''
    role local
    role "by group"
    role "by set"
    printf '%s\n' "dn: cn=list,$top" 'objectClass: groupOfURLs' 'cn: list' "memberURL: ldap:///$base??sub?(uid=a*)" ''
)
expect 0 ldapadd -x -H "$URI" -D "cn=local,ou=machines,$base" -w local < <(
    printf '%s\n' "dn: ou=machines,$base" 'objectClass: organizationalUnit' 'ou: machines' '')

ann=(-D "uid=ann,$base" -w ann-secret) # of sysadmins
# One connection each, made while all is well: what the client asks is read from a pipe.
cat >"$T/client.pl" <<'END'
use Net::LDAP; use Net::LDAP::Control::Sort; use Net::LDAP::Control::Paged; use Net::LDAP::Constant 'LDAP_CONTROL_PAGED';
$| = 1;
my $ldap = Net::LDAP->new($ENV{URI}) or die "cannot connect";
$ldap->bind('uid=ann,dc=example,dc=com', password => 'ann-secret')->code and die "cannot bind";
my @pages = (Net::LDAP::Control::Sort->new(order => 'uidNumber'), Net::LDAP::Control::Paged->new(size => 4));
while (<STDIN>) {
    chomp;
    my ($what, $base, $filter) = split /\t/;
    my $r = $what eq 'compare' ? $ldap->compare($base, attr => 'cn', value => $filter)
        : $ldap->search(base => $base, filter => $filter, attrs => ['member'], scope => $what eq 'base' ? 'base' : 'sub', control => $what eq 'sorted' ? \@pages : []);
    my ($page) = $r->control(LDAP_CONTROL_PAGED);
    $pages[1]->cookie($page->cookie) if $what eq 'sorted' && $page;
    printf "%d%s\n", $r->code, $what eq 'compare' ? '' : ' ' . $r->count . ' ' . scalar(map { $_->get_value('member') } $r->entries);
}
END
coproc client { URI=$URI exec perl "$T/client.pl" 2>&1; }
exec {ask}>&"${client[1]}" {answer}<&"${client[0]}" # bash keeps a coprocess from subshells
asked() { # WHAT BASE FILTER: the result code, how many entries, how many members they have
    local line
    printf '%s\t%s\t%s\n' "$@" >&"$ask"
    read -r -t 20 line <&"$answer"
    echo "$line"
}
everything() {
    asked sub $top '(objectClass=posixAccount)'
    asked sub $base '(objectClass=*)'
    asked base "cn=by group,$top" '(objectClass=*)'
    asked base "cn=by set,$top" '(objectClass=*)'
    asked sub $top '(cn=by*)'
    asked compare "cn=by group,$top" 'by group'
    asked base "cn=list,$top" '(objectClass=*)'
    asked sub $top '(member=uid=ann,dc=example,dc=com)' | cut -d ' ' -f 1
}
well='0 10 0
0 17 14
0 1 0
0 1 0
0 2 0
6
0 1 1
0'
same "$well" "$(everything)" "the answers while all is well"
same "0 4 0" "$(asked sorted $base '(objectClass=posixAccount)')" "the first sorted page"
stop_postgres
same "52" "$(asked sorted $base '(objectClass=posixAccount)' | cut -d ' ' -f 1)" "the second sorted page, with the database away"
same "$(yes 52 | head -n 8)" "$(everything | cut -d ' ' -f 1)" "the answers while the database is away"
same "0 1 0" "$(asked base "cn=local,$top" '(objectClass=*)')" "what needs no database"
start_postgres
eventually 10 search -b $base '(uid=ann)'
same "$well" "$(everything)" "the answers when the database is back"
