# Every control has the effect on searches and compares that it has with back-mdb.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/mdb.sh"
need perl
start_postgres
over() { printf '%s\n' 'overlay sssvlv' 'overlay deref' 'overlay ppolicy'; }
mkdir "$T/other"
{
    manager_conf | sed 's/^moduleload back_pgsql/&\nmoduleload back_mdb\nmoduleload sssvlv\nmoduleload deref\nmoduleload ppolicy\nmoduleload syncprov/
        s/"userPassword" AS password/&, '"'cn=devs,dc=example,dc=com'"' AS "seeAlso"/'
    printf '%s\n' 'pgsql-kind rules rdn=cn class=top,subentry' "pgsql-list rules SELECT 'all' AS cn, '{}' AS \"subtreeSpecification\""
    over
    twin_conf
    over
    printf '%s\n' 'database mdb' 'suffix dc=other' 'rootdn cn=admin,dc=other' "directory $T/other" 'overlay syncprov'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
fill_twin
expect 0 ldapadd -x -H "$URI" -D cn=admin,dc=example,dc=org -w admin <<'END'
dn: cn=all,dc=example,dc=org
objectClass: subentry
cn: all
subtreeSpecification: {}
END

cat >"$T/controls.pl" <<'END'
use Controls; use Net::LDAP;
my ($uri, $suffix) = @ARGV;
my @operations = (
    ['all',  search => base => $suffix, filter => '(objectClass=*)', attrs => ['cn', 'memberUid']],
    ['few',  search => base => $suffix, filter => '(|(uid=ann)(cn=devs)(cn=all))', attrs => ['cn', 'memberUid', 'seeAlso']],
    ['one',  search => base => $suffix, scope => 'one', filter => '(cn=a*)', attrs => ['cn']],
    (map { ["base $_", search => base => $_, scope => 'base', filter => '(objectClass=*)', attrs => ['cn']] }
        $suffix, map { "$_,$suffix" } qw(uid=ann cn=devs cn=all cn=nosuch)),
    ['compare', compare => "uid=ann,$suffix", attr => 'sn', value => 'Archer'],
);
sub shown {
    my ($e) = @_;
    return join ' ', $e->dn, map { my $a = $_; map { "$a=$_" } sort $e->get_value($a) } sort $e->attributes;
}
Controls::each_control($uri, $suffix, sub {
    my ($name, $control) = @_;
    my $ldap = Net::LDAP->new($uri) or die 'cannot connect';
    $ldap->bind("cn=admin,$suffix", password => 'admin')->code and die 'cannot bind';
    for (@operations) {
        my ($what, $method, @arguments) = @$_;
        my $r = $ldap->$method(@arguments, control => [$control]);
        my @entries = $r->isa('Net::LDAP::Search') ? map { shown($_) } $r->entries : ();
        @entries = sort @entries if $name !~ /^sort/;
        print "$name, $what: ", join('; ', $r->code, $r->error, (map { $_->type } $r->control), @entries) =~ s/\n/ /gr, "\n";
    }
});
END
answers() { expect 0 perl "-I$TESTS/lib" "$T/controls.pl" "$URI" "$1"; }
answers dc=example,dc=org
theirs=$(as_ours <<<"$OUT")
answers dc=example,dc=com
same "$theirs" "$OUT" "the answers to controls"
contains "$OUT" "subentries, critical, all: 0; Success; cn=all,dc=example,dc=com cn=all"$'\n'
alike -E '!deref=seeAlso:cn,memberUid' '(uid=ann)' cn
contains "$OUT" 'memberUid=carl'
